/** Changes of a YAML text that leave every other character as it was: comments, order, quotes, blank lines. */
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { otherThanText } from "../components/config/yaml-source.ts";

/** The way to a value: keys and list positions. */
type Way = readonly (string | number)[];

/** An item of a list to be, and what stands above it as a comment. */
export interface NewItem {
  value: unknown;
  /** Lines without the mark; nothing in them may break a line. */
  comments?: readonly string[];
}

interface Splice {
  start: number;
  end: number;
  text: string;
  /** Of two pieces for one place, the lower one comes first: what belongs to an item, before the next item. */
  rank?: number;
}

/** Changes of one text, gathered, and made all at once. */
export class YamlEdits {
  readonly #mark: string;
  readonly #text: string;
  readonly #document: Document.Parsed;
  readonly #splices: Splice[] = [];
  readonly #removed = new Map<YAMLSeq, { way: Way; indices: Set<number> }>();
  readonly #appended = new Set<YAMLSeq>();

  /** @param text YAML that a strict reader has read without complaint */
  constructor(text: string) {
    this.#mark = text.startsWith("\ufeff") ? "\ufeff" : "";
    this.#text = text.slice(this.#mark.length);
    this.#document = parseDocument(this.#text, { keepSourceTokens: true, merge: true, logLevel: "error" });
  }

