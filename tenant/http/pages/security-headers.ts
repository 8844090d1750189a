import { secureHeaders } from "hono/secure-headers";

const policy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/**
 * What every page carries: no script at all, nothing from elsewhere, in no frame, and nothing told to where its links
 * lead.
 */
export const securityHeaders = secureHeaders({
  contentSecurityPolicy: policy,
  xFrameOptions: "DENY",
  // Would hold for every port of localhost, and lock out other programs that are developed there.
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  overwrite: false,
});

/**
 * The policy of a page whose form leads out of the tenant: browsers hold the redirects after a form to `form-action`,
 * too, and the page that an invitation leads to may redirect further.
 */
export function policyLeadingTo(url: URL): string {
  const onward = url.protocol === "https:" ? ["https:"] : ["https:", url.origin];
  return Object.entries({ ...policy, formAction: [...policy.formAction, ...onward] })
    .map(([name, sources]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(" ")}`)
    .join("; ");
}
