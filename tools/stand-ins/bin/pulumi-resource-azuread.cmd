@node "%~dp0..\azuread-plugin.ts" %*
