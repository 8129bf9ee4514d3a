// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from "ethers";
import type { DeviceKey } from "../device/signer.ts";
import { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import { headAfter, leafOf } from "../hashes/chain.ts";
import { unpackContext } from "../hashes/context.ts";
import { assertInteger } from "../invalid.ts";
import type { LogOpening, LogState, SignedHead } from "../log/intakeMessages.ts";
import { type AnchorDomain, type SignedReceipt, signReceipt } from "../log/receipt.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import { anchorDayOf, DAY, dayEnd, epochAt, epochEnd, epochStart } from "../time/epochs.ts";
import type { AttesterRecords, LogKey, LogRecord } from "./records.ts";
import { refused } from "./refused.ts";
import { Registration } from "./registration.ts";
import { Stretches } from "./stretches.ts";

/** For `Stretches.fillGaps`: every epoch that is over. */
const OVER = -1;
/** Logs that are brought up to date in one step. */
const AT_ONCE = 500;

export type IntakeOptions = {
  records: AttesterRecords;
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

/** Which log is to be opened. */
export type LogRequest = {
  subject: bigint;
  profile: ProfileName;
  offset: number;
  /** May not be over; the epoch that runs now when left out. */
  firstEpoch?: number;
};

/**
 * The attester's door. It knows which device measures which patient. It accepts signed heads (never readings or
 * salts), one per epoch, in time and in order, and records a gap where nothing came. Every refusal has a stable code.
 *
 * Trusted for: who a subject is, which device is theirs, the clock, and accepting everything that is due. It cannot
 * deny what it accepted, because it signs a receipt.
 */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    assertInteger("intakeTime", options.intakeTime, 0, 180 * DAY);
    this.#options = options;
  }

  /** Notes that the attester knows who is behind a subject. Call it after checking who the person is. */
  registerPerson(subject: bigint): Promise<void> {
    assertField("subject", subject);
    return this.#step(({ registration }) => registration.registerPerson(subject, this.#now()));
  }

  /** Whether a person is registered under this subject. */
  knows(subject: bigint): Promise<boolean> {
    return this.#options.records.isRegistered(subject);
  }

  /**
   * Opens the one log of a person and profile and makes its genesis.
   * @param request `firstEpoch` may not be over; the epoch that runs now when left out
   * @throws INTAKE_SUBJECT_UNKNOWN, INTAKE_LOG_EXISTS, INTAKE_FIRST_EPOCH_PAST
   */
  openLog(request: LogRequest): Promise<LogOpening> {
    return this.#step(({ registration, stretches }) => this.#openLog(request, registration, stretches));
  }

  /**
   * Registers a person and a device and opens the log, or does none of it: a corrected request finds the device free.
   * Call it after checking who the person is.
   * @throws what `openLog` and `enrolDevice` throw
   */
  enrol(request: LogRequest & { device: DeviceKey }): Promise<LogOpening> {
    return this.#step(async ({ registration, stretches }) => {
      const { subject, profile, device } = request;
      const now = this.#now();
      assertField("subject", subject);
      await registration.assertFree({ device, subject, profile });
      await registration.registerPerson(subject, now);
      const opening = await this.#openLog(request, registration, stretches);
      await registration.enrol({ device, subject, profile }, now);
      return opening;
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
    return this.#step(async ({ registration, stretches }) => {
      const { subject } = request;
      const profile = profileOf(request.profile);
      await registration.assertKnown(subject);
      const logs = await stretches.of(subject, profile);
      const now = this.#now();
      await registration.enrolAgain(request, now);
      const key = { subject, profile: profile.id, generation: logs.length - 1 };
      const { offset, nextEpoch, head } = await stretches.fillGaps(key, now, OVER);
      const { group } = this.#options;
      return { group, subject, profile: profile.name, offset, firstEpoch: nextEpoch, genesis: head };
    });
  }

  /**
   * Ends a log after the epoch that runs now and opens its successor under another offset. The two share no second.
   * @throws INTAKE_LOG_UNKNOWN; INTAKE_LOG_EXISTS when the last succession has not taken effect yet
   */
  succeedLog(request: { subject: bigint; profile: ProfileName; offset: number }): Promise<LogOpening> {
    return this.#step(async ({ records, stretches }) => {
      const { subject, offset } = request;
      const profile = profileOf(request.profile);
      const logs = await stretches.of(subject, profile);
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
      await records.saveLog(
        { subject, profile: profile.id, generation: logs.length - 1 },
        { ...current, lastEpoch },
      );
      const key = { subject, profile: profile.id, generation: logs.length };
      return stretches.open(key, { offset, firstEpoch }, now);
    });
  }

  /**
   * Enrols a device for one person and profile. Several may be enrolled for one log; one device serves one person.
   * @throws INVALID_ARGUMENT for a malformed key, INTAKE_SUBJECT_UNKNOWN, INTAKE_DEVICE_EXISTS while it is enrolled
   */
  enrolDevice(request: { device: DeviceKey; subject: bigint; profile: ProfileName }): Promise<void> {
    return this.#step(({ registration }) => registration.enrol(request, this.#now()));
  }

  /** From now on nothing that the device signs is accepted. @throws INTAKE_DEVICE_UNKNOWN */
  retireDevice(device: DeviceKey): Promise<void> {
    return this.#step(({ registration }) => registration.retire(device, this.#now()));
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
  async submit(signed: SignedHead): Promise<SignedReceipt> {
    const answer = await this.#step(async (step): Promise<SignedReceipt | VitalproofError> => {
      const { registration, stretches } = step;
      const now = this.#now();
      const { profile, offset, epoch } = unpackContextOf(signed);
      const end = epochEnd(profile, offset, epoch);
      await registration.assertMayReport(signed, profile, end);

      const key = await stretches.keyFor(signed.subject, profile, offset, epoch);
      // From here on a refusal is an answer, and the step counts: it tells of the gaps that were recorded.
      const log = await stretches.fillGaps(key, now, this.#options.intakeTime);
      const state = { nextEpoch: log.nextEpoch, head: log.head, epoch };
      if (epoch < log.nextEpoch) return this.#known(step.records, key, epoch, signed, state);
      if (now < end) {
        return refused("INTAKE_TOO_EARLY", `Epoch ${epoch} ends at ${end}, now it is ${now}.`, {
          details: { ...state, end, now },
          hint: "Send a head once its epoch is over.",
        });
      }
      if (epoch > log.nextEpoch) {
        return refused(
          "INTAKE_EPOCH_SKIPPED",
          `Epoch ${log.nextEpoch} comes before epoch ${epoch} and is still open.`,
          {
            details: state,
            hint: "Send its head first, or wait until its deadline and continue from the head that intake returns.",
          },
        );
      }
      if (signed.previous !== log.head) {
        return refused(
          "INTAKE_NOT_EXTENDING",
          `The head of epoch ${epoch} does not extend the recorded one.`,
          {
            details: { ...state, previous: signed.previous },
            hint: "Bring the log in line with Log.follow, then send the head again.",
          },
        );
      }
      return this.#take(step.records, key, log, signed, now);
    });
    if (answer instanceof VitalproofError) throw answer;
    return answer;
  }

  /** The current state of a log, including gaps past their deadlines. @throws INTAKE_LOG_UNKNOWN */
  stateOf(
    subject: bigint,
    profileName: ProfileName,
  ): Promise<LogState & { offset: number; firstEpoch: number }> {
    return this.#step(async ({ stretches }) => {
      const profile = profileOf(profileName);
      const logs = await stretches.of(subject, profile);
      const key = { subject, profile: profile.id, generation: logs.length - 1 };
      const { head, nextEpoch, offset, firstEpoch } = await stretches.fillGaps(
        key,
        this.#now(),
        this.#options.intakeTime,
      );
      return { head, nextEpoch, offset, firstEpoch };
    });
  }

  /**
   * The leaves of an anchor day, gap heads included, in no particular order. For `Anchoring`.
   * @param subject only this person's; everyone's when left out
   * @throws ANCHOR_TOO_EARLY while heads of that day may still arrive
   */
  async leavesOf(day: number, subject?: bigint): Promise<bigint[]> {
    const { records, intakeTime } = this.#options;
    const now = this.#now();
    const from = dayEnd(day) + intakeTime;
    if (now <= from) {
      throw refused("ANCHOR_TOO_EARLY", `Heads of day ${day} may arrive until ${from}, now it is ${now}.`, {
        details: { day, from, now },
        hint: "Close the day after that second.",
      });
    }
    for (;;) {
      const behind = await records.behind(now - intakeTime, AT_ONCE);
      if (behind.length === 0) return records.leavesOf(day, subject);
      await this.#step(async ({ stretches }) => {
        for (const key of behind)
          if (await stretches.isThere(key)) await stretches.fillGaps(key, now, intakeTime);
      });
    }
  }

  /** A head for an epoch that has one: its receipt if it is the same, else the reason. */
  async #known(
    records: AttesterRecords,
    key: LogKey,
    epoch: number,
    signed: SignedHead,
    state: { nextEpoch: number; head: bigint; epoch: number },
  ): Promise<SignedReceipt | VitalproofError> {
    const record = await records.head(key, epoch);
    if (record?.receipt === undefined) {
      return refused(
        "INTAKE_TOO_LATE",
        `The deadline of epoch ${epoch} is past. A gap was recorded instead.`,
        {
          details: state,
          hint: "Bring the log in line with Log.follow and go on with the next epoch.",
        },
      );
    }
    if (record.previous !== signed.previous || record.head !== headAfter(record.previous, signed.inner)) {
      return refused("INTAKE_EPOCH_TAKEN", `Epoch ${epoch} has another head already.`, {
        details: state,
        hint: "An epoch is sealed once; keep the first.",
      });
    }
    const leaf = leafOf(key.subject, signed.context, record.head);
    return { group: this.#options.group, leaf, context: signed.context, ...record.receipt };
  }

  async #take(
    records: AttesterRecords,
    key: LogKey,
    log: LogRecord,
    signed: SignedHead,
    now: number,
  ): Promise<SignedReceipt> {
    const epoch = log.nextEpoch;
    const { context, subject } = signed;
    // Computed here, from the head on record: whatever the sealer has in mind, the epoch follows this past.
    const previous = log.head;
    const head = headAfter(previous, signed.inner);
    const leaf = leafOf(subject, context, head);
    const day = anchorDayOf(profileOf(key.profile), log.offset, epoch);
    const receipt = await signReceipt(this.#options.signer, this.#options.domain, {
      group: this.#options.group,
      leaf,
      context,
      receivedAt: now,
      anchorDay: day,
    });
    // The head before the log's pointer to it, the receipt last: a crash in between leaves a head that nothing points
    // to, which the next submission replaces, and no receipt for it has left the house.
    const { receivedAt, anchorDay, signature } = receipt;
    await records.saveHead(
      key,
      epoch,
      { previous, head, receipt: { receivedAt, anchorDay, signature } },
      { leaf, day },
    );
    await records.saveLog(key, { ...log, head, nextEpoch: epoch + 1 });
    return receipt;
  }

  async #openLog(request: LogRequest, registration: Registration, stretches: Stretches): Promise<LogOpening> {
    const { subject, offset } = request;
    const profile = profileOf(request.profile);
    await registration.assertKnown(subject);
    await stretches.assertNone(subject, profile);
    const now = this.#now();
    const firstEpoch = request.firstEpoch ?? epochAt(profile, offset, now);
    return stretches.open({ subject, profile: profile.id, generation: 0 }, { offset, firstEpoch }, now);
  }

  /** One step of the records, with what works on them. */
  #step<T>(
    act: (on: { records: AttesterRecords; registration: Registration; stretches: Stretches }) => Promise<T>,
  ): Promise<T> {
    const { group } = this.#options;
    return this.#options.records.transaction((records) =>
      act({
        records,
        registration: new Registration(records, group),
        stretches: new Stretches(records, group),
      }),
    );
  }

  #now(): number {
    return Math.floor(this.#options.clock?.() ?? Date.now() / 1000);
  }
}

function unpackContextOf(signed: SignedHead): { profile: Profile; offset: number; epoch: number } {
  assertField("subject", signed.subject);
  assertField("previous", signed.previous);
  assertField("inner", signed.inner);
  assertField("context", signed.context);
  const { profile, offset, epoch } = unpackContext(signed.context);
  return { profile: profileOf(profile), offset, epoch };
}
