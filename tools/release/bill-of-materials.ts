/** What a published thing is made of, as a CycloneDX document: the packages and versions of package-lock.json. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../toolchain.ts";

/** One package of package-lock.json; the parts that are used here. */
interface LockedPackage {
  version?: string;
  license?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** A package that is installed with another one, or built into it. */
export interface UsedPackage {
  name: string;
  version: string;
  license?: string;
  /** As package-lock.json has it: `sha512-` and base64. */
  integrity?: string;
  /** The folder that it is installed in, from the repository's root. */
  location: string;
}

const locked: Readonly<Record<string, LockedPackage>> = JSON.parse(
  readFileSync(path.join(repository, "package-lock.json"), "utf8"),
).packages;

/**
 * Everything that a production install of a workspace brings, optional peers not among it.
 *
 * @param folder the workspace, such as `components`
 */
export function installedWith(folder: string): UsedPackage[] {
  const found = new Set<string>();
  const visit = (location: string): void => {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = locked[location] ?? {};
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const next = locationOf(name, location);
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(folder);
  return [...found].sort().map(usedPackage);
}

/** The packages that hold these files of node_modules. */
export function packagesOfFiles(files: readonly string[]): UsedPackage[] {
  const locations = files.flatMap((file) => {
    const [, location] = /((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(slashed(file)) ?? [];
    return location === undefined ? [] : [location];
  });
  return [...new Set(locations)].sort().map(usedPackage);
}

/** A file's path from the repository's root, with slashes. */
function slashed(file: string): string {
  return path.relative(repository, file).split(path.sep).join("/");
}

/** Where Node finds a package that one at `from` imports: in the nearest node_modules. */
function locationOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/"), 0))) {
    const location = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[location] !== undefined) return location;
    if (folder === "") return undefined;
  }
}

function usedPackage(location: string): UsedPackage {
  const { version, license, integrity } = locked[location] ?? {};
  if (version === undefined) throw new Error(`package-lock.json has no ${location}. Run \`npm install\`.`);
  const name = location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length);
  return { name, version, location, ...(license && { license }), ...(integrity && { integrity }) };
}

/**
 * A CycloneDX document in JSON.
 *
 * Source: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json.
 *
 * @param subject what it describes
 * @param parts what that is made of
 */
export function billOfMaterials(
  subject: { name: string; version: string; type: "library" | "application" },
  parts: readonly UsedPackage[],
): string {
  // A package may lie in several folders; it is named once.
  const distinct = [...new Map(parts.map((part) => [purl(part.name, part.version), part])).values()];
  const document = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        ...subject,
        "bom-ref": `${subject.name}@${subject.version}`,
        licenses: [{ license: { id: "Apache-2.0" } }],
      },
    },
    components: distinct.map(({ name, version, license, integrity }) => ({
      type: "library",
      "bom-ref": purl(name, version),
      name,
      version,
      purl: purl(name, version),
      ...(license && { licenses: [{ expression: license }] }),
      ...(integrity && {
        hashes: [{ alg: "SHA-512", content: Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex") }],
      }),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