  /** The value at a place; `undefined` where there is none. */
  value(way: Way): unknown {
    const node = this.#node(way);
    return node === undefined ? undefined : node.toJS(this.#document);
  }

  /** Adds items to the end of a list. A list that is not there is made, below the map that would hold it. */
  append(way: Way, items: readonly NewItem[]): void {
    if (items.length === 0) return;
    const node = this.#node(way);
    const last = isSeq(node) ? (node.items.at(-1) as ParsedNode | undefined) : undefined;
    if (node === undefined && way.length > 0) this.#addPair(way.slice(0, -1), String(way.at(-1)), items);
    else if (isSeq(node) && last?.range) {
      this.#appended.add(node);
      if (node.flow) this.#insert(last.range[1], items.map(({ value }) => `, ${inline(value)}`).join(""));
      else this.#insertLines(this.#endOf(last), itemLines(items, this.#column(this.#dash(node, 0))));
    } else if (way.length === 0) {
      const [start, end] = isSeq(node) && node.range ? node.range : [this.#text.length, this.#text.length];
      this.#splices.push({ start, end, text: "" });
      this.#insertLines(start, itemLines(items, 0));
    } else {
      const pair = this.#pair(way);
      const [from = 0] = (pair.key as ParsedNode).range ?? [];
      const colon = this.#colonOf(pair);
      if (isSeq(node) && node.range) this.#splices.push({ start: colon + 1, end: node.range[1], text: "" });
      this.#insertLines(this.#lineEnd(node?.range?.[1] ?? colon), itemLines(items, this.#column(from) + 2));
    }
  }

  /** Takes an item out of a list, with the comments inside it. Those above it stay. */
  remove(list: Way, index: number): void {
    const seq = this.#node(list);
    if (!isSeq(seq)) return;
    const { indices } = this.#removed.get(seq) ?? { indices: new Set<number>() };
    this.#removed.set(seq, { way: list, indices: indices.add(index) });
  }

  /** Gives a key of a map another value. A key that is not there is added to the end of the map. */
  set(way: Way, key: string, value: unknown): void {
    const map = this.#node(way);
    if (!isMap(map)) return;
    const written = pairOf(map, key);
    const node = written?.value as ParsedNode | null | undefined;
    if (written === undefined) this.#addToMap(map, `${key}: ${inline(value)}`);
    else if (node?.range && !(isScalar(node) && node.range[0] === node.range[1])) {
      const [start, end] = node.range;
      const isBlock = isSeq(node) && !node.flow && Array.isArray(value);
      const lines = isBlock
        ? itemLines(
            value.map((one) => ({ value: one })),
            this.#column(start),
          ).trimStart()
        : "";
      const until = isBlock ? this.#endOf(node) : end;
      const text = isBlock ? lines : inline(value) + (this.#text[end - 1] === "\n" ? "\n" : "");
      this.#splices.push({ start, end: until, text: this.#lineBreaks(text) });
    } else {
      this.#insert(this.#colonOf(written) + 1, ` ${inline(value)}`);
    }
  }

  /** The text with all changes. */
  toString(): string {
    for (const [seq, { way, indices }] of this.#removed) this.#takeOut(seq, way, indices);
    const ordered = this.#splices.map((splice, index) => ({ ...splice, index }));
    ordered.sort(
      (one, other) =>
        one.start - other.start ||
        one.end - other.end ||
        (one.rank ?? 0) - (other.rank ?? 0) ||
        one.index - other.index,
    );
    let [text, at] = ["", 0];
    for (const { start, end, text: piece } of ordered) {
      text += this.#text.slice(at, Math.max(at, start)) + piece;
      at = Math.max(at, end);
    }
    return this.#mark + text + this.#text.slice(at);
  }

  #node(way: Way): ParsedNode | undefined {
    const found = way.length === 0 ? this.#document.contents : this.#document.getIn(way, true);
    const node = isAlias(found) ? found.resolve(this.#document) : found;
    return (node ?? undefined) as ParsedNode | undefined;
  }

  #pair(way: Way): Pair {
    const pair = pairOf(this.#node(way.slice(0, -1)) as YAMLMap, String(way.at(-1)));
    if (pair === undefined) throw new Error(`nothing stands at ${way.join(".")}`);
    return pair;
  }

  #colonOf({ key }: Pair): number {
    return this.#text.indexOf(":", (key as ParsedNode).range?.[1] ?? 0);
  }

  #addPair(way: Way, key: string, items: readonly NewItem[]): void {
    const map = this.#node(way);
    if (isMap(map) && map.items.length > 0 && !map.flow) {
      const indent = this.#column(map.range?.[0] ?? 0);
      this.#insertLines(this.#endOf(map), `${" ".repeat(indent)}${key}:\n${itemLines(items, indent + 2)}`);
    } else if (isMap(map)) {
      this.#addToMap(map, `${key}: ${inline(items.map(({ value }) => value))}`);
    } else if (way.length > 0) {
      const name = String(way.at(-1));
      const text = `${name}:\n  ${key}:\n${itemLines(items, 4)}`;
      if (this.#node(way.slice(0, -1)) === undefined) this.#insertLines(this.#text.length, text);
      else this.#insertLines(this.#endOf(this.#node(way.slice(0, -1)) as ParsedNode), text);
    } else this.#insertLines(this.#text.length, `${key}:\n${itemLines(items, 2)}`);
  }

  #addToMap(map: YAMLMap, pair: string): void {
    const [start = 0, end = 0] = map.range ?? [];
    const last = map.items.at(-1);
    if (last === undefined) this.#splices.push({ start, end, text: `{${pair}}` });
    else if (map.flow) this.#insert(lastOf(last).range?.[1] ?? end - 1, `, ${pair}`);
    else this.#insertLines(this.#endOf(map as unknown as ParsedNode), `${" ".repeat(this.#column(start))}${pair}\n`, 0);
  }

  #takeOut(seq: YAMLSeq, way: Way, indices: ReadonlySet<number>): void {
    const nodes = seq.items as ParsedNode[];
    if (indices.size === nodes.length && !this.#appended.has(seq)) this.#empty(seq, way);
    else this.#takeOutSome(seq, nodes, indices);
  }

  /** The list itself stays, and what stands around it. */
  #empty(seq: YAMLSeq, way: Way): void {
    const [start = 0, end = 0] = seq.range ?? [];
    if (seq.flow) {
      this.#splices.push({ start, end, text: "[]" });
      return;
    }
    const from = this.#lineStart(this.#dash(seq, 0));
    const text = way.length === 0 ? this.#lineBreaks("[]\n") : "";
    this.#splices.push({ start: from, end: this.#endOf(seq as unknown as ParsedNode), text });
    if (way.length > 0) this.#insert(this.#colonOf(this.#pair(way)) + 1, " []");
  }

  #takeOutSome(seq: YAMLSeq, nodes: readonly ParsedNode[], indices: ReadonlySet<number>): void {
    for (const index of indices) {
      const [node, next, before] = [nodes[index], nodes[index + 1], nodes[index - 1]];
      if (!node?.range) continue;
      if (!seq.flow) {
        this.#splices.push({ start: this.#lineStart(this.#dash(seq, index)), end: this.#endOf(node), text: "" });
      } else if (next?.range) this.#splices.push({ start: node.range[0], end: next.range[0], text: "" });
      else this.#splices.push({ start: before?.range?.[1] ?? node.range[0], end: node.range[1], text: "" });
    }
  }

