import type * as pulumi from "@pulumi/pulumi";
import { nearest } from "../nearest-name.ts";
import { quoted } from "./azure-role.ts";

/** Something that a look-up did not find, in words for people. */
export interface NotFound {
  rule: string;
  remedy: string;
}

/** What the tenant has by some name: enough to say which of them may have been meant. */
export interface Named {
  name: string;
  /** The id by which a list can name it. */
  id: string;
  /** Another id by which people may have looked for it, and what that is called. */
  otherId?: string;
}

/** How one kind of thing is found in the tenant. */
export interface Kind<Found> {
  /** What it is called in messages, and what its id is called. */
  noun: string;
  idNoun: string;
  /** Looks one up with the official package's data source. Rejects where there is none, or more than one. */
  find(text: string, opts: pulumi.InvokeOptions): Promise<Found>;
  /** All of them: asked only to explain a look-up that failed. */
  list(opts: pulumi.InvokeOptions): Promise<Named[]>;
  /** The permission that looking up takes. */
  permission: string;
}

/** A big tenant takes long to list; past this, the message does without the nearest names. In milliseconds. */
const longestListing = 30_000;

/**
 * Looks up each text once, all at the same time.
 *
 * @param texts distinct names or ids
 * @returns what was found, or why not, by text
 */
export async function lookUp<Found>(
  kind: Kind<Found>,
  texts: readonly string[],
  opts: pulumi.InvokeOptions,
): Promise<Map<string, Found | NotFound>> {
  let listing: Promise<Named[] | undefined> | undefined;
  const list = () => {
    listing ??= withinTime(kind.list(opts));
    return listing;
  };
  const results = texts.map(async (text): Promise<[string, Found | NotFound]> => {
    try {
      return [text, await kind.find(text, opts)];
    } catch (error) {
      return [text, explain(kind, text, error, await list())];
    }
  });
  return new Map(await Promise.all(results));
}

export function isNotFound(result: object): result is NotFound {
  return "rule" in result && "remedy" in result;
}

function explain<Found>(kind: Kind<Found>, text: string, error: unknown, all: Named[] | undefined): NotFound {
  const { noun, idNoun } = kind;
  if (all === undefined) {
    const remedy = `see that the ${noun} exists, and that the application Pulumi signs in as holds ${kind.permission}`;
    return { rule: `the ${noun} could not be looked up: ${messageOf(error)}`, remedy };
  }
  const wanted = text.toLowerCase();
  const exact = all.filter(({ name, id }) => name.toLowerCase() === wanted || id.toLowerCase() === wanted);
  const [only, ...others] = exact;
  if (others.length > 0) {
    const rule = `${exact.length} ${noun}s have this name: ${exact.map(({ id }) => id).join(", ")}`;
    return { rule, remedy: `write the ${idNoun} of the one that is meant` };
  }
  // Graph takes any letter case, and the data source of applications does not.
  if (only !== undefined && only.name !== text && only.id.toLowerCase() !== wanted) {
    return { rule: `the ${noun} is called "${only.name}"`, remedy: "write the name in the same letter case" };
  }
  if (only !== undefined) {
    return {
      rule: `the ${noun} could not be looked up: ${messageOf(error)}`,
      remedy: "run it again, or see to the cause",
    };
  }
  const other = all.find(({ otherId }) => otherId?.toLowerCase() === wanted);
  if (other !== undefined)
    return { rule: `this is another id of ${noun} "${other.name}"`, remedy: `write its ${idNoun}: ${other.id}` };
  const near = nearest(
    text,
    all.map(({ name }) => name),
  );
  const rule = `no ${noun} of the tenant has this name or id${near.length > 0 ? `; the nearest are ${quoted(near)}` : ""}`;
  return { rule, remedy: `write the name of a ${noun} that exists, or its ${idNoun}` };
}

async function withinTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, longestListing, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Of what a plugin says, the part that is meant for people. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^Invoke of '[^']*' failed: /, "")
    .replace(/^invocation of \S+ returned an error: (?:invoking \S+: )?/i, "")
    .trim();
}
