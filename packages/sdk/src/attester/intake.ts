// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from "ethers";
import type { DeviceKey } from "../device/signer.ts";
import { assertField } from "../field.ts";
import { headAfter, leafOf } from "../hashes/chain.ts";
import { unpackContext } from "../hashes/context.ts";
import { assertInteger } from "../invalid.ts";
import type { LogOpening, LogState, SignedHead } from "../log/intakeMessages.ts";
import { type AnchorDomain, type SignedReceipt, signReceipt } from "../log/receipt.ts";
import { Mutex } from "../mutex.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import type { Store } from "../store.ts";
import { anchorDayOf, DAY, dayEnd, epochAt, epochEnd, epochStart } from "../time/epochs.ts";
import { AttesterRecords, type LogKey, type LogRecord } from "./records.ts";
import { refused } from "./refused.ts";
import { Registration } from "./registration.ts";
import { contextOf, Stretches } from "./stretches.ts";

/** For `Stretches.fillGaps`: every epoch that is over. */
const OVER = -1;

export type IntakeOptions = {
  store: Store;
  /** Number of the attester's group in the anchor registry. */
  group: bigint;
  /** The group's fixed time in seconds within which a head must arrive after its epoch's end. */
  intakeTime: number;
  domain: AnchorDomain;
  /** Signs receipts: the group's attester account. */
  signer: Signer;
  /** The attester's own clock, in Unix seconds; the system's when left out. */
  clock?: () => number;
};