  /** Where the dash of an item stands. */
  #dash(seq: YAMLSeq, index: number): number {
    const item = (seq.srcToken as { items?: { start: { type: string; offset: number }[] }[] } | undefined)?.items?.[
      index
    ];
    const dash = item?.start.find(({ type }) => type === "seq-item-ind");
    return dash?.offset ?? (seq.range?.[0] as number);
  }

  /** The end of the last line of a node. */
  #endOf(node: ParsedNode): number {
    const end = lastOf(node).range?.[1] ?? node.range[1];
    return this.#text[end - 1] === "\n" ? end : this.#lineEnd(end);
  }

  #lineStart(at: number): number {
    return this.#text.lastIndexOf("\n", at - 1) + 1;
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf("\n", at);
    return end < 0 ? this.#text.length : end + 1;
  }

  #column(at: number): number {
    return at - this.#lineStart(at);
  }

  #insert(at: number, text: string): void {
    this.#splices.push({ start: at, end: at, text });
  }

  /** Inserts whole lines where a line begins, or at the end of a text whose last line does not end. */
  #insertLines(at: number, lines: string, rank = 1): void {
    const needsBreak = at > 0 && this.#text[at - 1] !== "\n";
    this.#splices.push({ start: at, end: at, text: this.#lineBreaks((needsBreak ? "\n" : "") + lines), rank });
  }

  #lineBreaks(text: string): string {
    return this.#text.includes("\r\n") ? text.replaceAll(/\r?\n/g, "\r\n") : text;
  }
}

/** What stands last in a node: of a map that is written over lines, the end of its last value. */
function lastOf(part: unknown): ParsedNode {
  if (isMap(part) && !part.flow && part.items.length > 0) return lastOf(part.items.at(-1));
  if (isSeq(part) && !part.flow && part.items.length > 0) return lastOf(part.items.at(-1));
  const pair = part as Partial<Pair>;
  if (pair.key === undefined) return part as ParsedNode;
  const value = pair.value as ParsedNode | null;
  return value === null || value.range === undefined ? (pair.key as ParsedNode) : lastOf(value);
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/**
 * Items of a list as lines, each ended.
 *
 * @param indent how many spaces stand before each dash
 */
export function itemLines(items: readonly NewItem[], indent: number): string {
  const pad = " ".repeat(indent);
  return items
    .map(({ value, comments = [] }) => {
      const above = comments.map((line) => `${pad}# ${line}\n`).join("");
      const [first = "", ...others] = block(value).split("\n");
      return `${above}${pad}- ${first}\n${others.map((line) => (line === "" ? "\n" : `${pad}  ${line}\n`)).join("")}`;
    })
    .join("");
}

/** A value as YAML over several lines, without the last line break; lists inside it stand in brackets. */
function block(value: unknown): string {
  const document = documentOf(value);
  visit(document, {
    Seq(_key, seq) {
      seq.flow = true;
    },
  });
  return document.toString(style).trimEnd();
}

/** A value as YAML in one line. */
export function inline(value: unknown): string {
  return documentOf(value)
    .toString({ ...style, collectionStyle: "flow" })
    .trimEnd();
}

const style = { lineWidth: 0, flowCollectionPadding: false } as const;

/** Quotes what some YAML reader would take for something else than text. */
function documentOf(value: unknown): Document<Node> {
  const document = new Document<Node>(value as never);
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== "string") return;
      const plain = Object.assign(new Scalar(scalar.value), { type: Scalar.PLAIN, source: scalar.value });
      if (otherThanText(plain as Scalar) !== undefined || /[\n\r]/.test(scalar.value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document;
}
