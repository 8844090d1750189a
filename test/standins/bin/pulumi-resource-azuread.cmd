@node "%~dp0..\azuread\main.ts" %*
