// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from "ethers";
import type { VerificationKey } from "../artifacts/artifacts.ts";
import type { AnchorClient, Group } from "../clients/anchors.ts";
import type { Sent } from "../clients/call.ts";
import type { ClaimsClient } from "../clients/claims.ts";
import type { DeviceKey } from "../device/signer.ts";
import { type ErrorCode, VitalproofError } from "../errors.ts";
import { headAfter, leafOf } from "../hashes/chain.ts";
import { unpackContext } from "../hashes/context.ts";
import type { AnchorPath } from "../hashes/tree.ts";
import type { LogOpening, LogState, SignedHead } from "../log/intakeMessages.ts";
import { assertLogFits } from "../log/logFits.ts";
import type { AnchorDomain, SignedReceipt } from "../log/receipt.ts";
import { type ProfileName, profileOf } from "../profiles/profile.ts";
import { unpackTerms } from "../terms/pack.ts";
import { anchorDayOf, DAY, dayEnd } from "../time/epochs.ts";
import { Anchoring, type ClosedDay, type TreeMaker } from "./anchoring.ts";
import type { ClaimsDomain, HolderAttestation } from "./attestation.ts";
import { type AttestHolderRequest, attestHolder } from "./attestHolder.ts";
import { Intake } from "./intake.ts";
import type { AttesterRecords } from "./records.ts";

/** Seconds after the last head may arrive at which a day is anchored. */
const MARGIN = 60;

export type AttesterOptions = {
  /** Everything that the attester records; personal data. */
  records: AttesterRecords;
  /** Number of the attester's group in the anchor registry. */
  group: bigint;
  /** The group's times, in seconds, as the registry has them. They never change. */
  times: Pick<Group, "intakeTime" | "graceTime">;
  domain: AnchorDomain;
  /** Signs receipts and attestations: the group's attester account. */
  signer: Signer;
  /** The attester's own clock, in Unix seconds; the system's when left out. */
  clock?: () => number;
  /** Makes the trees of days; `anchorTree` when left out. */
  treeOf?: TreeMaker;
};

/** Whom and what an attester enrols, and how the days of the log begin. */
export type EnrolmentRequest = {
  subject: bigint;
  device: DeviceKey;
  profile: ProfileName;
  offset: number;
  /** May not be over; the epoch that runs now when left out. */
  firstEpoch?: number;
};

/** A person who lost the log and has a new device. */
export type ContinueRequest = Pick<EnrolmentRequest, "subject" | "device" | "profile">;

/** A head that intake refused, in a list of several. */
export type RefusedHead = { epoch: number; code: ErrorCode; message: string };

/** What a patient asks of an attester. An `Attester` answers it here, an HTTP client from elsewhere. */
export type AttesterServices = {
  enrol(request: EnrolmentRequest): Promise<LogOpening>;
  continueLog(request: ContinueRequest): Promise<LogOpening>;
  submitHead(head: SignedHead): Promise<SignedReceipt>;
  /** @returns the attester's signature */
  attest(request: AttestHolderRequest): Promise<string>;
  path(day: number, leaf: bigint): Promise<AnchorPath>;
};

/**
 * Everything that an attester does for one group: it enrols people and devices, opens logs, accepts heads, closes and
 * anchors days, hands out paths and signs attestations.
 */
export class Attester {
  readonly group: bigint;
  readonly domain: AnchorDomain;
  readonly times: AttesterOptions["times"];
  readonly intake: Intake;
  readonly anchoring: Anchoring;
  readonly #options: AttesterOptions;

  constructor(options: AttesterOptions) {
    const { records, group, times, domain, signer, clock, treeOf } = options;
    this.#options = options;
    this.group = group;
    this.domain = domain;
    this.times = times;
    this.intake = new Intake({
      records,
      group,
      intakeTime: times.intakeTime,
      domain,
      signer,
      ...(clock === undefined ? {} : { clock }),
    });
    this.anchoring = new Anchoring(records, this.intake, treeOf);
  }

