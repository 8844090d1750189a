import { describe, expect, it } from "vitest";
import { countryProblem, languageProblem, meantCountry, meantLanguage } from "./registered-codes.ts";

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const pairs = letters.flatMap((one) => letters.map((other) => one + other));
const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

describe("[case 5] a country", () => {
  it("is one of the 249 that are assigned, each known to Unicode", () => {
    const assigned = pairs.filter((code) => countryProblem(code) === undefined);
    expect(assigned).toHaveLength(249);
    expect(assigned.filter((code) => names.of(code) === undefined)).toEqual([]);
  });

  it("is none that Unicode knows for other reasons: reserved, former, private", () => {
    const others = pairs.filter((code) => names.of(code) !== undefined && countryProblem(code) !== undefined);
    expect(others.join(" ")).toBe(
      "AC AN BU CP CQ CS DD DG DY EA EU EZ FX HV IC NH QO RH SU TA TP UK UN VD XA XB XK YD YU ZR ZZ",
    );
  });

  it.each(["", "N", "NOR", "Norway", "N0", "ØN", "no "])("is not %j", (text) => {
    expect(countryProblem(text)).toContain("two letters");
  });

  it.each([
    ["UK", "GB"],
    ["uk", "GB"],
    ["EL", "GR"],
    ["Norway", "NO"],
    ["germany", "DE"],
    ["DD", "DE"],
    ["826", "GB"],
    [" dk ", "DK"],
    ["EU", undefined],
    ["ZZ", undefined],
    ["XK", undefined],
    ["Atlantis", undefined],
  ])("%s is meant to be %s", (written, meant) => {
    expect(meantCountry(written)).toBe(meant);
  });
});

describe("[case 5] a language", () => {
  it.each(["da", "en-US", "fr-CA", "pt-BR", "zh-Hans", "zh-TW", "zh-Hant-HK", "nb-NO", "no", "es-419", "sr-Latn-RS"])(
    "may be %s",
    (tag) => expect(languageProblem(tag)).toBeUndefined(),
  );

  it.each([
    "fil-PH",
    "ca-ES-valencia",
    "de-1996",
    "EN-us",
    "gsw-CH",
    "chr-Cher-US",
    "quc-Latn-GT",
    "tzm-Latn-DZ",
    "kok-IN",
  ])("may be %s, too", (tag) => expect(languageProblem(tag)).toBeUndefined());

  it.each([
    ["", "BCP 47"],
    ["german", "registered"],
    ["xx", "registered"],
    ["qaa", "registered"],
    ["und", "registered"],
    ["mul", "registered"],
    ["deu", "registered"],
    ["eng-US", "registered"],
    ["de-german", "registered"],
    ["en-Abcd", "registered"],
    ["en-u-ca-buddhist", "registered"],
    ["x-klingon", "BCP 47"],
    ["en_US", "BCP 47"],
    ["not a tag", "BCP 47"],
    ["en-UK", "no country UK"],
    ["en-EU", "no country EU"],
    ["de-XX", "registered"],
    ["a-".repeat(20), "BCP 47"],
  ])("may not be %j", (tag, rule) => expect(languageProblem(tag)).toContain(rule));

  it.each([
    ["german", "de"],
    ["Deutsch", "de"],
    ["français", "fr"],
    ["Danish", "da"],
    ["en_US", "en-US"],
    ["en_US.UTF-8", "en-US"],
    ["en-UK", "en-GB"],
    ["eng", "en"],
    ["deu-DE", "de-DE"],
    ["klingonese", undefined],
    ["de-XX", undefined],
  ])("%s is meant to be %s", (written, meant) => {
    expect(meantLanguage(written)).toBe(meant);
  });
});
