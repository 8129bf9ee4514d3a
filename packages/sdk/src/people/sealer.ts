// SPDX-License-Identifier: GPL-3.0-or-later
import type { DeviceSigner } from "../device/signer.ts";
import { VitalproofError } from "../errors.ts";
import { packContext, unpackContext } from "../hashes/context.ts";
import type { LogState, SignedHead } from "../log/intakeMessages.ts";
import type { Log, SealReport } from "../log/log.ts";
import type { AppendReport, Reading } from "../log/reading.ts";
import { type AnchorDomain, type GroupAttesters, type SignedReceipt, verifyReceipt } from "../log/receipt.ts";
import type { EpochRecord } from "../log/record.ts";
import { profileOf } from "../profiles/profile.ts";
import { anchorDayOf, epochEnd } from "../time/epochs.ts";

/**
 * Whose receipts count. Read all of it from the chain (`AnchorClient.domain`, `groupAttesters`), or keep what the attester said
 * when it opened the log. After a change of attester it has to be read again: the log keeps receipts of both.
 */
export type SealerTrust = { domain: AnchorDomain } & GroupAttesters;

/** Where heads go: an attester, or an HTTP client of one. */
export type HeadReceiver = { submitHead(head: SignedHead): Promise<SignedReceipt> };

/** What became of the heads that were sent. */
export type SendReport = {
  receipts: SignedReceipt[];
  /** Epochs for which the attester had recorded a gap; the log has them now too. */
  gaps: number[];
  /** Epochs that were sealed again after a gap. */
  resealed: number[];
};

/** How full an epoch would be if it were sealed now. */
export type DueEpoch = { epoch: number; filled: number; samples: number };

/**
 * The sealer of one log: it takes readings, seals epochs, signs and sends heads in order, follows the attester's gaps,
 * and verifies and keeps every receipt. It holds no identity secret, so a gateway can run it.
 *
 * It can stop at any point. A sealed epoch stays in the log until a receipt for it is there, and the attester gives
 * the first receipt again for a head that it has accepted.
 */
export class Sealer {
  readonly log: Log;
  readonly #device: DeviceSigner | undefined;
  readonly #trust: SealerTrust;

  /** @param device undefined where nothing is signed: to accept answers and to verify receipts */
  constructor(log: Log, device: DeviceSigner | undefined, trust: SealerTrust) {
    this.log = log;
    this.#device = device;
    this.#trust = trust;
  }

  append(readings: readonly Reading[]): Promise<AppendReport> {
    return this.log.append(readings);
  }

  /** The epochs that are over and not sealed. Sealing takes what is there: an epoch cannot be filled afterwards. */
  due(now: number, until?: number): DueEpoch[] {
    return this.log.due(now, until);
  }

  /** Seals what is over; see `Log.seal`. Nothing is sent. */
  seal(now: number, until?: number, progress?: (sealed: number, of: number) => void): Promise<SealReport[]> {
    return this.log.seal(now, until, progress);
  }

  /** The heads for which there is no receipt yet, signed, in order. */
  async unsent(): Promise<SignedHead[]> {
    const heads: SignedHead[] = [];
    for (const { epoch } of this.#open()) heads.push(await this.#sign(epoch));
    return heads;
  }

  /**
   * Sends every head for which there is no receipt. Where the attester recorded gaps, the log follows it and what is
   * still in time is sealed again and sent.
   *
   * @param now Unix seconds: an attester that claims gaps in epochs that are not over is not followed
   * @throws what the receiver throws; RECEIPT_INVALID for a receipt that is not of who was the attester at its time; LOG_DIVERGED when the
   *         attester's log does not follow from this one. What was sent before stays accepted.
   */
  async send(to: HeadReceiver, now: number): Promise<SendReport> {
    const report: SendReport = { receipts: [], gaps: [], resealed: [] };
    const withoutReceipt = new Set<number>();
    for (;;) {
      const next = this.#open().find(({ epoch }) => !withoutReceipt.has(epoch));
      if (next === undefined) return report;
      const { epoch, status } = next;
      try {
        const receipt = await to.submitHead(await this.#sign(epoch));
        this.#verify(receipt, epoch);
        await this.log.accept(epoch, receipt);
        report.receipts.push(receipt);
      } catch (error) {
        // The attester has this head and will not show its receipt again, perhaps since another device signs now.
        if (status === "accepted" && isRefusal(error)) {
          withoutReceipt.add(epoch);
          continue;
        }
        const state = stateIn(error);
        if (state === undefined) throw error;
        const { gaps, resealed, caughtUp } = await this.#follow(state, now);
        // Nothing to follow: sending the same head again would be refused again.
        if (!caughtUp) throw error;
        report.gaps.push(...gaps);
        report.resealed.push(...resealed);
      }
    }
  }

  /** Seals what is over and sends it. */
  async sealAndSend(
    to: HeadReceiver,
    now: number,
    until?: number,
  ): Promise<SendReport & { sealed: SealReport[] }> {
    const sealed = await this.seal(now, until);
    return { sealed, ...(await this.send(to, now)) };
  }

  /**
   * Accepts an answer that came in a file: all receipts are verified before the first is kept, then the log follows
   * the attester's.
   * @returns the epochs that became gaps, and those sealed again, whose heads have to be sent
   * @throws RECEIPT_INVALID, LOG_DIVERGED
   */
  async accept(
    { receipts, state }: { receipts: readonly SignedReceipt[]; state: LogState },
    now: number,
  ): Promise<{ gaps: number[]; resealed: number[] }> {
    for (const receipt of receipts) this.#verify(receipt);
    for (const receipt of receipts) await this.log.accept(unpackContext(receipt.context).epoch, receipt);
    const { gaps, resealed } = await this.#follow(state, now);
    return { gaps, resealed };
  }

  /** Checks the receipts that the log keeps. @returns how many there are @throws RECEIPT_INVALID */
  verifyReceipts(): number {
    const receipts = this.log.epochs.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt]));
    for (const receipt of receipts) verifyReceipt(this.#trust.domain, receipt, this.#trust);
    return receipts.length;
  }

