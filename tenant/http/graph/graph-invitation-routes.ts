import type * as graph from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { type InvitationRequest, type Inviting, inviteGuest, type MadeInvitation } from "../../domain/invite-guest.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { contextOf, type GraphPart, wantsFullMetadata } from "./graph-answers.ts";
import { toInvite } from "./graph-permissions.ts";
import {
  badRequest,
  GraphError,
  type GraphRequest,
  type GraphRoute,
  readBody,
  referencedId,
  unknownProperty,
} from "./graph-request.ts";

/** `/invitations`: POST only; an invitation cannot be read or withdrawn (Graph, "Create invitation"). */
export function invitationRoutes(part: GraphPart, inviting: Inviting): GraphRoute[] {
  const denied = () =>
    new GraphError(
      401,
      "Unauthorized",
      `Insufficient privileges to perform requested operation by the application '00000003-0000-0000-c000-000000000000'. ControllerName=MSGraphInviteAPI, ActionName=CreateInvite, URL absolute path=/api/${part.store.settings.tenantId}/invites`,
    );
  const handle = (c: GraphRequest) => invite(part, inviting, c);
  return [{ method: "POST", path: "/invitations", permissions: toInvite, denied, handle }];
}

async function invite(part: GraphPart, inviting: Inviting, c: GraphRequest): Promise<Response> {
  const request = readInvitation(await readBody(c), part.store);
  const made = inviteGuest(inviting, request, c.var.caller, c.var.writeOptions);
  const isFull = wantsFullMetadata(c);
  return c.json(
    {
      "@odata.context": `${contextOf(part, c, "invitations")}/$entity`,
      ...(isFull && { "@odata.type": "#microsoft.graph.invitation" }),
      ...invitationBody(request, made, isFull),
    },
    201,
  );
}

function invitationBody(
  request: InvitationRequest,
  { id, user, redeemUrl }: MadeInvitation,
  isFull: boolean,
): graph.Invitation {
  const cc = request.ccRecipients.length > 0 ? request.ccRecipients : [{ name: null, address: null }];
  const userType = { "@odata.type": "#microsoft.graph.user" };
  return {
    id,
    inviteRedeemUrl: redeemUrl,
    invitedUserDisplayName: request.displayName,
    invitedUserType: user.userType,
    invitedUserEmailAddress: request.emailAddress,
    sendInvitationMessage: request.sendMessage,
    resetRedemption: request.resetRedemption,
    inviteRedirectUrl: request.redirectUrl,
    status: user.externalUserState === "Accepted" ? "Completed" : "PendingAcceptance",
    invitedUserMessageInfo: {
      messageLanguage: request.messageLanguage,
      customizedMessageBody: request.messageBody,
      ccRecipients: cc.map((emailAddress) => ({ emailAddress })),
    },
    invitedUser: { ...(isFull && userType), id: user.id },
  };
}

const recipient = z.strictObject({
  "@odata.type": z.string().optional(),
  emailAddress: z.strictObject({
    "@odata.type": z.string().optional(),
    name: z.string().nullish(),
    address: z.string().nullish(),
  }),
});

/** The writable properties of Graph's "invitation resource type". */
const body = z.strictObject({
  invitedUserEmailAddress: z.string(),
  inviteRedirectUrl: z.string(),
  invitedUserDisplayName: z.string().nullish(),
  sendInvitationMessage: z.boolean().nullish(),
  invitedUserType: z.enum(["Guest", "Member"]).nullish(),
  invitedUserMessageInfo: z
    .strictObject({
      "@odata.type": z.string().optional(),
      customizedMessageBody: z.string().nullish(),
      messageLanguage: z.string().nullish(),
      ccRecipients: z.array(recipient).nullish(),
    })
    .nullish(),
  resetRedemption: z.boolean().nullish(),
  invitedUser: z.strictObject({ "@odata.type": z.string().optional(), id: z.string().optional() }).nullish(),
  invitedUserSponsors: z.array(z.strictObject({ "@odata.type": z.string().optional(), id: z.string() })).nullish(),
  "invitedUserSponsors@odata.bind": z.array(z.string()).nullish(),
  id: z.unknown().optional(),
  inviteRedeemUrl: z.unknown().optional(),
  status: z.unknown().optional(),
});

