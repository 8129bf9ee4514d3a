// SPDX-License-Identifier: GPL-3.0-or-later
import { enrol } from "@vitalproof/sdk";
import type { Duty } from "../../operate/loop.ts";
import type { KnownLog } from "./logs.ts";
import { isTemporary, type Parts, reportLog } from "./parts.ts";

/**
 * Asks attesters to open the logs that are not open. A log begins with the epoch after the one that runs, so that none is half
 * empty. One that the attester has open already is left to an operator: another gateway may be sealing it.
 */
export class EnrolDuty implements Duty {
  readonly name = "enrolment";
  readonly every: number;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.every = parts.times.look;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const { database, directory, troubles } = this.#parts;
    const now = await this.#parts.time();
    if (now === undefined) return false;
    const rows = await database.reads
      .selectFrom("gateway_log")
      .select("log")
      .where("next_epoch", "is", null)
      .orderBy("log")
      .execute();
    for (const { log } of rows) {
      const known = directory.get(log);
      if (signal.aborted) return false;
      if (known !== undefined && !troubles.rests(log, "enrol")) await this.#enrol(known, Math.floor(now));
    }
    return false;
  }

  async #enrol(known: KnownLog, now: number): Promise<void> {
    const { logs, troubles, report } = this.#parts;
    const { name, subject, profile, offset, signer, attester } = known;
    const { curve, publicKey } = signer;
    try {
      const device = { curve, publicKey };
      const opening = await enrol(attester.services, { subject, device, profile, offset }, now);
      await logs.open(known, opening);
      this.#parts.noteOpening(name, opening.firstEpoch, opening.firstEpoch);
      troubles.settle(name, "enrol");
      report({ level: "info", event: "log-opened", log: name, epoch: opening.firstEpoch });
    } catch (error) {
      if (isTemporary(error)) throw error;
      troubles.note(name, "enrol", error);
      reportLog(report, "enrolment-failed", known, error);
    }
  }
}
