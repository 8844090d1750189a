/** `provider/schema.json`: the package as every language sees it, with what package registries want to know. */
import { guestInvitationsToken, packageName, packageVersion, pluginDownloadURL } from "../../model/names.ts";
import {
  type ComponentSpec,
  componentSpec,
  type EnumSpec,
  generatedNote,
  type ObjectSpec,
  type PackageSpec,
  type PropertySpec,
  packageSpec,
  type TypeSpec,
  withoutPlain,
} from "./package-spec.ts";

const repository = "https://github.com/guests-as-code/guests-as-code";

/** The folder of the Go SDK from the repository's root; in Go, a package's name is where it stands. */
const goFolder = "sdk/go/entraguests";

/** What each language calls the package, and how it is packed there. */
const language = {
  // The metaschema lets nothing else hold a note.
  $comment: generatedNote,
  nodejs: { packageName: "@guests-as-code/entra-guests", respectSchemaVersion: true },
  python: { packageName: "entra_guests", respectSchemaVersion: true, pyproject: { enabled: true } },
  go: {
    importBasePath: `github.com/guests-as-code/guests-as-code/${goFolder}`,
    rootPackageName: "entraguests",
    generateResourceContainerTypes: true,
    // What the component takes as plain values has no input types otherwise.
    generateExtraInputTypes: true,
    respectSchemaVersion: true,
  },
  csharp: {
    rootNamespace: "GuestsAsCode",
    namespaces: { [packageName]: "EntraGuests" },
    packageReferences: { Pulumi: "3.*" },
    respectSchemaVersion: true,
  },
  java: {
    basePackage: "io.github.guestsascode",
    buildFiles: "gradle",
    dependencies: { "com.pulumi:pulumi": "1.13.0" },
  },
};

/** The text of `provider/schema.json`. */
export function schemaJson(): string {
  const { spec } = packageSpec();
  const component = componentSpec();
  const types = { ...reachableTypes(spec.types, spec.resources), ...typesOfComponent(spec, component) };
  const schema = {
    language,
    name: packageName,
    version: packageVersion,
    displayName: "Entra guests",
    publisher: "guests-as-code",
    description: "Guest invitations (B2B collaboration) in a Microsoft Entra tenant, changed in place and never lost.",
    keywords: ["pulumi", "entra", "azuread", "guests", "b2b", "kind/native", "category/cloud"],
    license: "Apache-2.0",
    homepage: repository,
    repository,
    pluginDownloadURL,
    meta: { moduleFormat: "(.*)", supportPack: true },
    config: { variables: spec.settings },
    provider: {
      description:
        "Signs in to a Microsoft Entra tenant with the settings and ARM_* variables that the azuread and azure-native providers take.",
      inputProperties: spec.settings,
    },
    types: inOrder(types),
    resources: {
      ...spec.resources,
      [guestInvitationsToken]: {
        ...component.resource,
        inputProperties: asArguments(component.resource.inputProperties, component.types),
      },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The types that only the component uses, plain where it needs values. */
function typesOfComponent(spec: PackageSpec, { resource, types }: ComponentSpec): PackageSpec["types"] {
  const ofResources = reachableTypes(spec.types, spec.resources);
  const entries = Object.entries(types).filter(([token]) => !(token in ofResources));
  return Object.fromEntries(
    entries.map(([token, type]) => {
      if ("enum" in type || isOutputOnly(token, resource)) return [token, type];
      const { plain, ...rest } = type;
      const all = Object.entries(type.properties);
      const properties = plain
        ? Object.fromEntries(all.map(([name, property]) => [name, throughoutPlain(property)]))
        : asArguments(type.properties, types);
      return [token, { ...rest, properties }];
    }),
  );
}

/** Whether the component only tells this type and takes it nowhere. */
function isOutputOnly(token: string, { properties }: ComponentSpec["resource"]): boolean {
  return JSON.stringify(properties).includes(`"#/types/${token}"`);
}

/**
 * Properties as the component takes them: what steers it is plain throughout, and an object is never an output as a
 * whole, because defaults are merged part by part.
 */
function asArguments(
  properties: Readonly<Record<string, PropertySpec>>,
  types: PackageSpec["types"],
): Record<string, PropertySpec> {
  const isObject = ({ $ref = "" }: TypeSpec) => types[$ref.replace("#/types/", "")]?.type === "object";
  const withPlainObjects = <Spec extends TypeSpec>(spec: Spec): Spec => ({
    ...spec,
    ...(isObject(spec) && { plain: true }),
    ...(spec.oneOf && { oneOf: spec.oneOf.map(withPlainObjects) }),
  });
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      property.plain ? throughoutPlain(property) : withPlainObjects(property),
    ]),
  );
}

function throughoutPlain<Spec extends TypeSpec>(spec: Spec): Spec {
  return {
    ...spec,
    plain: true,
    ...(spec.items && { items: throughoutPlain(spec.items) }),
    ...(spec.additionalProperties && { additionalProperties: throughoutPlain(spec.additionalProperties) }),
    ...(spec.oneOf && { oneOf: spec.oneOf.map(throughoutPlain) }),
  };
}

/** The named types that some part of the schema uses, those used by other types among them. */
function reachableTypes(all: PackageSpec["types"], part: unknown): PackageSpec["types"] {
  const reached = new Set<string>();
  const visit = (one: unknown): void => {
    for (const [, token = ""] of JSON.stringify(one).matchAll(/"#\/types\/([^"]+)"/g)) {
      if (reached.has(token)) continue;
      reached.add(token);
      visit(all[token]);
    }
  };
  visit(part);
  return Object.fromEntries(
    [...reached].map((token) => {
      const type = all[token] as ObjectSpec | EnumSpec;
      return [token, "enum" in type ? type : withoutPlain(type)];
    }),
  );
}

function inOrder<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
