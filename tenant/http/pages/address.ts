import { html } from "hono/html";
import type { User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { beginSignIn } from "./begin.ts";
import { form } from "./form.ts";
import { PageError } from "./page-error.ts";
import { show } from "./page-layout.ts";
import type { PageRequest } from "./route.ts";

/** Asks for the address to sign in with. */
export function addressPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const { organisation } = tenant.settings;
  const body = html`
    <h1>Sign in to ${organisation}</h1>
    <p class="lead">Use the address at which you were invited. A code will be sent to it.</p>
    ${form(
      c,
      "/sign-in",
      {},
      html`<label for="address">E-mail address</label>
      <input id="address" name="address" type="email" autocomplete="email" required maxlength="254" autofocus>
      <p class="actions"><button class="button">Send the code</button></p>`,
    )}`;
  return show(tenant, c, { title: "Sign in", body, shape: "card" });
}

/** Sends a code to the guest of the address. The answer is the same whether the address is a guest's or not: it tells nobody who is one. */
export function takeAddress(tenant: TenantContext, c: PageRequest): Promise<Response> {
  const address = (c.var.form.get("address") ?? "").trim().slice(0, 254);
  if (!address.includes("@")) {
    throw new PageError(400, "That is no e-mail address", "Enter the whole address, such as ana@fabrikam.example.", {
      links: [{ text: "Try again", href: "/sign-in" }],
    });
  }
  const guest = tenant.users.currentByAddress(address).find(maySignIn);
  // The code goes to the address that the directory has, not to the one that was typed in.
  return beginSignIn(tenant, c, guest ? { address: guest.mail ?? address, userId: guest.id } : { address });
}

function maySignIn(user: User): boolean {
  return user.creationType === "Invitation" && user.accountEnabled;
}
