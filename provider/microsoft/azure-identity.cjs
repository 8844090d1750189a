/**
 * Microsoft's library for signing in, as CommonJS: Node loads its hundreds of files in 0.1 s less than as ES modules. What a
 * CommonJS file requires is built into the plugin's one file like any import.
 */
module.exports = require("@azure/identity");
