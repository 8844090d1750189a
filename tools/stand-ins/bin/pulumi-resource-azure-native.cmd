@node "%~dp0..\azure-native-plugin.ts" %*
