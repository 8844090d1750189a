// Loaded before the programs and plugins of the engine's tests. Pulumi's SDK loads TypeScript and npm's Arborist at each
// start, to write functions into a state, which nothing here does: without them a run takes a tenth less time. Whatever
// asks for them fails. The tests of `npm start` and of the first hour do without this file.
const Module = require("node:module");

const { _load: load } = Module;

Module._load = function (request, parent, ...rest) {
  const writesFunctions =
    request === "@npmcli/arborist" ||
    (request === "typescript" && /[\\/]typescript-shim\.js$/.test(parent?.filename ?? ""));
  return writesFunctions ? missing(request) : Reflect.apply(load, this, [request, parent, ...rest]);
};

/** @param {string} name */
function missing(name) {
  return new Proxy(
    {},
    {
      get(_, property) {
        // What `import` asks of every module.
        if (typeof property === "symbol" || property === "__esModule" || property === "then") return undefined;
        throw new Error(
          `test/support/without-closures.cjs leaves out ${name}, and something asks for its ${property}.`,
        );
      },
    },
  );
}
