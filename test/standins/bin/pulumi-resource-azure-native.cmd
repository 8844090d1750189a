@node "%~dp0..\azure-native\main.ts" %*
