/** What the command `guests` knows of the policies' settings: the pack stands alone, and a comment compares settings. */
import { policies } from "../../policies/guests/policies.ts";

/** The text of `cli/comment/policy-settings.generated.ts`. */
export function policySettings(): string {
  const entries = policies.map(({ name, enforcementLevel, configSchema }) => {
    const settings = Object.entries(configSchema?.properties ?? {}).map(
      ([setting, { description, default: unset }]) => {
        return [setting, { about: firstSentence(description ?? ""), unset }];
      },
    );
    return [name, { level: enforcementLevel, settings: Object.fromEntries(settings) }];
  });
  return `// Generated from policies/guests/ by \`npm run generate\`: change the policies, not this file.

/** A policy where a stack says nothing about it. */
export interface PolicyDefaults {
  level: string;
  /** By name: what each setting is, and its value where nothing is said. */
  settings: Readonly<Record<string, { about: string; unset: unknown }>>;
}

/** The pack's policies, by name. */
export const policyDefaults: Readonly<Record<string, PolicyDefaults>> = ${JSON.stringify(Object.fromEntries(entries))};
`;
}

function firstSentence(text: string): string {
  return /^.*?[.;:](?=\s|$)/.exec(text)?.[0].replace(/[.;:]$/, "") ?? text;
}