/**
 * The attester's door. It knows which device measures which patient. It accepts signed heads (never readings or
 * salts), one per epoch, in time and in order, and records a gap where nothing came. Every refusal has a stable code.
 *
 * Trusted for: who a subject is, which device is theirs, the clock, and accepting everything that is due. It cannot
 * deny what it accepted, because it signs a receipt. One intake process per store at a time.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #records: AttesterRecords;
  readonly #registration: Registration;
  readonly #stretches: Stretches;
  readonly #mutex = new Mutex();

  constructor(options: IntakeOptions) {
    assertInteger("intakeTime", options.intakeTime, 0, 180 * DAY);
    this.#options = options;
    this.#records = new AttesterRecords(options.store);
    this.#registration = new Registration(this.#records, options.group);
    this.#stretches = new Stretches(this.#records, options.group);
  }

  /** Notes that the attester knows who is behind a subject. Call it after checking who the person is. */
  registerPerson(subject: bigint): Promise<void> {
    assertField("subject", subject);
    return this.#mutex.run(() => this.#registration.registerPerson(subject, this.#now()));
  }

  /** Whether a person is registered under this subject. */
  knows(subject: bigint): Promise<boolean> {
    return this.#registration.knows(subject);
  }

  /**
   * Opens the one log of a person and profile and makes its genesis.
   * @param request `firstEpoch` may not be over; the epoch that runs now when left out
   * @throws INTAKE_SUBJECT_UNKNOWN, INTAKE_LOG_EXISTS, INTAKE_FIRST_EPOCH_PAST
   */
  openLog(request: {
    subject: bigint;
    profile: ProfileName;
    offset: number;
    firstEpoch?: number;
  }): Promise<LogOpening> {
    return this.#mutex.run(async () => {
      const { subject, offset } = request;
      const profile = profileOf(request.profile);
      await this.#registration.assertKnown(subject);
      if ((await this.#records.logs(subject, profile.id)).length > 0) {
        throw refused("INTAKE_LOG_EXISTS", `This person has a log of ${profile.name} already.`, {
          hint: "Go on with it. Use continueLog for a person who lost it, and succeedLog to move the start of the day.",
        });
      }
      const now = this.#now();
      const firstEpoch = request.firstEpoch ?? epochAt(profile, offset, now);
      const key = { subject, profile: profile.id, generation: 0 };
      return this.#stretches.open(key, { offset, firstEpoch }, now);
    });
  }

  /**
   * Lets a person go on who lost the log, but not the identity: readings and salts are gone, the heads are here. The
   * opening begins with the epoch that runs now and has the last head for its genesis, so that a new `Log` extends the
   * recorded chain. Epochs that are over and have no head become gaps: the new device, which is enrolled now, cannot
   * report them. Call it after checking who the person is. Asking again with the same device is answered again, since
   * the first answer may have been lost.
   * @throws INTAKE_SUBJECT_UNKNOWN, INTAKE_LOG_UNKNOWN; what `enrolDevice` throws
   */
  continueLog(request: { subject: bigint; device: DeviceKey; profile: ProfileName }): Promise<LogOpening> {
    return this.#mutex.run(async () => {
      const { subject } = request;
      const profile = profileOf(request.profile);
      await this.#registration.assertKnown(subject);
      const logs = await this.#stretches.of(subject, profile);
      const now = this.#now();
      await this.#registration.enrol(request, now, { again: true });
      const key = { subject, profile: profile.id, generation: logs.length - 1 };
      const { offset, nextEpoch, head } = await this.#stretches.fillGaps(key, now, OVER);
      const { group } = this.#options;
      return { group, subject, profile: profile.name, offset, firstEpoch: nextEpoch, genesis: head };
    });
  }

  /**
   * Ends a log after the epoch that runs now and opens its successor under another offset. The two share no second.
   * @throws INTAKE_LOG_UNKNOWN; INTAKE_LOG_EXISTS when the last succession has not taken effect yet
   */
  succeedLog(request: { subject: bigint; profile: ProfileName; offset: number }): Promise<LogOpening> {
    return this.#mutex.run(async () => {
      const { subject, offset } = request;
      const profile = profileOf(request.profile);
      const logs = await this.#stretches.of(subject, profile);
      const current = logs.at(-1)!;
      const now = this.#now();
      const lastEpoch = epochAt(profile, current.offset, now);
      if (lastEpoch < current.firstEpoch) {
        throw refused("INTAKE_LOG_EXISTS", "The present log has not begun yet, so it cannot end.", {
          details: { firstEpoch: current.firstEpoch },
          hint: "Wait until its first epoch runs.",
        });
      }
      const end = epochEnd(profile, current.offset, lastEpoch);
      let firstEpoch = epochAt(profile, offset, end);
      if (epochStart(profile, offset, firstEpoch) < end) firstEpoch += 1;
      await this.#records.saveLog(
        { subject, profile: profile.id, generation: logs.length - 1 },
        { ...current, lastEpoch },
      );
      const key = { subject, profile: profile.id, generation: logs.length };
      return this.#stretches.open(key, { offset, firstEpoch }, now);
    });
  }

  /**
   * Enrols a device for one person and profile. Several may be enrolled for one log; one device serves one person.
   * @throws INVALID_ARGUMENT for a malformed key, INTAKE_SUBJECT_UNKNOWN, INTAKE_DEVICE_EXISTS while it is enrolled
   */
  enrolDevice(request: { device: DeviceKey; subject: bigint; profile: ProfileName }): Promise<void> {
    return this.#mutex.run(() => this.#registration.enrol(request, this.#now()));
  }

  /** From now on nothing that the device signs is accepted. @throws INTAKE_DEVICE_UNKNOWN */
  retireDevice(device: DeviceKey): Promise<void> {
    return this.#mutex.run(() => this.#registration.retire(device, this.#now()));
  }

  /**
   * Takes a head in, or says why not. A head that was taken before gets its first receipt again, since the first
   * answer may have been lost.
   *
   * @throws INTAKE_DEVICE_UNKNOWN, INTAKE_DEVICE_RETIRED, INTAKE_DEVICE_WRONG_CURVE, INTAKE_DEVICE_OTHER_SUBJECT,
   *   INTAKE_DEVICE_OTHER_PROFILE, INTAKE_DEVICE_NOT_YET_ENROLLED (not before the epoch's end),
   *   INTAKE_SIGNATURE_INVALID, INTAKE_LOG_UNKNOWN, INTAKE_WRONG_CONTEXT (group, offset or an epoch outside the log),
   *   INTAKE_TOO_EARLY (the epoch is not over), INTAKE_TOO_LATE (its deadline is past and a gap was recorded),
   *   INTAKE_EPOCH_TAKEN (another head was recorded), INTAKE_EPOCH_SKIPPED (an earlier epoch is still open),
   *   INTAKE_NOT_EXTENDING (the previous head is not the recorded one).
   *   Refusals about the chain carry `head` and `nextEpoch` in their details, for `Log.follow`.
   */
  submit(signed: SignedHead): Promise<SignedReceipt> {
    return this.#mutex.run(async () => {
      const now = this.#now();
      const { profile, offset, epoch } = unpackContextOf(signed);
      const end = epochEnd(profile, offset, epoch);
      await this.#registration.assertMayReport(signed, profile, end);

      const key = await this.#stretches.keyFor(signed.subject, profile, offset, epoch);
      const log = await this.#fillGaps(key, now);
      const state = { nextEpoch: log.nextEpoch, head: log.head, epoch };
      if (epoch < log.nextEpoch) return this.#known(key, epoch, signed, state);
      if (now < end) {
        throw refused("INTAKE_TOO_EARLY", `Epoch ${epoch} ends at ${end}, now it is ${now}.`, {
          details: { ...state, end, now },
          hint: "Send a head once its epoch is over.",
        });
      }
      if (epoch > log.nextEpoch) {
        throw refused(
          "INTAKE_EPOCH_SKIPPED",
          `Epoch ${log.nextEpoch} comes before epoch ${epoch} and is still open.`,
          {
            details: state,
            hint: "Send its head first, or wait until its deadline and continue from the head that intake returns.",
          },
        );
      }
      if (signed.previous !== log.head) {
        throw refused(
          "INTAKE_NOT_EXTENDING",
          `The head of epoch ${epoch} does not extend the recorded one.`,
          {
            details: { ...state, previous: signed.previous },
            hint: "Bring the log in line with Log.follow, then send the head again.",
          },
        );
      }
      return this.#take(key, log, signed, now);
    });
  }

  /** The current state of a log, including gaps past their deadlines. @throws INTAKE_LOG_UNKNOWN */
  stateOf(
    subject: bigint,
    profileName: ProfileName,
  ): Promise<LogState & { offset: number; firstEpoch: number }> {
    return this.#mutex.run(async () => {
      const profile = profileOf(profileName);
      const logs = await this.#stretches.of(subject, profile);
      const key = { subject, profile: profile.id, generation: logs.length - 1 };
      const { head, nextEpoch, offset, firstEpoch } = await this.#fillGaps(key, this.#now());
      return { head, nextEpoch, offset, firstEpoch };
    });
  }

  /**
   * The leaves of an anchor day, gap heads included, in no particular order. For `Anchoring`.
   * @param subject only this person's; everyone's when left out
   * @throws ANCHOR_TOO_EARLY while heads of that day may still arrive
   */
  leavesOf(day: number, subject?: bigint): Promise<bigint[]> {
    return this.#mutex.run(async () => {
      const now = this.#now();
      const from = dayEnd(day) + this.#options.intakeTime;
      if (now <= from) {
        throw refused("ANCHOR_TOO_EARLY", `Heads of day ${day} may arrive until ${from}, now it is ${now}.`, {
          details: { day, from, now },
          hint: "Close the day after that second.",
        });
      }
      const leaves: bigint[] = [];
      for (const { key } of await this.#records.allLogs()) {
        if (subject !== undefined && key.subject !== subject) continue;
        const profile = profileOf(key.profile);
        const log = await this.#fillGaps(key, now);
        // Epochs whose last second is in the day.
        const first = Math.max(log.firstEpoch, epochAtOrBefore(profile, log.offset, dayEnd(day - 1)));
        for (let epoch = first; epoch < log.nextEpoch; epoch++) {
          const anchorDay = anchorDayOf(profile, log.offset, epoch);
          if (anchorDay > day) break;
          if (anchorDay < day) continue;
          const record = await this.#records.head(key, epoch);
          if (record !== undefined) leaves.push(leafOf(key.subject, contextOf(key, log, epoch), record.head));
        }
      }
      return leaves;
    });
  }

  /** A head for an epoch that has one: its receipt if it is the same, else the reason. */
  async #known(
    key: LogKey,
    epoch: number,
    signed: SignedHead,
    state: { nextEpoch: number; head: bigint; epoch: number },
  ): Promise<SignedReceipt> {
    const record = await this.#records.head(key, epoch);
    if (record?.receipt === undefined) {
      throw refused(
        "INTAKE_TOO_LATE",
        `The deadline of epoch ${epoch} is past. A gap was recorded instead.`,
        {
          details: state,
          hint: "Bring the log in line with Log.follow and go on with the next epoch.",
        },
      );
    }
    if (record.previous !== signed.previous || record.head !== headAfter(record.previous, signed.inner)) {
      throw refused("INTAKE_EPOCH_TAKEN", `Epoch ${epoch} has another head already.`, {
        details: state,
        hint: "An epoch is sealed once; keep the first.",
      });
    }
    const leaf = leafOf(key.subject, signed.context, record.head);
    return { group: this.#options.group, leaf, context: signed.context, ...record.receipt };
  }

  async #take(key: LogKey, log: LogRecord, signed: SignedHead, now: number): Promise<SignedReceipt> {
    const epoch = log.nextEpoch;
    const { context, subject } = signed;
    // Computed here, from the head on record: whatever the sealer has in mind, the epoch follows this past.
    const previous = log.head;
    const head = headAfter(previous, signed.inner);
    const receipt = await signReceipt(this.#options.signer, this.#options.domain, {
      group: this.#options.group,
      leaf: leafOf(subject, context, head),
      context,
      receivedAt: now,
      anchorDay: anchorDayOf(profileOf(key.profile), log.offset, epoch),
    });
    // The head before the log's pointer to it, the receipt last: a crash in between leaves a head that nothing points
    // to, which the next submission replaces, and no receipt for it has left the house.
    const { receivedAt, anchorDay, signature } = receipt;
    await this.#records.saveHead(key, epoch, {
      previous,
      head,
      receipt: { receivedAt, anchorDay, signature },
    });
    await this.#records.saveLog(key, { ...log, head, nextEpoch: epoch + 1 });
    return receipt;
  }

  #fillGaps(key: LogKey, now: number): Promise<LogRecord> {
    return this.#stretches.fillGaps(key, now, this.#options.intakeTime);
  }

  #now(): number {
    return Math.floor(this.#options.clock?.() ?? Date.now() / 1000);
  }
}

/** The epoch that contains a second, or 0 before the first one. */
function epochAtOrBefore(profile: Profile, offset: number, time: number): number {
  return time < epochStart(profile, offset, 0) ? 0 : epochAt(profile, offset, time);
}

function unpackContextOf(signed: SignedHead): { profile: Profile; offset: number; epoch: number } {
  assertField("subject", signed.subject);
  assertField("previous", signed.previous);
  assertField("inner", signed.inner);
  assertField("context", signed.context);
  const { profile, offset, epoch } = unpackContext(signed.context);
  return { profile: profileOf(profile), offset, epoch };
}
