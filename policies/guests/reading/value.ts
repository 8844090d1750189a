import { UnknownValueError } from "@pulumi/policy";

/** Stands for a value that the engine will know only once another resource exists. A policy does not judge it. */
export const unknown = Symbol("known after the update");

/** A property as a policy finds it: there, left out, or not known yet. */
export type Value<T> = T | undefined | typeof unknown;

/**
 * Reads a property without stopping at what a preview cannot know.
 *
 * `@pulumi/policy` hands properties out through a proxy that throws `UnknownValueError` as soon as an unknown one is
 * touched; thrown on, it would end the policy with a warning that nobody can act on.
 *
 * @param read touches the property
 * @returns the property's value, or `unknown`
 */
export function readValue<T>(read: () => T): Value<T> {
  try {
    return read() ?? undefined;
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}

/** Reads a property that holds text; anything else in its place counts as left out, its own provider refuses it. */
export function readText(read: () => unknown): Value<string> {
  const value = readValue(read);
  return value === unknown || typeof value === "string" ? value : undefined;
}

/** Reads a property that holds a list of texts, one by one, so that one unknown entry hides no other. */
export function readTexts(read: () => unknown): Value<Value<string>[]> {
  const list = readValue(read);
  if (list === unknown || list === undefined) return list;
  if (!Array.isArray(list)) return typeof list === "string" ? [list] : undefined;
  return Array.from({ length: list.length }, (_, index) => readText(() => list[index]));
}

/** Whether a value is there and known. */
export function isKnown<T>(value: T): value is Exclude<T, undefined | typeof unknown> {
  return value !== undefined && value !== unknown;
}
