import { badRequest } from "./graph-request.ts";

/** A value in a filter. Dates stay text: ISO 8601 in UTC compares as text. */
export type Literal = string | boolean | number | null;

/** A parsed `$filter`. */
export type Filter =
  | { kind: "and"; parts: Filter[] }
  | { kind: "or"; parts: Filter[] }
  | { kind: "not"; part: Filter }
  | { kind: "compare"; operator: "eq" | "ne" | "gt" | "ge" | "lt" | "le"; property: string; value: Literal }
  | { kind: "in"; property: string; values: Literal[] }
  | { kind: "call"; name: "startswith" | "endswith" | "contains"; property: string; value: Literal }
  /** `property/any(variable:part)`; inside, a property of "" is the element itself, any other is one of the element's. */
  | { kind: "any"; property: string; part: Filter };

interface Token {
  kind: "word" | "text" | "punctuation" | "end";
  text: string;
  at: number;
}

const comparisons = ["eq", "ne", "gt", "ge", "lt", "le"];
const calls = ["startswith", "endswith", "contains"];

/**
 * Parses the part of OData's filter language that Graph has for directory objects: comparisons, `in`, `and`, `or`,
 * `not`, parentheses, `startswith`, `endswith`, and `any` with a lambda over a collection.
 *
 * @throws GraphError 400 with the place of the mistake
 */
export function parseFilter(source: string): Filter {
  if (source.length > longestFilter) throw invalidFilter(`It is longer than ${longestFilter} characters.`);
  return new Parser(source).parse();
}

/** Longer than any address of a request may be, and deeper than anybody writes: the parser calls itself for each level. */
const longestFilter = 16_384;
const deepestFilter = 100;

class Parser {
  #depth = 0;
  readonly #source: string;
  readonly #tokens: Token[];
  #next = 0;
  /** The variable of the lambda that is being parsed. */
  #variable: string | undefined;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenise(source);
  }

  parse(): Filter {
    const filter = this.#or();
    this.#expect("end");
    return filter;
  }

  #or(): Filter {
    return this.#within(() => this.#chain("or", () => this.#and()));
  }

  #within(parse: () => Filter): Filter {
    this.#depth++;
    if (this.#depth > deepestFilter) throw invalidFilter(`It is nested more than ${deepestFilter} levels deep.`);
    const filter = parse();
    this.#depth--;
    return filter;
  }

  #and(): Filter {
    return this.#chain("and", () => this.#not());
  }

  #chain(word: "and" | "or", operand: () => Filter): Filter {
    const parts = [operand()];
    while (this.#takeWord(word)) parts.push(operand());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: word, parts };
  }

  #not(): Filter {
    return this.#takeWord("not") ? { kind: "not", part: this.#within(() => this.#not()) } : this.#primary();
  }

  #primary(): Filter {
    if (this.#take("(")) {
      const inner = this.#or();
      this.#expect(")");
      return inner;
    }
    const word = this.#word();
    if (calls.includes(word.toLowerCase()) && this.#take("(")) return this.#call(word.toLowerCase());
    if (/\/any$/i.test(word)) return this.#any(word.replace(/\/any$/i, ""));
    const operator = this.#word().toLowerCase();
    if (operator === "in") return { kind: "in", property: this.#property(word), values: this.#list() };
    if (!comparisons.includes(operator)) throw this.#mistake(`'${operator}' is no operator`);
    return {
      kind: "compare",
      operator: operator as "eq",
      property: this.#property(word),
      value: this.#literal(),
    };
  }

  #call(name: string): Filter {
    const property = this.#property(this.#word());
    this.#expect(",");
    const value = this.#literal();
    this.#expect(")");
    return { kind: "call", name: name as "startswith", property, value };
  }

  #any(property: string): Filter {
    if (this.#variable !== undefined) throw this.#mistake("a lambda inside a lambda is not supported");
    this.#expect("(");
    const variable = this.#word();
    this.#expect(":");
    this.#variable = variable;
    const part = this.#or();
    this.#variable = undefined;
    this.#expect(")");
    return { kind: "any", property, part };
  }

  /** The name of a property; the variable of the lambda stands for the element itself. */
  #property(word: string): string {
    if (this.#variable === undefined) return word;
    if (word === this.#variable) return "";
    if (word.startsWith(`${this.#variable}/`)) return word.slice(this.#variable.length + 1);
    throw this.#mistake(`inside the lambda only '${this.#variable}' can be compared`);
  }

  #list(): Literal[] {
    this.#expect("(");
    const values = [this.#literal()];
    while (this.#take(",")) values.push(this.#literal());
    this.#expect(")");
    return values;
  }

  #literal(): Literal {
    const token = this.#advance();
    if (token.kind === "text") return token.text;
    if (token.kind === "word") {
      if (/^(true|false)$/i.test(token.text)) return token.text.toLowerCase() === "true";
      if (token.text.toLowerCase() === "null") return null;
      if (/^-?\d+(\.\d+)?$/.test(token.text)) return Number(token.text);
      const time = /^\d{4}-\d{2}-\d{2}/.test(token.text) ? Date.parse(token.text) : Number.NaN;
      if (!Number.isNaN(time)) return new Date(time).toISOString();
    }
    throw this.#mistake("a value is expected", token);
  }

  #word(): string {
    const token = this.#advance();
    if (token.kind !== "word") throw this.#mistake("a name is expected", token);
    return token.text;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    const taken = token?.kind === "word" && token.text.toLowerCase() === word;
    if (taken) this.#next++;
    return taken;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#next];
    const taken = token?.kind === "punctuation" && token.text === text;
    if (taken) this.#next++;
    return taken;
  }

  #expect(what: string): void {
    const token = this.#advance();
    const met = what === "end" ? token.kind === "end" : token.kind === "punctuation" && token.text === what;
    if (!met) throw this.#mistake(what === "end" ? "the end is expected" : `'${what}' is expected`, token);
  }

  #advance(): Token {
    const token = this.#tokens[this.#next] ?? { kind: "end", text: "", at: this.#source.length };
    this.#next++;
    return token;
  }

  #mistake(what: string, token = this.#tokens[this.#next - 1]): Error {
    return invalidFilter(`Syntax error at position ${token?.at ?? 0} in '${this.#source}': ${what}.`);
  }
}

function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:'((?:[^']|'')*)'|([\p{L}\d_@$.+/-][\p{L}\d_@$.:+/-]*?(?=[\s(),]|:[^\d]|$))|([(),:]))/uy;
  while (/\S/.test(source.slice(pattern.lastIndex))) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) throw invalidFilter(`Syntax error at position ${at} in '${source}'.`);
    const [, text, word, punctuation] = match;
    if (text !== undefined) tokens.push({ kind: "text", text: text.replaceAll("''", "'"), at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else tokens.push({ kind: "punctuation", text: punctuation ?? "", at });
  }
  return [...tokens, { kind: "end", text: "", at: source.length }];
}

export const invalidFilter = (detail: string) => badRequest(`Invalid filter clause: ${detail}`, "BadRequest");