  toJSON(): Record<string, unknown> {
    return { type: "Sealer", log: this.log.toJSON(), device: this.#device?.publicKey };
  }

  #sign(epoch: number): Promise<SignedHead> {
    if (this.#device !== undefined) return this.log.sign(epoch, this.#device);
    throw new VitalproofError("INVALID_ARGUMENT", "This sealer has no device and cannot sign heads.", {
      hint: "Pass the log's device to the constructor.",
    });
  }

  /** Epochs without a receipt, oldest first. An accepted one can lack it: its receipt was lost on the way. */
  #open(): EpochRecord[] {
    return this.log.epochs.filter(({ status, receipt }) => status !== "gap" && receipt === undefined);
  }

  /**
   * @throws RECEIPT_INVALID for another account's signature, LOG_DIVERGED for a receipt that promises something else
   *         than this epoch's leaf under this epoch's day
   */
  #verify(receipt: SignedReceipt, epoch = unpackContext(receipt.context).epoch): void {
    verifyReceipt(this.#trust.domain, receipt, this.#trust);
    const { offset } = this.log.opening;
    const profile = profileOf(this.log.opening.profile);
    const context = packContext({ profile: profile.id, offset, epoch });
    const day = anchorDayOf(profile, offset, epoch);
    if (receipt.context === context && receipt.anchorDay === day) return;
    throw new VitalproofError(
      "LOG_DIVERGED",
      "A receipt is for another epoch, profile or day than this log's.",
      {
        details: { epoch, context: receipt.context, wanted: context, day: receipt.anchorDay, wantedDay: day },
        hint: "Keep the receipt and ask the attester.",
      },
    );
  }

  /** @returns `caughtUp`: whether the log is another one now */
  async #follow(
    state: LogState,
    now: number,
  ): Promise<{ gaps: number[]; resealed: number[]; caughtUp: boolean }> {
    const { profile, offset } = this.log.opening;
    const last = state.nextEpoch - 1;
    if (last >= this.log.opening.firstEpoch && epochEnd(profileOf(profile), offset, last) > now) {
      throw new VitalproofError(
        "LOG_DIVERGED",
        `The attester says that its log reaches epoch ${last}, which is not over at ${now}.`,
        { details: { epoch: last, now }, hint: "Compare the clocks, and then ask the attester." },
      );
    }
    const before = this.#statuses();
    const { gaps, resealed } = await this.log.follow(state);
    return { gaps, resealed, caughtUp: this.#statuses() !== before };
  }

  #statuses(): string {
    return this.log.epochs.map(({ status, head }) => `${status}${head}`).join();
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof VitalproofError && error.code.startsWith("INTAKE_");
}

/** Where the attester's log is, in the details of a refusal. */
function stateIn(error: unknown): LogState | undefined {
  if (!(error instanceof VitalproofError)) return undefined;
  const { head, nextEpoch } = error.details;
  if (!Number.isSafeInteger(nextEpoch) || !/^\d{1,78}$/.test(String(head))) return undefined;
  return { head: BigInt(String(head)), nextEpoch: Number(nextEpoch) };
}
