import { expect, it } from "vitest";
import wordings from "./guest-wording.json" with { type: "json" };

const [english = {}, ...others] = wordings as Record<string, string>[];
const places = (text = "") => [...new Set(text.match(/\{\w+\}/g))].sort();

it("[guest-language] is there in five languages", () => {
  expect(wordings.map(({ language }) => language)).toEqual(["en", "da", "de", "fr", "es"]);
  expect(JSON.stringify(wordings)).not.toMatch(/[<>&]/);
});

it.each(others.map((words) => [words.language, words] as const))(
  "[guest-language] says in '%s' all that English says, each with the same things put in",
  (_, words) => {
    expect(Object.keys(words)).toEqual(Object.keys(english));
    for (const [name, text] of Object.entries(words)) {
      expect(text.trim(), name).not.toBe("");
      // Grammar wants the organisation named where English says "it", and not always where English names it.
      const named = (all: string[]) => all.filter((place) => place !== "{organisation}");
      expect(named(places(text)), name).toEqual(named(places(english[name])));
    }
  },
);
