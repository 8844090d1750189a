import type { PolicyResource } from "@pulumi/policy";
import {
  invitationOf,
  isInsideComponent,
  isInvitation,
  isKnown,
  parentTypes,
  readText,
  readTexts,
  type Value,
} from "../policy-inputs.ts";
import { type Grant, grantOf, isGroup } from "./grant.ts";

/**
 * Who of a stack is a guest, as far as a stack shows it: by the object ids that are known, and, for the ids that a
 * preview does not know yet, by the resources on which a property depends.
 */
export class GuestsOfStack {
  readonly #labels = new Map<string, string>();

  constructor(resources: readonly PolicyResource[]) {
    for (const resource of resources) this.#addGuest(resource);
    // After all guests, because a group is a guest group only by its members.
    for (const resource of resources) this.#addGuestGroup(resource);
  }

  /**
   * Names the guest who gets something.
   *
   * @returns words for a message, or `undefined` where nothing shows that the principal is a guest
   */
  labelOf(grant: Grant): string | undefined {
    const label = this.#label(grant.resource, grant.principal, [readText(() => grant.resource.props[grant.principal])]);
    return label ?? (isPartOfInvitation(grant.resource) ? `the guests of ${grant.resource.name}` : undefined);
  }

  /** Names a guest among the members that a group itself declares. */
  memberOf(group: PolicyResource): string | undefined {
    if (!isGroup(group)) return undefined;
    const members = readTexts(() => group.props.members);
    return this.#label(group, "members", Array.isArray(members) ? members : []);
  }

  #addGuest(resource: PolicyResource): void {
    const invitation = invitationOf(resource);
    if (invitation === undefined) return;
    this.#labels.set(resource.urn, invitation.label);
    const id = readText(() => resource.props.userId);
    if (isKnown(id) && id !== "") this.#labels.set(id.toLowerCase(), invitation.label);
  }

  #addGuestGroup(resource: PolicyResource): void {
    const grant = grantOf(resource);
    const member = grant?.kind === "group" ? this.labelOf(grant) : undefined;
    if (grant !== undefined && member !== undefined) {
      const group = readText(() => resource.props[grant.granted]);
      this.#addGroup(groupOf(member), resource, grant.granted, group);
    }
    const ownMember = this.memberOf(resource);
    if (ownMember === undefined) return;
    this.#labels.set(resource.urn, groupOf(ownMember));
    const id = readText(() => resource.props.objectId);
    if (isKnown(id)) this.#labels.set(id.toLowerCase(), groupOf(ownMember));
  }

  #addGroup(label: string, resource: PolicyResource, property: string, id: Value<string>): void {
    if (isKnown(id)) this.#labels.set(id.toLowerCase(), label);
    for (const dependency of resource.propertyDependencies[property] ?? []) {
      if (isGroup(dependency)) this.#labels.set(dependency.urn, label);
    }
  }

  #label(resource: PolicyResource, property: string, ids: readonly Value<string>[]): string | undefined {
    const known = ids.filter(isKnown).map((id) => id.toLowerCase());
    const dependencies = resource.propertyDependencies[property] ?? [];
    const keys = [...known, ...dependencies.map(({ urn }) => urn)];
    return keys.map((key) => this.#labels.get(key)).find((label) => label !== undefined);
  }
}

function groupOf(member: string): string {
  return `a group of which ${member} is a member`;
}

function isPartOfInvitation(resource: PolicyResource): boolean {
  return isInsideComponent(resource.urn) || parentTypes(resource.urn).some(isInvitation);
}
