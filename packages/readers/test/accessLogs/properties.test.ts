// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { bytesInput, type LoggedAccess, readAccessLog } from "../../src/accessLogs/index.ts";
import { random } from "../fuzzSupport.ts";
import { addsUp, fixture, leftOf, MAPPING } from "./support.ts";
import { type Made, WRITERS, WRITTEN } from "./writers.ts";

const ROUNDS = process.env.LONG === "1" ? 500 : 30;
const FILES = process.env.LONG === "1" ? 20_000 : 500;

const PURPOSES = {
  TREAT: ["treatment", false],
  BTG: ["treatment", true],
  HPAYMT: ["payment", false],
  FAMRQT: ["family-request", false],
  HMARKT: undefined,
} as const;

function made({ below }: ReturnType<typeof random>): Made {
  const pick = <T>(...all: readonly T[]): T => all[below(all.length)]!;
  return {
    patient: pick("P-1", "Ü ß", "a'b\"c", "1<2>&3", "7/8", "x.y-z", "日本", `N${below(1000)}`),
    actor: pick("dr.weber", "O'Neil & Co", "<none>", "Žofie", `u${below(1000)}`),
    role: pick("physician", "nurse", "pharmacist"),
    code: pick("TREAT", "TREAT", "BTG", "HPAYMT", "FAMRQT", "HMARKT"),
    at: 1_700_000_000 + below(80_000_000),
    outcome: pick("0", "0", "0", "8"),
    looked: pick("study", "document"),
  };
}

const wanted = (event: Made): Omit<LoggedAccess, "id">[] => {
  const meaning = PURPOSES[event.code as keyof typeof PURPOSES];
  if (event.outcome !== "0" || meaning === undefined) return [];
  const { patient, actor, role, at } = event;
  const name = event.looked === "study" ? "imaging" : "clinical";
  return [{ patient, actor, role, purpose: meaning[0], class: name, at, emergency: meaning[1] }];
};

describe("access logs: properties", function () {
  this.timeout(600_000);

  it(`${ROUNDS} random logs read to the same accesses in every format`, async () => {
    const chance = random("access logs");
    for (let i = 0; i < ROUNDS; i++) {
      const events = Array.from({ length: 2 + chance.below(12) }, () => made(chance));
      const failed = events.filter(({ outcome }) => outcome === "8").length;
      const unknown = events.filter(({ outcome, code }) => outcome === "0" && code === "HMARKT").length;
      for (const [name, write] of Object.entries(WRITERS)) {
        const reading = await readAccessLog(bytesInput(new TextEncoder().encode(write(events))), WRITTEN);
        addsUp(reading);
        expect(
          reading.accesses.map(({ id: _, ...access }) => access),
          name,
        ).to.deep.equal(events.flatMap(wanted));
        expect(new Set(reading.accesses.map(({ id }) => id)).size).to.equal(reading.accesses.length);
        expect(leftOf(reading), name).to.deep.equal({
          ...(failed > 0 ? { failed } : {}),
          ...(unknown > 0 ? { "unknown-purpose": unknown } : {}),
        });
      }
    }
  });

  it(`${FILES} changed files never give another error than ours, and their totals add up`, async () => {
    const chance = random("changed access logs");
    const events = Array.from({ length: 4 }, () => made(chance));
    const files = [
      ...["r4-bundle.json", "r5.ndjson", "one-resource.json", "dicom.xml", "wrapped.xml", "sequence.xml"].map(
        fixture,
      ),
      fixture("atna.log"),
      ...Object.values(WRITERS).map((write) => Buffer.from(write(events))),
    ];
    let readings = 0;
    for (let i = 0; i < FILES; i++) {
      const file = chance.mutate(files[i % files.length]!);
      const mapping = i % 2 === 0 ? MAPPING : WRITTEN;
      try {
        addsUp(await readAccessLog(bytesInput(file), mapping));
        readings += 1;
      } catch (error) {
        if (error instanceof VitalproofError && /^FILE_NOT_UNDERSTOOD$/.test(error.code)) continue;
        throw new Error(`failed over ${Buffer.from(file).toString("base64")}`, { cause: error });
      }
    }
    // Most changes cost one message, not the file.
    expect(readings).to.be.greaterThan(FILES / 2);
  });

  it("a change in one line or message of many leaves the others as they are", async () => {
    const chance = random("one of many");
    const events = Array.from(
      { length: 8 },
      () => ({ ...made(chance), outcome: "0", code: "TREAT" }) as const,
    );
    for (const name of [
      "R5 lines",
      "RFC 3881",
      "DICOM, one after the other",
      "syslog lines",
      "syslog stream",
    ]) {
      const text = WRITERS[name]!(events);
      const whole = (await readAccessLog(bytesInput(Buffer.from(text)), WRITTEN)).accesses;
      for (let i = 0; i < 40; i++) {
        const at = 100 + chance.below(text.length - 200);
        const changed = `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
        const reading = await readAccessLog(bytesInput(Buffer.from(changed)), WRITTEN);
        addsUp(reading);
        // At most two became one, or one two.
        expect(reading.messages, `${name} at ${at}`).to.be.within(7, 9);
        const kept = reading.accesses.filter((access) => whole.some(({ id }) => id === access.id));
        expect(kept.length, `${name} at ${at}`).to.be.at.least(whole.length - 2);
        for (const access of kept) expect(whole).to.deep.include(access);
      }
    }
  });
});
