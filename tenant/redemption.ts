import type { User } from "./directory/user.ts";
import type { TenantContext } from "./tenant-context.ts";

/**
 * What the directory records when a guest accepts: the last step of the redemption, without its pages.
 *
 * @param address the address that was invited
 * @returns the guest, or `undefined` where there is none with this address
 */
export function acceptInvitation(tenant: TenantContext, address: string): User | undefined {
  return tenant.database.write(() => {
    const guest = tenant.users.currentByAddress(address).find(({ creationType }) => creationType === "Invitation");
    if (guest === undefined || guest.externalUserState === "Accepted") return guest;
    const accepted: User = {
      ...guest,
      externalUserState: "Accepted",
      externalUserStateChangeDateTime: tenant.now().toISOString(),
    };
    tenant.users.save({ user: accepted, deletedDateTime: null });
    return accepted;
  });
}
