import { isGuid } from "./access.ts";
import type { Kind } from "./look-ups.ts";
import { officialModule } from "./packages.ts";

export interface FoundGroup {
  /** The object id. */
  id: string;
}

/** Groups, by display name or object id. The data source for many groups, because the one for one reads all its members. */
export const groupKind: Kind<FoundGroup> = {
  noun: "group",
  idNoun: "object id",
  permission: "Group.Read.All or GroupMember.ReadWrite.All",
  async find(text, opts) {
    const { getGroups } = officialModule("@pulumi/azuread/getGroups");
    const { objectIds } = await getGroups(isGuid(text) ? { objectIds: [text] } : { displayNames: [text] }, opts);
    const [id] = objectIds;
    if (id === undefined || objectIds.length > 1) throw new Error(`${objectIds.length} groups were found`);
    return { id };
  },
  async list(opts) {
    const { getGroups } = officialModule("@pulumi/azuread/getGroups");
    const { displayNames, objectIds } = await getGroups({ returnAll: true }, opts);
    return objectIds.map((id, index) => ({ id, name: displayNames[index] ?? "" }));
  },
};
