import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { YamlEdits } from "./yaml-edits.ts";

function edited(text: string, change: (edits: YamlEdits) => void): string {
  const edits = new YamlEdits(text);
  change(edits);
  return edits.toString();
}

const list = `# Who buys from us.
existing: adopt # since 2024
invitations:
    # The buyers
    - email: ana@fabrikam.example   # she answers
      "displayName": 'Ana'

    -   email: bo@fabrikam.example
        message:
          body: |
            Hello

            Bo
    # none after this
# The end.
`;

const carla = { email: "carla@fabrikam.example", displayName: "Carla", sponsors: ["mona@contoso.example"] };

describe("an item that is added", () => {
  it("stands after the last one, as deep as the others, and nothing else changes", () => {
    const result = edited(list, (edits) => edits.append(["invitations"], [{ value: carla, comments: ["new"] }]));
    const added =
      "    # new\n    - email: carla@fabrikam.example\n      displayName: Carla\n      sponsors: [mona@contoso.example]\n";
    expect(result).toBe(list.replace("            Bo\n", `            Bo\n${added}`));
    expect(parse(result).invitations).toHaveLength(3);
  });

  it.each([
    ["a bare list", "- email: ana@x.example", [], "- email: ana@x.example\n- email: bo@x.example\n"],
    ["a bare list in brackets", "[{email: ana@x.example}]\n", [], "[{email: ana@x.example}, {email: bo@x.example}]\n"],
    ["an empty bare list", "# none yet\n[]\n", [], "# none yet\n- email: bo@x.example\n\n"],
    ["an empty file", "# none yet\n", [], "# none yet\n- email: bo@x.example\n"],
    ["an empty list", "a: 1\nlist: [] # none\nb: 2\n", ["list"], "a: 1\nlist: # none\n  - email: bo@x.example\nb: 2\n"],
    ["a list without items", "list:\nb: 2\n", ["list"], "list:\n  - email: bo@x.example\nb: 2\n"],
    ["a list not there", "a: 1\nb: {c: 1}", ["list"], "a: 1\nb: {c: 1}\nlist:\n  - email: bo@x.example\n"],
    [
      "a list not there, deeper",
      "config:\n  a: 1 # one\n\nother: 2\n",
      ["config", "list"],
      "config:\n  a: 1 # one\n  list:\n    - email: bo@x.example\n\nother: 2\n",
    ],
    [
      "a list and its map not there",
      "a: 1\n",
      ["config", "list"],
      "a: 1\nconfig:\n  list:\n    - email: bo@x.example\n",
    ],
    ["lines with CRLF", "list:\r\n- a\r\n", ["list"], "list:\r\n- a\r\n- email: bo@x.example\r\n"],
    [
      "a byte order mark",
      "\ufeff- email: ana@x.example\n",
      [],
      "\ufeff- email: ana@x.example\n- email: bo@x.example\n",
    ],
  ])("goes into %s", (_, text, way, expected) => {
    expect(edited(text, (edits) => edits.append(way, [{ value: { email: "bo@x.example" } }]))).toBe(expected);
  });

  it.each([
    "yes",
    "0042",
    "2027-03-31",
    "12:30:00",
    "~",
    "1_000",
    "# no comment",
    "- a",
    "one\ntwo",
    "a: b",
    "'",
    "null",
  ])("has %j in quotes where a YAML reader would take it for something else", (text) => {
    const result = edited("[]", (edits) => edits.append([], [{ value: { displayName: text, groups: [text] } }]));
    expect(parse(result, { version: "1.1" })).toEqual([{ displayName: text, groups: [text] }]);
    expect(parse(result)).toEqual([{ displayName: text, groups: [text] }]);
  });
});

