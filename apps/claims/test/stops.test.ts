// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import { ledgerOf } from "../src/data/ledgerBook.ts";
import { circuitStop, globalStops } from "../src/data/stops.ts";
import { dateTime } from "../src/words/format.ts";
import { begin, type Event, HASH, INSURER, story } from "./support/story.ts";

const stopsOf = (...events: Event[]) => ledgerOf(story(...begin, ...events)).stops;
const paused: Event = ["Paused", 9 * DAY, "an exercise"];
const outage: Event = ["OutageDeclared", DAY, 2 * DAY, "the sequencer was down"];
const suspended: Event = ["CircuitSuspended", HASH, 9 * DAY, "a doubt"];

describe("stops in words", () => {
  it("a pause is told until it ends, on its own or early", () => {
    const stops = stopsOf(paused);
    expect(globalStops(stops, 9 * DAY - 1)).to.have.length(1);
    expect(globalStops(stops, 0)[0]).to.include({
      title: `Paused until ${dateTime(9 * DAY)}.`,
      quoted: "an exercise",
    });
    expect(globalStops(stops, 9 * DAY)).to.deep.equal([]);
    expect(globalStops(stopsOf(paused, ["PauseEnded"]), 0)).to.deep.equal([]);
  });

  it("an outage is told as long as it keeps windows open", () => {
    const stops = stopsOf(outage);
    expect(globalStops(stops, 5 * DAY - 1)[0]?.says).to.contain(dateTime(5 * DAY));
    expect(globalStops(stops, 5 * DAY)).to.deep.equal([]);
    expect(globalStops(stopsOf(outage, paused), 3 * DAY)).to.have.length(2);
  });

  it("a suspension concerns its circuit only, and an exposure has no end", () => {
    const stops = stopsOf(suspended);
    expect(circuitStop(stops, HASH, 9 * DAY - 1)?.title).to.contain(dateTime(9 * DAY));
    expect(circuitStop(stops, HASH, 9 * DAY)).to.equal(undefined);
    expect(circuitStop(stops, `0x${"45".repeat(32)}`, 0)).to.equal(undefined);
    expect(circuitStop(stopsOf(suspended, ["SuspensionEnded", HASH]), HASH, 0)).to.equal(undefined);
    const exposed = stopsOf(suspended, ["ForgeryExposed", HASH, INSURER]);
    expect(circuitStop(exposed, HASH, 99 * DAY)?.title).to.contain("accepts forged proofs");
  });
});
