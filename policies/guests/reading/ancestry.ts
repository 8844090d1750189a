/** The component through which guests are listed. */
const component = "entra-guests:index:GuestInvitations";

/**
 * The type tokens in a URN, outermost first, the resource's own last: a URN carries the types of all its parents, as in
 * `urn:pulumi:prod::guests::entra-guests:index:GuestInvitations$entra-guests:index:Invitation::ana`.
 */
export function typesOf(urn: string): string[] {
  return (urn.split("::")[2] ?? "").split("$");
}

/** Whether a resource is, at any depth, a child of a `GuestInvitations`. */
export function isInsideComponent(urn: string): boolean {
  return typesOf(urn).slice(0, -1).includes(component);
}
