/** Countries and languages that exist: Graph refuses a code that nobody has assigned. */

/**
 * The officially assigned codes. Codes that are only reserved (UK, EU), former (SU), or free for private use (XK, AA, ZZ)
 * are not among them.
 *
 * Source: ISO 3166-1, alpha-2, as of November 2025.
 */
const assignedCountries = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
  GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
  KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
  MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
  SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
  UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`.split(/\s+/),
);

/**
 * Says what is wrong with a country.
 *
 * @param country two letters of ISO 3166-1, in any letter case
 * @returns the rule it breaks, or `undefined`
 */
export function countryProblem(country: string): string | undefined {
  if (!/^[A-Za-z]{2}$/.test(country)) return "a usage location is the two letters of a country (ISO 3166-1)";
  if (assignedCountries.has(country.toUpperCase())) return undefined;
  return "ISO 3166-1 assigns these two letters to no country";
}

/** The code that somebody who wrote a name, a former code or a reserved one most likely means; or `undefined`. */
export function meantCountry(written: string): string | undefined {
  const text = written.trim();
  if (countryProblem(text) === undefined) return text.toUpperCase();
  if (text.toUpperCase() === "EL") return "GR"; // As the European Union writes Greece.
  const named = [...assignedCountries].find((code) => nameOf("region", code)?.toLowerCase() === text.toLowerCase());
  const successor = /^(?:[A-Za-z]{2}|\d{3})$/.test(text)
    ? canonicalTag(`und-${text}`)?.slice("und-".length)
    : undefined;
  return named ?? (successor !== undefined && assignedCountries.has(successor) ? successor : undefined);
}

/** Longer than any tag of a real language. */
const longestTag = 35;

/** Codes that stand for no one language. Source: ISO 639-2. */
const noLanguage = new Set(["mis", "mul", "und", "zxx"]);

/**
 * Says what is wrong with a language tag.
 *
 * Source: BCP 47; which languages, scripts and variants are registered is known to Node's copy of Unicode's CLDR.
 *
 * @param language a tag such as `da` or `fr-CA`, in any letter case
 * @returns the rule it breaks, or `undefined`
 */
export function languageProblem(language: string): string | undefined {
  const canonical = language.length > longestTag ? undefined : canonicalTag(language);
  if (canonical === undefined) return "a language is a BCP 47 tag, as in en-US, da or fr-CA";
  const [primary = "", ...rest] = language.toLowerCase().split("-");
  const hasShorter = primary.length > 2 && (canonical.split("-")[0] ?? "").length === 2;
  if (noLanguage.has(primary) || hasShorter || nameOf("language", language) === undefined) {
    return "no language is registered under this tag (BCP 47)";
  }
  const region = rest.find((part) => /^[a-z]{2}$/.test(part))?.toUpperCase();
  return region === undefined || assignedCountries.has(region)
    ? undefined
    : `there is no country ${region} (ISO 3166-1)`;
}

/** The tag that somebody who wrote a name, an underscore or a longer code most likely means; or `undefined`. */
export function meantLanguage(written: string): string | undefined {
  if (written.length > longestTag) return undefined;
  const tag = written.trim().replace(/\..*$/, "").replaceAll("_", "-");
  const [primary = "", ...rest] = tag.split("-");
  const withCountry = rest.map((part) => (/^[A-Za-z]{2}$/.test(part) ? (meantCountry(part) ?? part) : part));
  const candidates = [canonicalTag([primary, ...withCountry].join("-")), languageNamed(tag)];
  return candidates.find((candidate) => candidate !== undefined && languageProblem(candidate) === undefined);
}

/** The tag of a language by its name in English or in the language itself. */
function languageNamed(name: string): string | undefined {
  const wanted = name.toLowerCase();
  return twoLetterCodes().find((code) => {
    if (nameOf("language", code)?.toLowerCase() === wanted) return true;
    return new Intl.DisplayNames(code, { type: "language", fallback: "none" }).of(code)?.toLowerCase() === wanted;
  });
}

function twoLetterCodes(): string[] {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  return letters.flatMap((one) => letters.map((other) => one + other)).filter((code) => nameOf("language", code));
}

/** The tag as Unicode writes it, former codes replaced; `undefined` where it is not even formed like one. */
function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** Names in English, made at the first need: each takes 10 ms, and most processes never ask. */
const englishNames = new Map<"language" | "region", Intl.DisplayNames>();

/** The name in English; `undefined` where there is none. */
function nameOf(type: "language" | "region", code: string): string | undefined {
  const names = englishNames.get(type) ?? new Intl.DisplayNames("en", { type, fallback: "none" });
  englishNames.set(type, names);
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}
