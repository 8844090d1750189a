import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordedEngine, resolved, settled } from "../test/support/recorded-engine.ts";
import { GuestInvitations, type GuestInvitationsArgs, type Invitation } from "./index.ts";

const redirectUrl = "https://myapps.microsoft.com";
const secretUrl = "https://login.example/redeem?ticket=1";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-06-15T23:59:59Z") });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What the provider says of a guest: whose name begins with "new" is still pending. */
const answers = (name: string) => ({
  userId: `object of ${name}`,
  redeemUrl: secretUrl,
  userPrincipalName: `${name}#EXT#`,
  state: name.includes("-new") ? "PendingAcceptance" : "Accepted",
  invitedAt: "2026-06-01T08:00:00Z",
  adopted: name.includes("-old"),
  // What the provider says of the list, which bears the component's name.
  ...(name === "partners" && {
    present: ["old@a.example"],
    absent: ["ana@fabrikam.example", "ana@x.example", "bo@x.example", "new@b.example"],
    recordedAt: "2026-01-01T08:00:00Z",
  }),
});

async function invited(args: GuestInvitationsArgs, name = "partners") {
  const engine = await recordedEngine(answers);
  const component = new GuestInvitations(name, args);
  await settled();
  return { component, engine, invitations: engine.invitations() };
}

function failure(args: GuestInvitationsArgs): string {
  try {
    new GuestInvitations("partners", args);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return (error as Error).message;
    throw error;
  }
  return "";
}

describe("children", () => {
  it("get what the guest declares, under the names of azuread.Invitation", async () => {
    const { invitations } = await invited({
      guests: [
        {
          email: "Ana@Fabrikam.example",
          displayName: "Ana",
          redirectUrl,
          message: { body: pulumi.output("Hello"), cc: "mona@contoso.example" },
          userType: "Member",
          sendInvitation: false,
          jobTitle: "Auditor",
          sponsors: ["mona@contoso.example"],
          expires: "2026-12-31",
          existing: "fail",
          onDelete: "disable",
          resend: 2,
        },
      ],
    });

    expect(invitations).toHaveLength(1);
    expect(invitations[0]).toMatchObject({
      type: "entra-guests:index:Invitation",
      name: "partners-ana@fabrikam.example",
      parent: "urn:pulumi:test::guests::entra-guests:index:GuestInvitations::partners",
      version: "0.1.0",
      // The provider says which outputs are secrets: the engine would write the names into the state for each guest.
      additionalSecretOutputs: [],
      createTimeout: "",
    });
    expect(invitations[0]?.inputs).toEqual({
      existedBefore: false,
      userEmailAddress: "Ana@Fabrikam.example",
      userDisplayName: "Ana",
      redirectUrl,
      message: { body: "Hello", additionalRecipients: "mona@contoso.example" },
      userType: "Member",
      sendInvitation: false,
      jobTitle: "Auditor",
      sponsors: ["mona@contoso.example"],
      expires: "2026-12-31",
      existing: "fail",
      onDelete: "disable",
      resend: 2,
    });
  });

  it("get the defaults where the guest says nothing", async () => {
    const { invitations } = await invited({
      redirectUrl,
      message: { body: "Welcome" },
      companyName: "Fabrikam",
      guests: [
        { email: "ana@x.example" },
        { email: "bo@x.example", message: { language: "da" }, companyName: "Bo & Co" },
      ],
    });

    expect(invitations.map(({ inputs }) => inputs)).toEqual([
      {
        existedBefore: false,
        userEmailAddress: "ana@x.example",
        redirectUrl,
        message: { body: "Welcome" },
        companyName: "Fabrikam",
      },
      {
        existedBefore: false,
        userEmailAddress: "bo@x.example",
        redirectUrl,
        message: { language: "da" },
        companyName: "Bo & Co",
      },
    ]);
  });

  it("keep their names whatever the order of the list and the case of the addresses", async () => {
    const guests = ["ana@x.example", "bo@x.example", "øjvind@æble.example"];
    const spelling = fc.tuple(
      fc.shuffledSubarray(guests, { minLength: guests.length }),
      fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
    );

    await fc.assert(
      fc.asyncProperty(spelling, async ([order, upper]) => {
        const spelt = order.map((email) =>
          [...email].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(""),
        );
        const { invitations } = await invited({ redirectUrl, guests: spelt.map((email) => ({ email })) });

        expect(invitations.map(({ name }) => name).sort()).toEqual(guests.map((email) => `partners-${email}`).sort());
        vi.restoreAllMocks();
      }),
      { numRuns: 20 },
    );
  });

  it("[M1] have one name for both spellings of a domain, and the other one for an alias", async () => {
    for (const email of ["e6@münchen.example", "E6@xn--mnchen-3ya.example"]) {
      const { invitations, component } = await invited({
        redirectUrl,
        guests: [{ email }, { email: "ana@x.example" }],
      });
      expect(invitations.map(({ name, aliases }) => [name, aliases])).toEqual([
        ["partners-ana@x.example", undefined],
        ["partners-e6@münchen.example", ["partners-e6@xn--mnchen-3ya.example"]],
      ]);
      expect(invitations[1]?.inputs.userEmailAddress).toBe(email);
      expect(Object.keys(component.guests)).toEqual(["e6@münchen.example", "ana@x.example"]);
      vi.restoreAllMocks();
    }
  });

  it("have the names of earlier addresses for aliases, and the list knows each address of today", async () => {
    const { engine, invitations } = await invited({
      redirectUrl,
      guests: [
        { email: "Ana@new.example", formerly: ["ana@mid.example", "Ana@old.example"] },
        { email: "bo@new.example", formerly: "bo@münchen.example" },
        { email: "carla@x.example" },
      ],
    });
    expect(invitations.map(({ name, aliases }) => [name, aliases])).toEqual([
      ["partners-ana@new.example", ["partners-ana@mid.example", "partners-ana@old.example"]],
      ["partners-bo@new.example", ["partners-bo@münchen.example", "partners-bo@xn--mnchen-3ya.example"]],
      ["partners-carla@x.example", undefined],
    ]);
    expect(invitations[0]?.inputs.formerly).toEqual(["ana@mid.example", "Ana@old.example"]);
    expect(engine.resources("entra-guests:index:GuestList")[0]?.inputs.formerly).toEqual({
      "ana@mid.example": "ana@new.example",
      "ana@old.example": "ana@new.example",
      "bo@münchen.example": "bo@new.example",
    });
  });

  it("are there to hold on to, by address", async () => {
    const { component } = await invited({ redirectUrl, guests: [{ email: "Ana@x.example" }] });

    expect(await resolved(component.nodes.invitations["ana@x.example"]?.id as pulumi.Output<string>)).toBe(
      "id of partners-ana@x.example",
    );
  });

  it("can be adjusted one by one", async () => {
    const { invitations } = await invited({
      redirectUrl,
      guests: [{ email: "ana@x.example" }, { email: "bo@x.example" }],
      transform: {
        invitation: (args, opts, guest) => {
          if (guest.email !== "bo@x.example") return;
          args.jobTitle = "Adjusted";
          opts.protect = true;
        },
      },
    });

    expect(invitations.map(({ inputs, protect }) => [inputs.jobTitle, protect ?? false])).toEqual([
      [undefined, false],
      ["Adjusted", true],
    ]);
  });
});