/**
 * Reads the body of POST /invitations.
 *
 * @throws GraphError 400 for what Graph refuses
 */
function readInvitation(json: Record<string, unknown>, { rehearsal }: TenantStore): InvitationRequest {
  const properties = Object.entries(json).filter(([name]) => !/^@odata\.|@odata\.type$/.test(name));
  const parsed = body.safeParse(Object.fromEntries(properties));
  if (!parsed.success) throw refusal(parsed.error, json);
  const ofSponsors = properties.find(([name]) => name.startsWith("invitedUserSponsors"))?.[0];
  if (ofSponsors !== undefined && !rehearsal.sponsorsAtInvitation) throw unknownProperty(ofSponsors, "Invitation");

  const given = parsed.data;
  const message = given.invitedUserMessageInfo ?? {};
  const ccRecipients = (message.ccRecipients ?? []).flatMap(({ emailAddress: { name = null, address } }) =>
    address ? [{ name, address }] : [],
  );
  assertAddress(given.invitedUserEmailAddress, "invitedUserEmailAddress");
  for (const { address } of ccRecipients) assertAddress(address, "ccRecipients");
  if (ccRecipients.length > 1) {
    throw badRequest(
      "Only one recipient is supported in property 'ccRecipients' of resource 'Invitation'.",
      "BadRequest",
    );
  }
  // A URL parser passes over line breaks and tabs; a header would not.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(given.inviteRedirectUrl) || !URL.canParse(given.inviteRedirectUrl))
    throw invalid("inviteRedirectUrl");
  const resetRedemption = given.resetRedemption ?? false;
  if (resetRedemption && given.invitedUser?.id === undefined) {
    throw badRequest("A value is required for property 'invitedUser/id' when 'resetRedemption' is true.", "BadRequest");
  }
  return {
    emailAddress: given.invitedUserEmailAddress,
    redirectUrl: given.inviteRedirectUrl,
    displayName: given.invitedUserDisplayName || null,
    sendMessage: given.sendInvitationMessage ?? false,
    userType: given.invitedUserType ?? "Guest",
    messageBody: message.customizedMessageBody || null,
    messageLanguage: message.messageLanguage || null,
    ccRecipients,
    resetRedemption,
    invitedUserId: given.invitedUser?.id?.toLowerCase(),
    sponsors: [
      ...(given.invitedUserSponsors ?? []).map(({ id }) => id.toLowerCase()),
      ...(given["invitedUserSponsors@odata.bind"] ?? []).map((reference) =>
        referencedId(reference, ["users", "groups"]),
      ),
    ],
  };
}

/** The first thing that is wrong, in Graph's words. */
function refusal(error: z.ZodError, json: Record<string, unknown>): Error {
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const { message } = unknownProperty([...issue.path, issue.keys[0]].join("/"), "Invitation");
    return badRequest(message, "BadRequest");
  }
  const path = issue?.path.join("/") ?? "";
  if (json[path] !== undefined || path.includes("/")) return invalid(path);
  return badRequest(`A value is required for property '${path}' of resource 'Invitation'.`, "BadRequest");
}

/** Graph refuses these anywhere in an address (invitation resource type, `invitedUserEmailAddress`). */
const refusedCharacters = /[~!#$%^&*()+=[\]{}\\/|;:"<>?,\s]/;

/** The rules of the reference page: one @, none of the characters, no period or hyphen at either end of the local part. */
function assertAddress(address: string, property: string): void {
  const [local = "", domain = "", ...rest] = address.split("@");
  if (local.includes("+")) throw badRequest("The Primary SMTP Address is an invalid value.", "BadRequest");
  const good =
    rest.length === 0 &&
    local !== "" &&
    !refusedCharacters.test(address) &&
    !/^[.-]|[.-]$/.test(local) &&
    /^[^.].*\.[^.]+$/.test(domain);
  if (!good) throw invalid(property);
}

function invalid(property: string): Error {
  return badRequest(`Invalid value specified for property '${property}' of resource 'Invitation'.`, "BadRequest");
}
