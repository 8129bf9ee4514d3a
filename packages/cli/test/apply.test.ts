// SPDX-License-Identifier: GPL-3.0-or-later
import { type ProfileName, type ProgramFacts, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { assertOneFits } from "../src/commands/apply.ts";
import { EXIT, exitCodeOf } from "../src/exit.ts";
import type { Opening } from "../src/patientLog.ts";

/** What decides whether a program can pay on a log. */
const program = (profile: ProfileName, offset: number, group = 1n): ProgramFacts =>
  ({ program: 3n, terms: { profile, offset }, group }) as unknown as ProgramFacts;
const log = (profile: ProfileName, offset: number, group = 1n): Opening =>
  ({ opening: { profile, offset, group, subject: 1n, firstEpoch: 1, genesis: 1n } }) as unknown as Opening;

describe("apply: whether the vault's logs fit the program", () => {
  const WANTED = program("glucose-mg-dl-5min", 4);
  const refusal = (logs: readonly Opening[], facts: ProgramFacts): VitalproofError => {
    try {
      assertOneFits(logs, facts);
    } catch (error) {
      if (error instanceof VitalproofError) return error;
      throw error;
    }
    throw new Error("It was accepted.");
  };

  it("another day offset, profile or group is refused before anything is proven, with what both have", () => {
    for (const [other, member] of [
      [log("glucose-mg-dl-5min", 0), "offset"],
      [log("glucose-mg-dl-15min", 4), "profile"],
      [log("glucose-mg-dl-5min", 4, 2n), "group"],
    ] as const) {
      const error = refusal([other], WANTED);
      expect(error.code, member).to.equal("LOG_MISMATCH");
      expect(exitCodeOf(error.code), member).to.equal(EXIT.input);
      expect(JSON.stringify(error), member).to.contain(String(other.opening[member]));
    }
    const { shortMessage } = refusal([log("glucose-mg-dl-5min", 0)], WANTED);
    expect(shortMessage).to.contain("00:00 UTC").and.to.contain("01:00 UTC");
  });

  it("one log that fits is enough; the log of the program's profile is the one that the refusal is about", () => {
    const other = log("heart-rate-1min", 4);
    assertOneFits([other, log("glucose-mg-dl-5min", 4)], WANTED);
    // Without a log the attester says what it needs: a patient may apply first.
    assertOneFits([], WANTED);
    const error = refusal([other, log("glucose-mg-dl-5min", 8)], WANTED);
    expect(JSON.stringify(error)).to.not.contain("heart-rate");
  });
});
