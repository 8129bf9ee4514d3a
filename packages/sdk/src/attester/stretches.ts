// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { gapHeadOf, genesisOf, leafOf } from "../hashes/chain.ts";
import { packContext } from "../hashes/context.ts";
import type { LogOpening } from "../log/intakeMessages.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import { anchorDayOf, epochEnd } from "../time/epochs.ts";
import { contextOf } from "./context.ts";
import type { AttesterRecords, LogKey, LogRecord } from "./records.ts";
import { refused } from "./refused.ts";

/**
 * The logs as the attester recorded them, in stretches of one offset each. Where no head came in time, a gap becomes
 * part of the record. `Intake` says in what order its methods run.
 */
export class Stretches {
  readonly #records: AttesterRecords;
  readonly #group: bigint;

  constructor(records: AttesterRecords, group: bigint) {
    this.#records = records;
    this.#group = group;
  }

  /** Begins a stretch, with its genesis. @throws INTAKE_FIRST_EPOCH_PAST */
  async open(
    key: LogKey,
    { offset, firstEpoch }: { offset: number; firstEpoch: number },
    now: number,
  ): Promise<LogOpening> {
    const profile = profileOf(key.profile);
    const end = epochEnd(profile, offset, firstEpoch);
    if (end <= now) {
      throw refused("INTAKE_FIRST_EPOCH_PAST", `Epoch ${firstEpoch} ended at ${end}, now it is ${now}.`, {
        details: { firstEpoch, end, now: now },
        hint: "A log cannot begin in the past.",
      });
    }
    const salt = randomFieldElement();
    const context = packContext({ profile: profile.id, offset, epoch: firstEpoch });
    const genesis = genesisOf(key.subject, context, salt);
    await this.#records.saveLog(key, {
      offset,
      firstEpoch,
      genesis,
      salt,
      head: genesis,
      nextEpoch: firstEpoch,
    });
    const { subject } = key;
    return { group: this.#group, subject, profile: profile.name, offset, firstEpoch, genesis };
  }

  /** All stretches of one person and profile, oldest first. @throws INTAKE_LOG_UNKNOWN when there is none */
  async of(subject: bigint, profile: Profile): Promise<[LogRecord, ...LogRecord[]]> {
    const [first, ...others] = await this.#records.logs(subject, profile.id);
    if (first === undefined) throw noLog(profile);
    return [first, ...others];
  }

  /** @throws INTAKE_LOG_EXISTS */
  async assertNone(subject: bigint, profile: Profile): Promise<void> {
    if ((await this.#records.logs(subject, profile.id)).length === 0) return;
    throw refused("INTAKE_LOG_EXISTS", `This person has a log of ${profile.name} already.`, {
      hint: "Go on with it. For a person who lost it, continue it (`vitalproof attester continue-log`). To move the start of its days, open a successor.",
    });
  }

  /** The stretch that an epoch belongs to. @throws INTAKE_LOG_UNKNOWN, INTAKE_WRONG_CONTEXT */
  async keyFor(subject: bigint, profile: Profile, offset: number, epoch: number): Promise<LogKey> {
    const logs = await this.of(subject, profile);
    const generation = logs.findIndex(
      (log) => log.offset === offset && log.firstEpoch <= epoch && epoch <= (log.lastEpoch ?? epoch),
    );
    if (generation >= 0) return { subject, profile: profile.id, generation };
    const current = logs.at(-1)!;
    throw refused(
      "INTAKE_WRONG_CONTEXT",
      `Epoch ${epoch} at offset ${offset} belongs to no log of this person.`,
      {
        details: { epoch, offset, currentOffset: current.offset, currentFirstEpoch: current.firstEpoch },
      },
    );
  }

  /** Whether a log is still there: its person may have been erased since the key was read. */
  async isThere({ subject, profile, generation }: LogKey): Promise<boolean> {
    return (await this.#records.logs(subject, profile))[generation] !== undefined;
  }

  /**
   * Appends gap heads for every epoch whose deadline is past.
   * @param time seconds from an epoch's end to its deadline
   */
  async fillGaps(key: LogKey, now: number, time: number): Promise<LogRecord> {
    const profile = profileOf(key.profile);
    let log = (await this.#records.logs(key.subject, key.profile))[key.generation]!;
    const last = log.lastEpoch ?? Number.MAX_SAFE_INTEGER;
    const before = log.nextEpoch;
    while (log.nextEpoch <= last && epochEnd(profile, log.offset, log.nextEpoch) + time < now) {
      const context = contextOf(key, log, log.nextEpoch);
      const head = gapHeadOf(profile, log.head, context);
      const anchored = {
        leaf: leafOf(key.subject, context, head),
        day: anchorDayOf(profile, log.offset, log.nextEpoch),
      };
      await this.#records.saveHead(key, log.nextEpoch, { previous: log.head, head }, anchored);
      log = { ...log, head, nextEpoch: log.nextEpoch + 1 };
    }
    if (log.nextEpoch !== before) await this.#records.saveLog(key, log);
    return log;
  }
}

function noLog(profile: Profile): VitalproofError {
  return refused("INTAKE_LOG_UNKNOWN", `This person has no log of ${profile.name}.`, {
    hint: "Call openLog first.",
  });
}
