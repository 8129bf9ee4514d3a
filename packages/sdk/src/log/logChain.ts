// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { gapHeadOf, headOf, innerOf, leafOf } from "../hashes/chain.ts";
import { packContext } from "../hashes/context.ts";
import { MISSING } from "../profiles/codes.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import type { EpochOpening } from "../witness/claim.ts";
import { logCorrupt } from "./corrupt.ts";
import type { LogOpening, LogState } from "./intakeMessages.ts";
import { missingEpoch } from "./missingEpoch.ts";
import type { EpochRecord } from "./record.ts";

/** What intake's state changes of a chain, in order of epochs. */
type Following = {
  /** Sealed epochs that intake has, whose receipts were lost. */
  accepted: EpochRecord[];
  gaps: EpochRecord[];
  resealed: EpochRecord[];
};

/** The epochs of one log, each of which extends the head of the one before. In memory only: `Log` stores them. */
export class LogChain {
  readonly opening: LogOpening;
  readonly profile: Profile;
  /** By epoch, from the first one on without a hole. */
  readonly #epochs: EpochRecord[];

  constructor(opening: LogOpening, epochs: EpochRecord[]) {
    this.opening = opening;
    this.profile = profileOf(opening.profile);
    this.#epochs = epochs;
  }

  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  get nextEpoch(): number {
    return this.opening.firstEpoch + this.#epochs.length;
  }

  get head(): bigint {
    return this.#headBefore(this.#epochs.length);
  }

  /** @throws LOG_EPOCH_MISSING */
  record(epoch: number): EpochRecord {
    const record = this.#epochs[epoch - this.opening.firstEpoch];
    if (record !== undefined) return record;
    throw missingEpoch(epoch, { firstEpoch: this.opening.firstEpoch, nextEpoch: this.nextEpoch });
  }

  /** The head before some epochs, and what opens them. @throws LOG_EPOCH_MISSING */
  period(firstEpoch: number, epochs: number): { previousHead: bigint; epochs: EpochOpening[] } {
    const records = Array.from({ length: epochs }, (_, i) => this.record(firstEpoch + i));
    return {
      previousHead: records[0]!.previous,
      epochs: records.map(({ epoch, salt, codes }) => ({ epoch, salt, codes })),
    };
  }

  /** Adds the next epoch, or replaces one. */
  put(record: EpochRecord): void {
    this.#epochs[record.epoch - this.opening.firstEpoch] = record;
  }

  context(epoch: number): bigint {
    return packContext({ profile: this.profile.id, offset: this.opening.offset, epoch });
  }

  leaf(epoch: number): bigint {
    return leafOf(this.opening.subject, this.context(epoch), this.record(epoch).head);
  }

  inner(epoch: number): bigint {
    const { salt, codes } = this.record(epoch);
    return innerOf(this.profile, { context: this.context(epoch), salt, codes });
  }

  /** An epoch sealed onto the last one, with a fresh salt. */
  sealed(content: Pick<EpochRecord, "epoch" | "codes" | "moved" | "dropped">): EpochRecord {
    return this.#sealedOnto(this.head, content);
  }

  /**
   * The epochs that change where intake recorded gaps, or took heads whose receipts were lost.
   * @throws LOG_DIVERGED when intake's head does not follow from this chain
   */
  following(state: LogState): Following {
    const accepted = this.#epochs.findLastIndex(({ status }) => status !== "sealed") + 1;
    const recorded = state.nextEpoch - this.opening.firstEpoch;
    // Intake may have taken heads whose receipts were lost on the way; what it has beyond them are gaps.
    for (let taken = Math.min(this.#epochs.length, recorded); taken >= accepted; taken--) {
      const gaps = this.#gapsFrom(taken, recorded);
      const last = gaps.at(-1)?.head ?? this.#headBefore(taken);
      if (last !== state.head) continue;
      const resealed: EpochRecord[] = [];
      for (const record of gaps.length > 0 ? this.#epochs.slice(recorded) : []) {
        resealed.push(this.#sealedOnto(resealed.at(-1)?.head ?? last, record));
      }
      return {
        accepted: this.#epochs.slice(accepted, taken).map((record) => ({ ...record, status: "accepted" })),
        gaps,
        resealed,
      };
    }
    throw new VitalproofError("LOG_DIVERGED", "Intake's head does not follow from this log.", {
      details: { nextEpoch: state.nextEpoch, head: state.head },
      hint: "Another sealer may be writing to this log; find out which of the two holds the device's readings.",
    });
  }

  /** Recomputes the chain. @throws LOG_CORRUPT naming the first epoch that does not fit */
  verify(): void {
    const salts = new Set<bigint>();
    let previous = this.opening.genesis;
    this.#epochs.forEach((record, i) => {
      const { epoch, salt, codes, status, head } = record;
      if (epoch !== this.opening.firstEpoch + i) throw logCorrupt(epoch, "it is out of order");
      if (record.previous !== previous) throw logCorrupt(epoch, "it does not extend the epoch before");
      if (
        codes.length !== this.profile.slots ||
        codes.some((code) => code < 0 || code > this.profile.codes)
      ) {
        throw logCorrupt(epoch, "its slots are not those of the profile");
      }
      if (status === "gap" && (salt !== 0n || codes.some((code) => code !== MISSING))) {
        throw logCorrupt(epoch, "it is a gap with content");
      }
      if (status !== "gap" && (salt === 0n || salts.has(salt)))
        throw logCorrupt(epoch, "its salt is not fresh");
      salts.add(salt);
      const context = this.context(epoch);
      if (headOf(this.profile, { previous, context, salt, codes }) !== head)
        throw logCorrupt(epoch, "its head is wrong");
      previous = head;
    });
  }

  #sealedOnto(
    previous: bigint,
    { epoch, codes, moved, dropped }: Pick<EpochRecord, "epoch" | "codes" | "moved" | "dropped">,
  ): EpochRecord {
    const salt = randomFieldElement();
    const head = headOf(this.profile, { previous, context: this.context(epoch), salt, codes });
    return { epoch, status: "sealed", previous, head, salt, codes, moved, dropped };
  }

  #gapsFrom(from: number, to: number): EpochRecord[] {
    const gaps: EpochRecord[] = [];
    let previous = this.#headBefore(from);
    for (let i = from; i < to; i++) {
      const epoch = this.opening.firstEpoch + i;
      const head = gapHeadOf(this.profile, previous, this.context(epoch));
      const codes = new Array<number>(this.profile.slots).fill(MISSING);
      gaps.push({ epoch, status: "gap", previous, head, salt: 0n, codes, moved: 0, dropped: 0 });
      previous = head;
    }
    return gaps;
  }

  #headBefore(index: number): bigint {
    return index === 0 ? this.opening.genesis : this.#epochs[index - 1]!.head;
  }
}