describe("an item that is taken out", () => {
  it("goes with the comments inside it; those above and below it stay", () => {
    const result = edited(list, (edits) => edits.remove(["invitations"], 0));
    expect(result).toBe(list.replace(/ {4}- email: ana.*?'Ana'\n/s, ""));
    expect(parse(result).invitations.map(({ email }: { email: string }) => email)).toEqual(["bo@fabrikam.example"]);
  });

  it.each([
    ["the only one", "a: 1\nlist:\n  - x: 1\nb: 2\n", 0, "a: 1\nlist: []\nb: 2\n"],
    ["the only one, below a comment", "list: # all\n  # one\n  - x: 1\n", 0, "list: [] # all\n  # one\n"],
    ["the first in brackets", "list: [{x: 1}, {x: 2}]\n", 0, "list: [{x: 2}]\n"],
    ["the last in brackets", "list: [{x: 1}, {x: 2}]\n", 1, "list: [{x: 1}]\n"],
    ["the only one in brackets", "list: [{x: 1}]\n", 0, "list: []\n"],
    ["the last of a list with CRLF", "list:\r\n- x: 1\r\n- x: 2\r\n", 1, "list:\r\n- x: 1\r\n"],
  ])("leaves a list: %s", (_, text, index, expected) => {
    expect(edited(text, (edits) => edits.remove(["list"], index))).toBe(expected);
  });

  it("may be the only one of a bare list, and others may come in its place", () => {
    expect(edited("# all\n- x: 1\n", (edits) => edits.remove([], 0))).toBe("# all\n[]\n");
    const replaced = edited("- x: 1\n", (edits) => {
      edits.remove([], 0);
      edits.append([], [{ value: { x: 2 } }]);
    });
    expect(replaced).toBe("- x: 2\n");
  });
});

describe("a key that is set", () => {
  it.each([
    ["another text", "- a: 1 # one\n", "a", "two", "- a: two # one\n"],
    ["a text where none was", "- a:\n  b: 1\n", "a", "two", "- a: two\n  b: 1\n"],
    ["a key that is not there", "- a: 1 # one\n\n- a: 2\n", "b", "x", "- a: 1 # one\n  b: x\n\n- a: 2\n"],
    ["a key in brackets", "- {a: 1}\n", "b", "yes", '- {a: 1, b: "yes"}\n'],
    ["a list", "- a: [x, y] # both\n", "a", ["z"], "- a: [z] # both\n"],
    ["a list of lines", "- a:\n    - x # one\n    - y\n  b: 1\n", "a", ["z"], "- a:\n    - z\n  b: 1\n"],
    ["a text of lines", "- a: |\n    one\n    two\n  b: 1\n", "a", "three", "- a: three\n  b: 1\n"],
  ])("has %s", (_, text, key, value, expected) => {
    expect(edited(text, (edits) => edits.set([0], key, value))).toBe(expected);
  });

  it("comes before an item that is added behind it", () => {
    const result = edited("- a: 1\n", (edits) => {
      edits.append([], [{ value: { a: 2 } }]);
      edits.set([0], "b", 1);
    });
    expect(result).toBe("- a: 1\n  b: 1\n- a: 2\n");
  });
});

it("says of any list what was asked for, and leaves the others as they are", () => {
  const words = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom("yes", "0x1", "a: b", "#", "'\"", "- x", "é\n"));
  const guest = fc.record({ email: words, displayName: words, groups: fc.array(words, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(guest, { maxLength: 4 }), guest, fc.nat(3), words, (guests, added, index, name) => {
      const start = edited("invitations: []\n", (edits) =>
        edits.append(
          ["invitations"],
          guests.map((value) => ({ value })),
        ),
      );
      expect(parse(start)).toEqual({ invitations: guests });
      const result = edited(start, (edits) => {
        edits.append(["invitations"], [{ value: added }]);
        if (index < guests.length) edits.set(["invitations", index], "displayName", name);
        if (guests.length > 1) edits.remove(["invitations"], (index + 1) % guests.length);
      });
      const expected = guests.map((one, at) => (at === index ? { ...one, displayName: name } : one));
      if (guests.length > 1) expected.splice((index + 1) % guests.length, 1);
      expect(parse(result)).toEqual({ invitations: [...expected, added] });
    }),
  );
});
