// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { Backoff } from "../src/gateway/mqtt/backoff.ts";
import { covers, fits, isFilter, levelOf } from "../src/gateway/topic.ts";

describe("MQTT topics", () => {
  it("filters: what is one, and what is not", () => {
    for (const text of ["a", "a/b", "+", "#", "a/+/c", "a/#", "/", "/+", "a//b", "$SYS/#", "ü/☃"])
      expect(isFilter(text), text).to.equal(true);
    for (const text of [
      "",
      "a#",
      "a/#/b",
      "a+/b",
      "+a",
      "##",
      "a\0b",
      "\ud800",
      "$share/g/a",
      "a".repeat(65_536),
      "/".repeat(100),
    ])
      expect(isFilter(text), text.slice(0, 20)).to.equal(false);
  });

  it("fit as section 4.7 of MQTT 3.1.1 says", () => {
    for (const [filter, topic, wanted] of [
      ["sport/tennis/player1/#", "sport/tennis/player1", true],
      ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
      ["sport/#", "sport", true],
      ["#", "a/b/c", true],
      ["sport/tennis/+", "sport/tennis/player1", true],
      ["sport/tennis/+", "sport/tennis/player1/ranking", false],
      ["sport/+", "sport", false],
      ["sport/+", "sport/", true],
      ["+/+", "/finance", true],
      ["/+", "/finance", true],
      ["+", "/finance", false],
      ["#", "$SYS/broker", false],
      ["+/monitor/Clients", "$SYS/monitor/Clients", false],
      ["$SYS/#", "$SYS/monitor/Clients", true],
      ["ACCOUNTS", "Accounts", false],
    ] as const)
      expect(fits(filter, topic), `${filter} ${topic}`).to.equal(wanted);
  });

  it("a filter covers another one exactly where no topic of the other escapes it", () => {
    const level = fc.constantFrom("a", "b", "", "$x");
    const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
    const filter = fc
      .tuple(fc.array(fc.oneof(level, fc.constant("+")), { maxLength: 3 }), fc.boolean())
      .map(([levels, open]) => [...levels, ...(open || levels.length === 0 ? ["#"] : [])].join("/"))
      .filter((text) => text !== "");
    fc.assert(
      fc.property(filter, filter, topic, (allowed, wanted, name) => {
        if (covers(allowed, wanted) && fits(wanted, name)) expect(fits(allowed, name)).to.equal(true);
      }),
      { numRuns: 20_000 },
    );
    for (const [allowed, wanted] of [
      ["#", "a/#"],
      ["a/#", "a"],
      ["a/+/c", "a/b/c"],
      ["a/+", "a/+"],
      ["+/#", "a/+/b"],
    ] as const)
      expect(covers(allowed, wanted), `${allowed} ${wanted}`).to.equal(true);
    for (const [allowed, wanted] of [
      ["a/+", "a/#"],
      ["a/b", "a/+"],
      ["a/+/#", "a/#"],
      ["#", "$SYS/#"],
      ["a/+", "+/b"],
    ] as const)
      expect(covers(allowed, wanted), `${allowed} ${wanted}`).to.equal(false);
  });

  it("levels are counted from 1", () => {
    expect([1, 2, 3, 4].map((level) => levelOf("a//c", level))).to.deep.equal([
      "a",
      undefined,
      "c",
      undefined,
    ]);
  });
});

describe("pauses", () => {
  it("double up to the longest, between half and the whole, and begin again after a success", () => {
    const least = new Backoff(100, 1000, () => 0);
    const most = new Backoff(100, 1000, () => 1);
    expect(Array.from({ length: 5 }, () => least.next())).to.deep.equal([50, 100, 200, 400, 500]);
    expect(Array.from({ length: 5 }, () => most.next())).to.deep.equal([100, 200, 400, 800, 1000]);
    for (let i = 0; i < 2000; i++) most.next();
    expect(most.next()).to.equal(1000);
    most.reset();
    expect(most.next()).to.equal(100);
  });
});