  /** Unix seconds of the attester's clock. */
  now(): number {
    return Math.floor(this.#options.clock?.() ?? Date.now() / 1000);
  }

  // --- people, devices and logs

  /** Registers a person and a device. Call it after checking who the person is: nothing is verified here. */
  async register({
    subject,
    device,
    profile,
  }: Omit<EnrolmentRequest, "offset" | "firstEpoch">): Promise<void> {
    await this.intake.registerPerson(subject);
    await this.intake.enrolDevice({ device, subject, profile });
  }

  openLog(request: Omit<EnrolmentRequest, "device">): Promise<LogOpening> {
    const { subject, profile, offset, firstEpoch } = request;
    return this.intake.openLog({
      subject,
      profile,
      offset,
      ...(firstEpoch === undefined ? {} : { firstEpoch }),
    });
  }

  /** Registers a person and a device and opens the log, or does none of it; see `Intake.enrol`. */
  enrol(request: EnrolmentRequest): Promise<LogOpening> {
    return this.intake.enrol(request);
  }

  /** Enrols a new device and continues the log of a person who lost the old one; see `Intake.continueLog`. */
  continueLog({ subject, device, profile }: ContinueRequest): Promise<LogOpening> {
    return this.intake.continueLog({ subject, device, profile });
  }

  // --- intake

  /** Accepts a head, or says why not; see `Intake.submit`. */
  submitHead(head: SignedHead): Promise<SignedReceipt> {
    return this.intake.submit(head);
  }

  /**
   * Accepts the heads of one log that came together, in order. A refused one does not stop the others.
   * @throws INVALID_ARGUMENT for the heads of several people or profiles, or for none
   */
  async submitHeads(
    heads: readonly SignedHead[],
    onProgress: (done: number) => void = () => undefined,
  ): Promise<{
    subject: bigint;
    profile: ProfileName;
    receipts: SignedReceipt[];
    refused: RefusedHead[];
    state: LogState;
  }> {
    const { subject, profile } = logOf(heads);
    const receipts: SignedReceipt[] = [];
    const refused: RefusedHead[] = [];
    for (const [i, head] of heads.entries()) {
      onProgress(i);
      try {
        receipts.push(await this.intake.submit(head));
      } catch (error) {
        if (!(error instanceof VitalproofError) || !error.code.startsWith("INTAKE_")) throw error;
        const { epoch } = unpackContext(head.context);
        refused.push({ epoch, code: error.code, message: error.shortMessage });
      }
    }
    const { head, nextEpoch } = await this.intake.stateOf(subject, profile);
    return { subject, profile, receipts, refused, state: { head, nextEpoch } };
  }

  // --- anchors

  /** When a day is anchored: a minute after the last head of it may arrive. */
  anchorTime(day: number): number {
    return dayEnd(day) + this.times.intakeTime + MARGIN;
  }

  /** The days whose heads can no longer arrive and which may still be anchored. */
  dueDays(now = this.now()): number[] {
    const { intakeTime, graceTime } = this.times;
    const last = Math.ceil((now - intakeTime) / DAY) - 2;
    const first = Math.ceil((now - intakeTime - graceTime) / DAY) - 1;
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  }

  /** See `Anchoring.close`. */
  closeDay(day: number): Promise<ClosedDay | undefined> {
    return this.anchoring.close(day);
  }

  /** Closes a day and writes its root to the chain; undefined for a day without heads. */
  async anchor(anchors: AnchorClient, day: number): Promise<{ closed: ClosedDay; sent: Sent } | undefined> {
    const closed = await this.anchoring.close(day);
    if (closed === undefined) return undefined;
    return { closed, sent: await anchors.anchor(this.group, day, closed.root) };
  }

  /** The path from a leaf to its day's root; see `Anchoring.path`. */
  path(day: number, leaf: bigint): Promise<AnchorPath> {
    return this.anchoring.path(day, leaf);
  }

  /** The path of a head that was accepted. */
  async pathOf(head: SignedHead): Promise<AnchorPath & { day: number }> {
    const { day, leaf } = leafAndDayOf(head);
    return { day, ...(await this.path(day, leaf)) };
  }

  // --- attestations

  /**
   * Signs an attestation for a policy. Scope, group and terms of the program are read from the chain, not from the
   * application; the person's log must be one that the program can pay on.
   *
   * @throws NOT_ALLOWED for a program of another group; ATTESTATION_MISMATCH for another offer than the program's;
   *         LOG_MISMATCH with both offsets where the person's days are not the program's; INTAKE_LOG_UNKNOWN without a
   *         log; what `attestHolder` throws
   */
  async attestPolicy(
    request: Omit<AttestHolderRequest, "scopeNumber">,
    { claims, verificationKey }: { claims: ClaimsClient; verificationKey: VerificationKey },
  ): Promise<{ domain: ClaimsDomain; attestation: HolderAttestation; signature: string }> {
    const { attestation, subject } = request;
    const { scope, group, terms, offerHash } = await claims.program(attestation.program);
    if (group !== this.group) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `Program ${attestation.program} pays on logs of group ${group}; this is group ${this.group}.`,
        { details: { given: group, group: this.group }, hint: "Ask the attester of that group." },
      );
    }
    if (attestation.offerHash !== offerHash) {
      throw new VitalproofError(
        "ATTESTATION_MISMATCH",
        `The application is for another offer than that of program ${attestation.program}.`,
        {
          details: { given: attestation.offerHash, wanted: offerHash },
          hint: "The chain may have been reorganised since. The patient applies again.",
        },
      );
    }
    const wanted = unpackTerms(terms);
    // Who is not known at all is for `attestHolder` to refuse.
    if (await this.intake.knows(subject)) {
      const { offset } = await this.intake.stateOf(subject, wanted.profile);
      assertLogFits(
        { profile: wanted.profile, offset, group },
        { program: attestation.program, group, terms: wanted },
      );
    }
    const domain = await claims.domain();
    const signature = await this.attestHolder(
      { ...request, scopeNumber: scope },
      { domain, scopes: await claims.scopes(), verificationKey },
    );
    return { domain, attestation, signature };
  }

  /** Signs a holder attestation under any domain; see `attestHolder`. */
  attestHolder(
    request: AttestHolderRequest,
    on: { domain: ClaimsDomain; scopes: string; verificationKey: VerificationKey },
  ): Promise<string> {
    const { signer } = this.#options;
    return attestHolder(request, { ...on, signer, people: this.intake, now: this.now() });
  }
}

/** The leaf of a head and the day under whose root it is. */
export function leafAndDayOf({ subject, context, previous, inner }: SignedHead): {
  leaf: bigint;
  day: number;
} {
  const { profile, offset, epoch } = unpackContext(context);
  const head = headAfter(previous, inner);
  return { leaf: leafOf(subject, context, head), day: anchorDayOf(profileOf(profile), offset, epoch) };
}

/** The answer to several heads names one person and one profile. */
function logOf(heads: readonly SignedHead[]): { subject: bigint; profile: ProfileName } {
  const [first] = heads;
  const one =
    first !== undefined &&
    heads.every(
      ({ subject, context }) =>
        subject === first.subject && unpackContext(context).profile === unpackContext(first.context).profile,
    );
  if (one) return { subject: first.subject, profile: profileOf(unpackContext(first.context).profile).name };
  throw new VitalproofError("INVALID_ARGUMENT", "The heads are not of one person and profile.", {
    details: { heads: heads.length },
    hint: "Submit each person's heads separately.",
  });
}
