import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byExpiry, calendarDay, meantDay } from "./calendar-day.ts";

describe("a calendar day", () => {
  it("is every day there is", () => {
    const days = fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });

    fc.assert(
      fc.property(days, (date) => {
        const day = date.toISOString().slice(0, 10);
        expect(calendarDay(day)).toBe(day);
        expect(calendarDay(`${day} 00:00:00 +0000 UTC`)).toBe(day);
      }),
    );
  });

  it.each(["2027-02-30", "2027-02-29", "2027-00-10", "2027-13-01", "2027-3-1", "27-03-01", "", "tomorrow"])(
    "is not %j",
    (text) => expect(calendarDay(text)).toBeUndefined(),
  );

  it.each(["2027-03-31T01:00:00Z", "2027-03-31T00:00:00+02:00", "2027-03-31 00:00:00 +0200 CEST", "2027-03-31 "])(
    "is not the time %j",
    (text) => expect(calendarDay(text)).toBeUndefined(),
  );
});

it.each([
  ["31.3.2027", "2027-03-31"],
  ["31. 03. 2027", "2027-03-31"],
  ["2027/3/1", "2027-03-01"],
  ["20270331", "2027-03-31"],
  ["2027-03-31T12:00:00Z", "2027-03-31"],
  ["31/12/2027", "2027-12-31"],
  ["4/3/2027", undefined],
  ["30.2.2027", undefined],
  ["tomorrow", undefined],
])("[case 7] %s is meant to be %s", (written, meant) => {
  expect(meantDay(written)).toBe(meant);
});

describe("expiry", () => {
  it("is the day after the last one", () => {
    const guests = [{ expires: "2027-03-30" }, { expires: "2027-03-31" }, {}];

    expect(byExpiry(guests, "2027-03-31")).toEqual({
      current: [{ expires: "2027-03-31" }, {}],
      expired: [{ expires: "2027-03-30" }],
    });
  });
});
