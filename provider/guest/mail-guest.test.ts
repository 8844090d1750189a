import { expect, it } from "vitest";
import { unknownValue } from "../pulumi/resource-provider.ts";
import { mailNotices } from "./mail-guest.ts";

const byMicrosoft = { guests: 2, withBody: 2 };
const byMailbox = { from: "invitations@contoso.example", addresses: ["c@b.example"], withBody: 1 };

it("says once for a list who mails whom, and warns of the messages that an application's invitation leaves out", () => {
  const [info, warning] = mailNotices({ mails: [byMailbox, byMicrosoft] }, "application");
  expect(info).toEqual({
    severity: "info",
    message: "Mails: 1 guest by invitations@contoso.example, 2 guests by Microsoft.",
  });
  expect(warning).toMatchObject({ severity: "warning" });
  expect(warning?.message).toMatch(/message of 2 guests will be left out: .*set guests:mailFrom/);
});

it("warns with an if where nobody can tell who signs in, and not where a person does", () => {
  expect(mailNotices({ mails: [byMicrosoft] }, "unknown")[1]?.message).toContain("left out if an application signs in");
  expect(mailNotices({ mails: [byMicrosoft] }, "person")).toHaveLength(1);
  expect(mailNotices({ mails: [byMailbox] }, "application")).toHaveLength(1);
  expect(mailNotices({ mails: [{ ...byMicrosoft, withBody: 0 }] }, "application")).toHaveLength(1);
});

it("names no mailbox that is a secret or not known yet, and says nothing of an empty list", () => {
  expect(mailNotices({ mails: [{ ...byMailbox, concealed: true }] }, "application")[0]?.message).toBe(
    "Mails: 1 guest by a mailbox of yours.",
  );
  expect(mailNotices({ mails: [{ ...byMailbox, from: unknownValue }] }, "application")[0]?.message).toBe(
    "Mails: 1 guest by a mailbox of yours.",
  );
  expect(mailNotices({ mails: [] }, "application")).toEqual([]);
  expect(mailNotices({ mails: unknownValue }, "application")).toEqual([]);
  expect(mailNotices({}, "application")).toEqual([]);
});
