// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, dayOffsetOf } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  dateTime,
  duration,
  type Span,
  spanClock,
  spanName,
  spanTimes,
  spanZone,
  utcDate,
} from "../src/words/format.ts";

const at = (text: string): number => Date.parse(text) / 1000;

/** Whole days of a zone, from its midnight on. */
function daysIn(zone: string, midnight: string, days = 1): Span {
  const start = at(midnight);
  return { start, end: start + days * DAY, offset: dayOffsetOf(zone, start) };
}

describe("app: times", () => {
  it("tells a time in the reader's zone, with its name", () => {
    const time = at("2026-11-21T16:43Z");
    expect(dateTime(time, "Europe/Berlin")).to.equal("21 Nov 2026, 17:43 CET");
    expect(dateTime(time, "UTC")).to.equal("21 Nov 2026, 16:43 UTC");
    expect(dateTime(time, "America/New_York")).to.equal("21 Nov 2026, 11:43 GMT-5");
    expect(dateTime(at("2026-07-01T23:30Z"), "Europe/Berlin")).to.equal("2 Jul 2026, 01:30 CEST");
    expect(dateTime(2 ** 53, "UTC")).to.equal("never");
  });

  it("without a zone takes the machine's", () => {
    expect(dateTime(0)).to.equal(dateTime(0, Intl.DateTimeFormat().resolvedOptions().timeZone));
  });

  it("tells a period in the zone of its own days, wherever the reader is", () => {
    for (const reader of ["Asia/Tokyo", "America/New_York", "UTC"]) {
      const berlin = daysIn("Europe/Berlin", "2026-02-28T23:00Z");
      expect(spanTimes(berlin, reader)).to.equal("1 Mar 2026, 00:00 to 24:00, UTC+01:00");
      expect(spanName(berlin, reader)).to.equal("1 Mar 2026");
      expect(spanClock(berlin, at("2026-03-01T05:30Z"), reader)).to.equal("06:30");
      const york = daysIn("America/New_York", "2026-03-01T05:00Z", 7);
      expect(spanTimes(york, reader)).to.equal("1 Mar 2026, 00:00 to 7 Mar 2026, 24:00, UTC-05:00");
      expect(spanName(york, reader)).to.equal("1 Mar 2026 to 7 Mar 2026");
      expect(spanTimes(daysIn("UTC", "2026-03-01T00:00Z"), reader)).to.equal(
        "1 Mar 2026, 00:00 to 24:00, UTC",
      );
      expect(spanZone(daysIn("+05:45", "2026-02-28T18:15Z"), reader)).to.equal("UTC+05:45");
    }
  });

  it("takes the side of the date line that is the reader's", () => {
    // 11:00 UTC: midnight 13 hours east, where it is the 2nd, and 11 hours west, where it is the 1st.
    const span = { start: at("2026-03-01T11:00Z"), end: at("2026-03-02T11:00Z"), offset: 44 };
    expect(spanTimes(span, "Pacific/Auckland")).to.equal("2 Mar 2026, 00:00 to 24:00, UTC+13:00");
    expect(spanTimes(span, "Pacific/Pago_Pago")).to.equal("1 Mar 2026, 00:00 to 24:00, UTC-11:00");
  });

  it("tells what is shorter than a day by its times", () => {
    const hour = { start: at("2026-03-01T23:00Z"), end: at("2026-03-02T00:00Z"), offset: 0 };
    expect(spanName(hour, "Europe/Berlin")).to.equal("1 Mar 2026, 23:00 to 24:00, UTC");
    const late = { start: at("2026-03-01T23:15Z"), end: at("2026-03-02T00:15Z"), offset: 1 };
    expect(spanName(late, "UTC")).to.equal("1 Mar 2026, 23:15 to 2 Mar 2026, 00:15, UTC");
  });

  it("tells the chain's own days in UTC", () => {
    expect(utcDate(at("2026-11-21T23:59Z"))).to.equal("21 Nov 2026");
  });

  it("tells a duration in its largest whole unit", () => {
    expect([duration(172_800), duration(3600), duration(90)]).to.deep.equal([
      "2 days",
      "1 hour",
      "90 seconds",
    ]);
  });
});
