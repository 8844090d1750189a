import { type Cloud, ServiceError } from "../cloud.ts";
import type { FixedResource } from "../stand-in.ts";

/** `azuread:index/groupMember:GroupMember`: looks before it adds, as the official one does. */
export function groupMember(cloud: Cloud): FixedResource {
  const isMember = async (group: string, member: string): Promise<boolean> => {
    const members = await cloud.graphList<{ id: string }>(
      `/groups/${group}/members?$filter=${encodeURIComponent(`id eq '${member}'`)}`,
    );
    return members.some(({ id }) => id.toLowerCase() === member.toLowerCase());
  };
  return {
    inputs: ["groupObjectId", "memberObjectId"],
    required: ["groupObjectId", "memberObjectId"],
    async create({ groupObjectId, memberObjectId }) {
      const [group, member] = [String(groupObjectId), String(memberObjectId)];
      const id = `${group}/member/${member}`;
      await cloud.graph("GET", `/groups/${group}`);
      if (await isMember(group, member)) {
        throw new Error(
          `A resource with the ID "${id}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      const { id: object } = await cloud.graph<{ id: string }>("GET", `/directoryObjects/${member}`);
      await cloud.graph("POST", `/groups/${group}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${object}`,
      });
      return { id, outputs: { groupObjectId: group, memberObjectId: member } };
    },
    async read(id) {
      const [group = "", , member = ""] = id.split("/");
      if (!(await isMember(group, member))) throw new ServiceError(404, "no such member");
      const properties = { groupObjectId: group, memberObjectId: member };
      return { inputs: properties, outputs: properties };
    },
    async delete(id) {
      const [group, , member] = id.split("/");
      await cloud.graph("DELETE", `/groups/${group}/members/${member}/$ref`);
    },
  };
}
