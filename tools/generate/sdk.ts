/** The part of `components/` that follows from the model: resource classes, the provider, and the types of arguments. */
import {
  type EnumSpec,
  generatedNote,
  type ObjectSpec,
  type PackageSpec,
  packageSpec,
  type ResourceSpec,
  type TypeSpec,
} from "./package-spec.ts";

/** The text of `components/generated/sdk.ts`. */
export function sdkText(): string {
  const { spec, program } = packageSpec();
  const named = Object.entries(spec.types)
    .map(([token, type]) => [nameOf(token), type] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const write = writer(spec.types);
  return [
    `// ${generatedNote}`,
    'import * as pulumi from "@pulumi/pulumi";',
    'import { guestListToken, invitationToken, packageName, packageVersion, pluginDownloadURL, settledGuestsToken } from "../../model/names.ts";\n',
    "/** Which plugin serves the package, and where it is found. */",
    "const plugin = { version: packageVersion, pluginDownloadURL, settledGuestsToken };\n",
    ...named.map(([name, type]) => ("enum" in type ? choiceText(name, type) : write.namedObject(name, type))),
    "/** An enterprise application by display name or application (client) id, alone or with a role in it. */",
    "export type AppAccess = string | AppWithRole;\n",
    "/** Bundles of access by name, so that a guest's line can say `profiles: [auditor]`. */",
    "export type AccessProfiles = Record<string, Access>;\n",
    write.object("GuestDefaults", program.GuestDefaults, "component"),
    write.object("GuestArgs extends GuestDefaults", program.GuestArgs, "component"),
    write.object("ListSettings", program.ListSettings, "component"),
    ...Object.entries(spec.resources).map(([token, resource]) => resourceText(nameOf(token), resource, write)),
    providerText(spec.settings, write),
  ].join("\n");
}

/**
 * How values are written: as arguments of a resource (everything may be an output), as arguments of the component (what
 * steers it is plain), plain throughout, or as read back.
 */
type Form = "resource" | "component" | "plain" | "output";

interface Writer {
  /** An interface, in the forms in which programs meet it. */
  namedObject(name: string, spec: ObjectSpec): string;
  object(heading: string, spec: ObjectSpec, form: Form): string;
  type(spec: TypeSpec, form: Form): string;
}

function writer(types: PackageSpec["types"]): Writer {
  const choices = new Set(Object.entries(types).flatMap(([token, type]) => ("enum" in type ? [nameOf(token)] : [])));
  const plain = new Set(
    Object.entries(types).flatMap(([token, type]) => ("plain" in type && type.plain ? [nameOf(token)] : [])),
  );

  const type = (spec: TypeSpec, form: Form): string => {
    const mayBeOutput = (text: string) =>
      form === "resource" || form === "component" ? `pulumi.Input<${text}>` : text;
    if (spec.$ref === "pulumi.json#/Any") return mayBeOutput("unknown");
    if (spec.$ref !== undefined) {
      const name = nameOf(spec.$ref);
      if (choices.has(name)) return mayBeOutput(name);
      if (form === "output" && !plain.has(name)) return `${name}Output`;
      // The parts of an object may be outputs one by one.
      return form === "resource" ? mayBeOutput(name) : name;
    }
    if (spec.type === "array") return mayBeOutput(`${type(spec.items ?? {}, form)}[]`);
    if (spec.type === "object") return `Record<string, ${type(spec.additionalProperties ?? {}, form)}>`;
    if (spec.oneOf !== undefined) {
      if (isAppAccess(spec)) return "AppAccess";
      const isReference = ({ $ref }: TypeSpec) => $ref !== undefined;
      const words = spec.oneOf.filter((one) => !isReference(one)).map((one) => type(one, "plain"));
      return [mayBeOutput(words.join(" | ")), ...spec.oneOf.filter(isReference).map((one) => type(one, form))].join(
        " | ",
      );
    }
    return mayBeOutput(spec.type === "integer" ? "number" : (spec.type ?? "unknown"));
  };

  const object = (heading: string, spec: ObjectSpec, form: Form): string => {
    const required = new Set(spec.required);
    const members = Object.entries(spec.properties).map(([name, property]) => {
      const optional = required.has(name) ? "" : "?";
      const own = form === "component" && property.plain ? "plain" : form;
      const orUndefined = form === "resource" && optional ? " | undefined" : "";
      const text = type(property, own);
      const written = orUndefined === "" ? text : text.replace(/>$/, `${orUndefined}>`);
      return `${docstring(property.description, "  ")}\n  ${form === "output" ? "readonly " : ""}${name}${optional}: ${written};`;
    });
    return [docstring(spec.description), `export interface ${heading} {`, ...members, "}\n"].join("\n");
  };

  const namedObject = (name: string, spec: ObjectSpec): string => {
    if (plain.has(name)) return object(name, spec, "plain");
    const ofComponent = name.startsWith("Guest");
    const forms = [object(name, spec, ofComponent ? "component" : "resource")];
    if (!ofComponent) {
      forms.push(object(`${name}Output`, { ...spec, description: `{@link ${name}} as read back.` }, "output"));
    }
    return forms.join("\n");
  };

  return { namedObject, object, type };
}

function isAppAccess({ oneOf = [] }: TypeSpec): boolean {
  return oneOf.some(({ $ref }) => $ref?.endsWith(":AppWithRole"));
}

function choiceText(name: string, { description, enum: values }: EnumSpec): string {
  const meanings = values.map(({ value, description: meaning }) => `- \`${value}\`: ${meaning}`);
  const words = values.map(({ value }) => JSON.stringify(value)).join(" | ");
  return `${docstring([description, "", ...meanings].join("\n"))}\nexport type ${name} = ${words};\n`;
}

function resourceText(name: string, spec: ResourceSpec, write: Writer): string {
  const inputs: ObjectSpec = {
    description: `What {@link ${name}} takes.`,
    properties: spec.inputProperties,
    required: spec.requiredInputs,
  };
  const always = new Set(spec.required);
  const outputs = Object.entries(spec.properties).map(([property, propertySpec]) => {
    const orUndefined = always.has(property) ? "" : " | undefined";
    const type = `pulumi.Output<${write.type(propertySpec, "output")}${orUndefined}>`;
    return `${docstring(propertySpec.description, "  ")}\n  declare readonly ${property}: ${type};`;
  });
  const secrets = Object.entries(spec.properties).flatMap(([property, { secret }]) => (secret ? [property] : []));
  const lowerName = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const [token, allOutputs] = [`${lowerName}Token`, `${lowerName}Outputs`];
  const secretsOfAll = `...(outputs === ${allOutputs} && { additionalSecretOutputs: ${JSON.stringify(secrets)} })`;
  const ownOptions = secrets.length === 0 ? "plugin" : `{ ...plugin, ${secretsOfAll} }`;
  const toCome = Object.keys(spec.properties).map((property) => `  ${property}: undefined,`);
  return `${write.object(`${name}Args`, inputs, "resource")}
${docstring(`${spec.description}${examples[name] ?? ""}`)}
export class ${name} extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = ${token};

${outputs.join("\n")}

  /**
   * Looks up one that exists already, without managing it.
   *
   * @param name the unique name of the resulting resource
   * @param id the provider's id
   * @param state further known properties
   * @param opts options of the resource
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: Partial<${name}Args>,
    opts?: pulumi.CustomResourceOptions,
  ): ${name} {
    return new ${name}(name, state as ${name}Args, { ...opts, id });
  }

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is ${name} {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === ${token};
  }

  /**
   * @param name the unique name of the resource
   * @param args see {@link ${name}Args}
   * @param opts options of the resource
   * @param outputs which outputs to make, beside those of the arguments: each costs the program about 7 KB.
   *   Where somebody chooses, the provider alone says which are secrets
   * @throws pulumi.RunError when a required argument is missing
   */
  constructor(
    name: string,
    args: ${name}Args,
    opts?: pulumi.CustomResourceOptions,
    outputs: pulumi.Inputs = ${allOutputs},
  ) {
    const isLookUp = opts?.id !== undefined || opts?.urn !== undefined;
    for (const required of ${JSON.stringify(spec.requiredInputs)} as const) {
      if (args?.[required] === undefined && !isLookUp) {
        throw new pulumi.RunError(\`${name} "\${name}": the property "\${required}" is required and missing\`);
      }
    }
    const own: pulumi.CustomResourceOptions = ${ownOptions};
    super(${token}, name, { ...outputs, ...args }, pulumi.mergeOptions(own, opts));
  }
}

/** Undefined inputs tell Pulumi which outputs to make; the provider fills them. */
const ${name.charAt(0).toLowerCase()}${name.slice(1)}Outputs = {
${toCome.join("\n")}
};
`;
}

function providerText(settings: PackageSpec["settings"], write: Writer): string {
  const args: ObjectSpec = {
    description: "The settings of a {@link Provider}. What is left out comes from the environment.",
    properties: settings,
  };
  const lines = Object.entries(settings).map(([name, { type, secret }]) => {
    const value = secret ? `args.${name} === undefined ? undefined : pulumi.secret(args.${name})` : `args.${name}`;
    return `      ${name}: ${type === "string" ? value : `asText(${value})`},`;
  });
  return `${write.object("ProviderArgs", args, "resource")}
/**
 * Signs in to a Microsoft Entra tenant: one for each tenant that a program works with. Without one, the stack's config
 * and the environment say where to sign in.
 *
 * @example
 * \`\`\`ts
 * const adatum = new Provider("adatum", { tenantId: "…", clientId: "…", useOidc: true });
 * new GuestInvitations("auditors", { redirectUrl: "https://myapps.microsoft.com", guests: [] }, { provider: adatum });
 * \`\`\`
 */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType: string = packageName;

  /** Whether a value is an instance, also one of another copy of this module. */
  static override isInstance(value: unknown): value is Provider {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === \`pulumi:providers:\${packageName}\`;
  }

  /**
   * @param name the unique name of the provider
   * @param args see {@link ProviderArgs}
   * @param opts options of the provider
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const inputs = {
${lines.join("\n")}
    };
    super(packageName, name, inputs, pulumi.mergeOptions(plugin, opts));
  }
}

/** Settings travel as text. */
function asText(value: pulumi.Input<boolean | number | undefined> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply((known) => JSON.stringify(known));
}
`;
}

const examples: Readonly<Record<string, string>> = {
  Invitation: `

@example
\`\`\`ts
const ana = new Invitation("ana", {
  userEmailAddress: "ana@fabrikam.example",
  redirectUrl: "https://myapps.microsoft.com",
  message: { body: "Welcome to the Contoso partner portal." },
});
export const anasObjectId = ana.userId;
\`\`\``,
};

function docstring(text: string, indent = ""): string {
  const lines = text.split("\n");
  if (lines.length === 1) return `${indent}/** ${text} */`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join("\n");
}

/** The last part of a token or of a reference to one. */
function nameOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}
