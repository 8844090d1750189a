// Who may import whom: the arrows of docs/architecture.md. `depcruise .` checks them; type-only imports are arrows, too.

/** What each room may import beside itself: a folder, or one file that is the only door. `test/` may import everything. */
const mayImport = {
  model: [],
  components: ["model/"],
  provider: ["model/", "components/remote-component.ts"],
  policies: [],
  // The commands that ask a tenant sign in and look guests up as the provider does; those that read a list do so as the
  // program does, and word what is wrong in the same way.
  cli: [
    ...["model/", "components/index.ts", "components/config/", "components/access/", "components/defaults.ts"],
    ...["components/problem.ts", "provider/microsoft/", "provider/deadline.ts", "provider/guest/guest-look-up.ts"],
  ],
  // The command `guests init` in a package of its own.
  create: ["cli/init.ts", "cli/command-line.ts", "cli/log-lines.ts"],
  tenant: [],
  pipelines: [],
  docs: [],
  stacks: ["components/index.ts"],
  tools: ["model/", "components/", "provider/", "policies/", "cli/", "tenant/", "stacks/"],
  bench: ["model/", "components/", "provider/", "policies/", "cli/", "tenant/", "stacks/", "tools/"],
};

/** The rooms whose code runs in production. */
const production = "^(model|components|provider|policies|cli|create|tenant)/";

/** A unit test stands beside its code, and may import what it needs. */
const unitTest = "[.]test[.]ts$";

/** Types without a line of code: there is nothing to resolve and nothing to install. */
const typesOnly = "@microsoft/microsoft-graph-types";

/** A module of this repository that stands in a room. */
const inARoom = `^(?!node_modules/|${typesOnly})[^/]+/`;

/** @type {import("dependency-cruiser").IForbiddenRuleType[]} */
const arrowsOfRooms = Object.entries(mayImport).map(([room, others]) => ({
  name: `arrows-of-${room}`,
  comment:
    others.length === 0 ? `${room}/ stands alone.` : `Beside itself, ${room}/ imports only ${others.join(", ")}.`,
  severity: "error",
  from: { path: `^${room}/`, pathNot: unitTest },
  to: { path: inARoom, pathNot: [`${room}/`, ...others].map((path) => `^${path}`), dependencyTypesNot: ["core"] },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...arrowsOfRooms,
    {
      name: "a-room-without-arrows",
      comment: "A new room says in .dependency-cruiser.mjs what it may import.",
      severity: "error",
      from: { path: inARoom, pathNot: `^(${[...Object.keys(mayImport), "test"].join("|")})/` },
      to: { path: inARoom, dependencyTypesNot: ["core"] },
    },
    {
      name: "no-circle",
      comment: "Data flows one way. Two modules that need each other need a third, or are one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nobody-imports-a-unit-test",
      comment: "What two tests need is a module of its own.",
      severity: "error",
      from: {},
      to: { path: unitTest },
    },
    {
      name: "policy-pack-stands-alone",
      comment: "policies/guests is published as it is.",
      severity: "error",
      from: { path: "^policies/guests/", pathNot: unitTest },
      to: { path: inARoom, pathNot: "^policies/guests/", dependencyTypesNot: ["core"] },
    },
    {
      name: "microsoft-knows-no-pulumi",
      comment: "The provider's Microsoft side works without its Pulumi side.",
      severity: "error",
      from: { path: "^provider/microsoft/", pathNot: unitTest },
      to: { path: "^provider/pulumi/" },
    },
    {
      name: "tenant-store-knows-no-domain",
      comment: "In the tenant, http imports domain, domain imports mail and store, never the other way round.",
      severity: "error",
      from: { path: "^tenant/store/", pathNot: unitTest },
      to: { path: "^tenant/(http|domain|mail)/" },
    },
    {
      name: "tenant-mail-knows-no-domain",
      comment: "In the tenant, http imports domain, domain imports mail and store, never the other way round.",
      severity: "error",
      from: { path: "^tenant/mail/", pathNot: unitTest },
      to: { path: "^tenant/(http|domain)/" },
    },
    {
      name: "tenant-domain-knows-no-http",
      comment: "In the tenant, http imports domain, domain imports mail and store, never the other way round.",
      severity: "error",
      from: { path: "^tenant/domain/", pathNot: unitTest },
      to: { path: "^tenant/http/" },
    },
    {
      name: "production-declares-its-packages",
      comment: "A production install has what the nearest package.json names, without its devDependencies.",
      severity: "error",
      from: { path: production, pathNot: unitTest },
      to: {
        pathNot: typesOnly,
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        // A package may be a peer and, for its own tests, a devDependency as well.
        dependencyTypesNot: ["npm", "npm-peer"],
      },
    },
    {
      name: "resolvable",
      comment: "Every import leads to a file.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: typesOnly },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules(/|$)" },
    // The examples are programs of their own, with packages of their own.
    exclude: { path: "^([.](git|local)|examples)/|(^|/)dist/" },
    tsPreCompilationDeps: true,
    detectJSDocImports: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["node", "import", "types", "default"] },
    skipAnalysisNotInRules: true,
  },
};
