// The door for Pulumi, which would compile a TypeScript entry itself. In the repository Node runs the TypeScript as it is.
// The published pack has none: below node_modules Node runs JavaScript only, and `npm run build` makes it.
import { existsSync } from "node:fs";

const source = new URL("guests-pack.ts", import.meta.url);
// Not `require`, for which Pulumi's runner registers its own compiler, and no `await`, because the runner requires this file.
import(existsSync(source) ? source.href : new URL("dist/guests-pack.js", import.meta.url).href);
