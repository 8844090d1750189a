import type { AccessProfiles } from "../access/access.ts";
import { accessProblems } from "../access/guest-access.ts";
import { type Place, type Problem, secretShown, shown } from "../problem.ts";
import { accessSettings, ownAccess } from "./access-schema.ts";
import type { Entry } from "./guest-source.ts";
import type { Path } from "./path-text.ts";

type PlaceOf = (steps: Path) => { path: string; place?: Place };

/**
 * Access that is wrong as it stands, each thing once, where it is written: in the defaults, in a profile, at a guest.
 * What does not even fit the schema is reported by that.
 *
 * @param entries the guests as written
 * @param document the stack config
 * @param configPlace finds the place of a value in the stack config
 */
export function wrongAccess(entries: readonly Entry[], document: unknown, configPlace: PlaceOf): Problem[] {
  const settings = accessSettings.safeParse(document);
  if (!settings.success) return [];
  const { accessProfiles = {}, ...defaults } = settings.data;
  return [
    ...accessProblems(defaults, accessProfiles).map((problem) => asProblem(problem, configPlace([problem.property]))),
    ...Object.entries(accessProfiles).flatMap(([name, access]) =>
      accessProblems(access, {}).map((problem) =>
        asProblem(problem, configPlace(["accessProfiles", name, problem.property])),
      ),
    ),
    ...entries.flatMap((entry) => problemsOfEntry(entry, accessProfiles)),
  ];
}

function problemsOfEntry({ own, secret, at }: Entry, profiles: AccessProfiles): Problem[] {
  const access = ownAccess.safeParse(own);
  if (!access.success) return [];
  const problems = accessProblems(access.data, profiles);
  return problems.map((problem) => {
    const known = asProblem(problem, at(problem.property));
    return secret ? { ...known, value: secretShown } : known;
  });
}

function asProblem(
  { property: _, value, ...words }: ReturnType<typeof accessProblems>[number],
  place: { path: string; place?: Place },
): Problem {
  return { ...place, value: shown(value), ...words };
}
