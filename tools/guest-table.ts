import { withHeadings } from "../cli/text-table.ts";
import { invitationToken } from "../model/names.ts";

/** One guest as stack `local` knows it. */
export type GuestRow = {
  address: string;
  name: string;
  state: string;
  access: string;
  redirectUrl: string;
  invitedAt: string;
};

/** What `pulumi stack export` prints, as far as it is read here. */
export type StackExport = {
  deployment?: { resources?: ExportedResource[] };
};

type ExportedResource = {
  urn?: string;
  type: string;
  parent?: string;
  outputs?: Record<string, unknown>;
  inputs?: Record<string, unknown>;
};

/** The guests of an exported stack, in the order of their addresses. */
export function guestsOf(stack: StackExport): GuestRow[] {
  const resources = stack.deployment?.resources ?? [];
  const invitations = resources.filter(({ type }) => type === invitationToken);
  return invitations
    .map(({ urn, outputs, inputs }) => {
      const text = (property: string) => String(outputs?.[property] ?? inputs?.[property] ?? "");
      return {
        address: text("userEmailAddress"),
        name: text("userDisplayName"),
        state: text("state"),
        access: accessOf(resources.filter(({ parent }) => parent !== undefined && parent === urn)),
        redirectUrl: text("redirectUrl"),
        invitedAt: text("invitedAt")
          .replace("T", " ")
          .replace(/(:\d\d)(\.\d+)?Z$/, "$1"),
      };
    })
    .sort((one, other) => one.address.localeCompare(other.address));
}

/** What the resources of a guest give them, counted: their names are in the list. */
function accessOf(grants: readonly ExportedResource[]): string {
  const count = (pattern: RegExp, one: string, many: string) => {
    const number = grants.filter(({ type }) => pattern.test(type)).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  return [
    ...count(/:GroupMember$/, "group", "groups"),
    ...count(/:AppRoleAssignment$/, "app", "apps"),
    ...count(/:RoleAssignment$/, "Azure role", "Azure roles"),
  ].join(", ");
}

const HEADINGS: Readonly<Record<keyof GuestRow, string>> = {
  address: "Address",
  name: "Name",
  state: "State",
  access: "Access",
  redirectUrl: "Redirect URL",
  invitedAt: "Invited at (UTC)",
};

/** The guests as lines of text in columns. */
export function guestTable(guests: readonly GuestRow[]): string {
  const keys = Object.keys(HEADINGS) as (keyof GuestRow)[];
  const cells = (row: Readonly<GuestRow>) => keys.map((key) => row[key]);
  return withHeadings(cells(HEADINGS), guests.map(cells))
    .map((line) => `  ${line}`)
    .join("\n");
}
