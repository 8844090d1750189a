// The plain JavaScript door to main.ts. Pulumi's SDK would compile a TypeScript entry with ts-node at every start;
// from here on Node itself strips the types, which costs next to nothing.
import "./main.ts";
