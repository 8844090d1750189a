import { shown } from "../problem.ts";

/** The way to a value inside a document: keys and list positions. */
export type Path = readonly PropertyKey[];

/** `invitations[2].message.cc`, with the control characters of odd keys escaped. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    const plain = /^[\w:-]+$/.test(key) ? key : shown(key);
    return text === "" ? plain : `${text}.${plain}`;
  }, "");
}

/** The value at a path, or `undefined`. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    return (value as Record<PropertyKey, unknown>)[part];
  }, document);
}
