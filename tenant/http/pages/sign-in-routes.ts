import type { TenantContext } from "../../tenant-context.ts";
import { addressPage, takeAddress } from "./address.ts";
import type { PageRoute } from "./route.ts";
import { codePage, sendAgain, takeCode } from "./sign-in-pages.ts";
import { signOut } from "./sign-out.ts";

/** Signing in as the owner of an address, by a code that arrives there; and out. */
export function signInRoutes(tenant: TenantContext): PageRoute[] {
  return [
    { method: "GET", path: "/sign-in", handle: (c) => addressPage(tenant, c) },
    { method: "POST", path: "/sign-in", handle: (c) => takeAddress(tenant, c) },
    { method: "GET", path: "/sign-in/code", handle: (c) => codePage(tenant, c) },
    { method: "POST", path: "/sign-in/code", handle: (c) => takeCode(tenant, c) },
    { method: "POST", path: "/sign-in/code/new", handle: (c) => sendAgain(tenant, c) },
    { method: "POST", path: "/sign-out", handle: (c) => signOut(c) },
  ];
}
