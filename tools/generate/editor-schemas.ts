/** The JSON Schemas with which editors check stack configs and list files, made of the schemas that the program uses. */
import { z } from "zod";
import { bareGuestListSchema, guestListFileSchema, settingsSchema } from "../../model/guest-list.ts";
import { namespace } from "../../model/names.ts";
import { generatedNote } from "./package-spec.ts";

type JsonSchema = { [key: string]: unknown; properties?: Record<string, JsonSchema> };

const secretRef = { $ref: "#/definitions/secret" };

/** Schema of `Pulumi.<stack>.yaml`: strict under `guests:`, silent about other namespaces. */
export function stackConfigSchema(): JsonSchema {
  const { $schema, definitions, properties = {} } = jsonSchema(settingsSchema);
  const known = Object.keys(properties).join("|");
  const settings = Object.entries(properties).map(([key, schema]) => [
    `${namespace}:${key}`,
    secretAllowed(schema.type === "boolean" ? booleanAsText(schema) : schema),
  ]);
  return {
    $schema,
    $comment: generatedNote,
    title: "Stack config of guests as code",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(settings),
        patternProperties: { [`^${namespace}:(?!(?:${known})$)`]: false },
        // A list file may name a mailbox of its own; without any, a body and a language exclude each other.
        anyOf: [
          { required: [`${namespace}:mailFrom`] },
          { required: [`${namespace}:lists`] },
          { properties: { [`${namespace}:message`]: { not: { required: ["body", "language"] } } } },
        ],
      },
    },
    definitions: { ...mapValues(definitions as Record<string, JsonSchema>, secretsAllowedInside), secret },
  };
}

/** Schema of YAML list files. */
export function guestListFilesSchema(): JsonSchema {
  const { $schema, ...file } = jsonSchema(guestListFileSchema);
  const { definitions, $schema: _, ...bare } = jsonSchema(bareGuestListSchema);
  delete file.definitions;
  return { $schema, $comment: generatedNote, title: "Guest list of guests as code", anyOf: [bare, file], definitions };
}

/** The schemas' files by path, as they must read. */
export function editorSchemas(): Record<string, string> {
  return mapValues(
    { "stacks/guests.schema.json": stackConfigSchema(), "stacks/guest-list.schema.json": guestListFilesSchema() },
    (schema) => `${JSON.stringify(schema, null, 2)}\n`,
  );
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input" }) as JsonSchema;
}

/** What `pulumi config set --secret` leaves in the file. */
const secret = {
  type: "object",
  description: "A value encrypted by pulumi config set --secret.",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

function secretAllowed({ description, ...schema }: JsonSchema): JsonSchema {
  return { ...(description !== undefined && { description }), anyOf: [schema, secretRef] };
}

function secretsAllowedInside({ properties, ...schema }: JsonSchema): JsonSchema {
  return properties === undefined ? schema : { ...schema, properties: mapValues(properties, secretAllowed) };
}

/** `pulumi config set` writes top-level booleans as text. */
function booleanAsText({ type, ...schema }: JsonSchema): JsonSchema {
  return { ...schema, enum: [true, false, "true", "false"] };
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