describe("expiry", () => {
  const guests = [
    { email: "last-day@x.example", expires: "2026-06-15" },
    { email: "day-after@x.example", expires: "2026-06-14" },
    { email: "yaml-date@x.example", expires: "2026-06-14 00:00:00 +0000 UTC" },
    { email: "no-end@x.example" },
  ];

  it("leaves out whose last day has passed in UTC, and says so once", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const { invitations, component } = await invited({ redirectUrl, expiryNotice: 0, guests });

    expect(invitations.map(({ name }) => name)).toEqual(["partners-last-day@x.example", "partners-no-end@x.example"]);
    expect(Object.keys(component.guests)).toEqual(["last-day@x.example", "no-end@x.example"]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain(
      "2 guests have passed the expiry date and left the list: day-after@x.example",
    );
  });

  it.each([
    [
      undefined,
      "2 guests leave the list within 14 days: today@x.example (2026-06-15), in-14-days@x.example (2026-06-29). Move",
    ],
    [
      30,
      "3 guests leave the list within 30 days: today@x.example (2026-06-15), in-14-days@x.example (2026-06-29), in-15",
    ],
    [7, "1 guest leaves the list within 7 days: today@x.example (2026-06-15). Move expires to keep them."],
  ])("is announced ahead (expiryNotice: %s), soonest first", async (expiryNotice, words) => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const near = [
      { email: "in-15-days@x.example", expires: "2026-06-30" },
      { email: "in-14-days@x.example", expires: "2026-06-29 00:00:00 +0000 UTC" },
      { email: "today@x.example", expires: "2026-06-15" },
      { email: "no-end@x.example" },
    ];
    await invited({ redirectUrl, ...(expiryNotice !== undefined && { expiryNotice }), guests: near });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain(words);
  });

  it("of the list holds for guests without one of their own, and is silent while nobody has left", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    const { invitations } = await invited({
      redirectUrl,
      expires: "2026-07-01",
      guests: [{ email: "ana@x.example" }],
    });

    expect(invitations).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("outputs", () => {
  const guests = [{ email: "New@x.example" }, { email: "old@x.example" }, { email: "new2@x.example" }];

  it("tell each guest by address, and how many are pending and accepted", async () => {
    const { component } = await invited({ redirectUrl, guests });
    const known = component.guests["new@x.example"];

    expect(await resolved(known?.userId as pulumi.Output<string>)).toBe("object of partners-new@x.example");
    expect(await resolved(known?.state as pulumi.Output<string>)).toBe("PendingAcceptance");
    expect(await resolved(component.guests["old@x.example"]?.adopted as pulumi.Output<boolean>)).toBe(true);
    expect(await Promise.all([component.invited, component.pending, component.accepted].map(resolved))).toEqual([
      3, 2, 1,
    ]);
  });

  it("keep the redeem URL secret and everything else readable", async () => {
    const { component } = await invited({ redirectUrl, guests });
    const known = Object.entries(component.guests["old@x.example"] ?? {});

    expect(known.map(([property]) => property).sort()).toEqual(
      ["adopted", "invitedAt", "mailedAt", "mailedBy", "redeemUrl", "state", "userId", "userPrincipalName"].sort(),
    );
    for (const [property, output] of known) {
      expect(await pulumi.isSecret(output), property).toBe(property === "redeemUrl");
    }
    expect(await pulumi.isSecret(component.pending)).toBe(false);
  });

  it("keep the redeem URL secret in a first preview too", async () => {
    await recordedEngine(() => ({}), true);
    const component = new GuestInvitations("partners", { redirectUrl, guests });
    await settled();

    expect(await pulumi.isSecret(component.guests["new@x.example"]?.redeemUrl as pulumi.Output<string>)).toBe(true);
    expect(await resolved(component.invited)).toBe(3);
    // What nobody can know yet is unknown, and not empty.
    const { userIds, pending } = component as unknown as Record<string, { isKnown: Promise<boolean> }>;
    expect(await Promise.all([userIds?.isKnown, pending?.isKnown])).toEqual([false, false]);
  });

  it("count nobody in an empty list", async () => {
    const { component } = await invited({ guests: [] });

    expect(await Promise.all([component.invited, component.pending, component.accepted].map(resolved))).toEqual([
      0, 0, 0,
    ]);
  });
});

describe("a wrong list", () => {
  it("stops the program before anything is registered, with everything that is wrong", async () => {
    const engine = await recordedEngine();
    const message = failure({
      guests: [
        { email: "ana+x@x.example", redirectUrl: "http://x.example" },
        { email: "bo@x.example" },
        { email: "BO@x.example", redirectUrl, expires: "2027-02-30", message: { body: "Hi", language: "da" } },
      ],
    });
    await settled();

    expect(engine.all).toEqual([]);
    expect(message.split("\n").filter((line) => line.startsWith("  guests["))).toEqual([
      "  guests[0].email",
      "  guests[0].redirectUrl",
      "  guests[1].redirectUrl",
      "  guests[2].message",
      "  guests[2].expires",
      "  guests[2].email",
    ]);
    expect(message).toContain("guests[1] is bo@x.example too");
  });

  it("[case 10] refuses outputs and secrets where a plain value is needed, each at its place and nothing else", () => {
    const secret = pulumi.secret("ana@x.example") as never;
    const guests = [
      { email: secret, redirectUrl },
      { email: "bo@x.example", redirectUrl, expires: pulumi.output("2035-12-31") as never },
      { email: "carla@x.example", redirectUrl, groups: ["Partners", pulumi.output("Auditors")] as never },
      { email: "dan@x.example", redirectUrl: pulumi.secret(redirectUrl), displayName: pulumi.secret("Dan") },
    ];
    const message = failure({ guests, userType: Promise.resolve("Guest") as never });
    expect(message.split("\n").filter((line) => /^ {2}[\w.[\]]+$/.test(line))).toEqual([
      "  userType",
      "  guests[0].email",
      "  guests[1].expires",
      "  guests[2].groups",
    ]);
    expect(message.match(/an output or a secret cannot stand here/g)).toHaveLength(4);
    expect(failure({ guests: pulumi.output(guests) as never })).toContain("  guests\n");
  });

  it("[M1] refuses one mailbox in two spellings", () => {
    const guests = ["e6@münchen.example", "e6@xn--mnchen-3ya.example"].map((email) => ({ email, redirectUrl }));
    expect(failure({ guests })).toContain("no address twice");
  });

  it("refuses an earlier address that another guest has or claims, and the guest's own", () => {
    const guests = [
      { email: "ana@new.example", formerly: "bo@x.example" },
      { email: "bo@x.example", formerly: ["bo@old.example"] },
      { email: "carla@x.example", formerly: ["bo@old.example", "carla@X.example"] },
    ].map((guest) => ({ ...guest, redirectUrl }));
    const said = failure({ guests });
    expect(said).toContain("guests[1].email is bo@x.example too");
    expect(said).toContain("guests[1].formerly is bo@old.example too");
    expect(said).toContain("this is the guest's address of today");
    expect(said.match(/an earlier address belongs to one guest only/g)).toHaveLength(2);
  });

  it("[case 16] names a misspelt property alone", () => {
    const guests = [{ email: "ana@x.example" }, { email: "bo@x.example" }];
    expect(failure({ redirectURL: redirectUrl, guests } as never)).toMatch(
      /^1 problem[\s\S]*unknown key[\s\S]*"redirectUrl"$/,
    );
  });

  it("[M4] makes no line and no command of what it quotes", () => {
    const profiles = ["::error::x", "##vso[x]"];
    const accessProfiles = { "##[a]\n::b::": { azure: [{ role: "::c", scope: "/" }] } };
    const message = failure({ redirectUrl, accessProfiles, guests: [{ email: "::d", profiles }] });
    expect(message).toMatch(/problems/);
    expect(message).not.toMatch(/##\w*\[|^\s*::/m);
  });

  it("leaves values that are not known yet to the provider", async () => {
    const { invitations } = await invited({
      redirectUrl: pulumi.output("http://not-looked-at.example"),
      guests: [{ email: "ana@x.example" }],
    });

    expect(invitations).toHaveLength(1);
  });
});

describe("the list as a whole", () => {
  const guests = [
    { email: "New@b.example" },
    { email: "old@a.example" },
    { email: "past@a.example", expires: "2026-06-14" },
  ];

  it("is written down with its addresses, who expired apart, and its limits", async () => {
    const { engine } = await invited({ redirectUrl, guests, removalLimit: { guests: 3 }, allowRemoval: true });
    const lists = engine.resources("entra-guests:index:GuestList");
    expect(lists).toMatchObject([
      {
        name: "partners",
        inputs: {
          addresses: ["new@b.example", "old@a.example"],
          expired: ["past@a.example"],
          removalLimit: { guests: 3 },
          allowRemoval: true,
        },
      },
    ]);
  });

  it("says who mails whom, without the name of a mailbox that is a secret", async () => {
    const mailFrom = "invitations@contoso.example";
    const secretly = pulumi.secret("hidden@contoso.example");
    const { engine, invitations } = await invited({
      redirectUrl,
      message: { body: "Hi" },
      guests: [
        { email: "A@b.example", mailFrom },
        { email: "b@b.example", mailFrom, sendInvitation: false },
        { email: "c@b.example" },
        { email: "d@b.example", mailFrom: secretly },
      ],
    });
    const [list] = engine.resources("entra-guests:index:GuestList");
    // The mailbox's name makes a secret of all of it.
    expect((list?.inputs.mails as { value: unknown } | undefined)?.value).toMatchObject([
      { from: mailFrom, addresses: ["a@b.example"], withBody: 1 },
      { guests: 1, withBody: 1 },
      { addresses: ["d@b.example"], concealed: true },
    ]);
    expect(invitations.map(({ additionalSecretOutputs }) => additionalSecretOutputs.includes("mailedBy"))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it("gives the guests of a long list the time that a mailbox takes", async () => {
    const mailFrom = "invitations@contoso.example";
    const many = Array.from({ length: 200 }, (_, index) => ({ email: `g${index}@b.example` }));
    const { invitations } = await invited({ redirectUrl, mailFrom, guests: many });
    expect(new Set(invitations.map(({ createTimeout }) => createTimeout))).toEqual(new Set(["17m"]));
  });

  it("tells each guest whether they were in the tenant before", async () => {
    const { invitations } = await invited({ redirectUrl, guests });
    expect(invitations.map(({ inputs }) => [inputs.userEmailAddress, inputs.existedBefore])).toEqual([
      ["New@b.example", false],
      ["old@a.example", true],
    ]);
  });

  it("[case 1] tells nothing of a guest whom the list has not looked up: `--target` leaves the list as it is", async () => {
    const { invitations } = await invited({ redirectUrl, guests: [{ email: "olga@a.example" }] });
    expect(invitations.map(({ inputs }) => inputs.existedBefore)).toEqual([undefined]);
  });

  it("[H1] ends with the guests who have resources, and knows who stays, who is disabled, and whose last day is when", async () => {
    const { engine } = await invited({
      redirectUrl,
      guests: [
        { email: "new@b.example", onDelete: "keep" },
        { email: "bo@x.example", onDelete: "disable", expires: "2099-12-31" },
        { email: "old@a.example" },
      ],
      transform: {
        invitation: (_, opts, { email }) => {
          opts.retainOnDelete = email === "old@a.example";
        },
      },
    });
    expect(engine.resources("entra-guests:index:GuestList")[0]?.inputs).toMatchObject({
      keep: ["new@b.example", "old@a.example"],
      disable: ["bo@x.example"],
      lastDays: { "bo@x.example": "2099-12-31" },
    });
    expect(engine.resources("entra-guests:index:SettledGuests").map(({ inputs }) => inputs.known)).toEqual([
      ["bo@x.example", "new@b.example", "old@a.example"],
    ]);
  });

  it("is left out with engine azuread, which needs official plugins only", async () => {
    const { engine } = await invited({ redirectUrl, guests: [{ email: "a@b.example" }], engine: "azuread" });
    expect(engine.resources("entra-guests:index:GuestList")).toEqual([]);
  });
});

describe("speed", () => {
  it("[issue 15, 3] makes few outputs of a guest, and the others have their default", async () => {
    const { component } = await invited({ redirectUrl, guests: [{ email: "ana@x.example", jobTitle: "Auditor" }] });
    const ana = component.nodes.invitations["ana@x.example"] as Invitation;
    const outputs = Object.values(ana).filter((value) => pulumi.Output.isInstance(value));

    expect(outputs.length).toBeLessThan(16);
    expect(await resolved(ana.jobTitle)).toBe("Auditor");
    expect(await resolved(ana.department)).toBeUndefined();
    expect(await resolved(ana.onDelete)).toBe("delete");
  });

  it("[issue 15, 3] registers all guests of a list, although only some at a time", async () => {
    const guests = Array.from({ length: 300 }, (_, number) => ({ email: `guest${number}@x.example` }));
    const engine = await recordedEngine(answers);
    const component = new GuestInvitations("partners", { redirectUrl, guests });
    const { nodes, userIds, accepted } = component;
    const { __childResources: children } = component as unknown as { __childResources: Set<Invitation> };
    const made = () => [...children].filter(({ userEmailAddress }) => userEmailAddress !== undefined).length;
    expect(made()).toBe(256);

    // Whoever asks for one has it at once, and it is no other than the one that is registered.
    const last = nodes.invitations["guest299@x.example"];
    expect(made()).toBe(257);
    const ids = await resolved(userIds);
    expect(nodes.invitations["guest299@x.example"]).toBe(last);
    expect(engine.invitations().map(({ name }) => name)).toEqual(guests.map(({ email }) => `partners-${email}`).sort());
    expect(Object.keys(ids).sort()).toEqual(guests.map(({ email }) => email).sort());
    expect(ids["guest299@x.example"]).toBe("object of partners-guest299@x.example");
    expect(await resolved(accepted)).toBe(300);
  }, 30_000);

  it("does not cost the stack trace of an error in a transform, nor of anything later", async () => {
    const before = Error.stackTraceLimit;
    await recordedEngine(answers);
    const failing = () => {
      throw new Error("from the transform");
    };
    let thrown: Error | undefined;
    try {
      new GuestInvitations("partners", {
        redirectUrl,
        guests: [{ email: "a@b.example" }],
        transform: { invitation: failing },
      });
    } catch (error) {
      thrown = error as Error;
    }
    expect(thrown?.stack).toContain("guest-invitations.test.ts");
    expect(Error.stackTraceLimit).toBe(before);
  });
});
