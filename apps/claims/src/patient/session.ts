// SPDX-License-Identifier: GPL-3.0-or-later
import {
  bytesInput,
  type FileReport,
  METRICS,
  type Metric,
  profilesFor,
  type ReadOptions,
  readFile,
} from "@vitalproof/readers";
import {
  type AppendReport,
  bigintText,
  type ClaimOutcome,
  DAY,
  type DueEpoch,
  enrol,
  Holder,
  type HttpAttester,
  type HttpDemo,
  Log,
  type ProfileName,
  profileOf,
  type Relayer,
  Sealer,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Offer, OwnPolicy, PatientChain, Payment } from "./chain.ts";
import {
  type Begun,
  type Enrolment,
  type GivenConsent,
  type KeptApplication,
  type KeptProof,
  proofKey,
} from "./kept.ts";
import { firstEpochOf } from "./offerWords.ts";
import { payeeOf } from "./payee.ts";
import type { ProofOptions, ProverClient } from "./proverClient.ts";
import type { Vault } from "./vault.ts";
import { isThin, type View, viewOf } from "./view.ts";

export type { View } from "./view.ts";

const LOG = "readings";

export type SessionParts = {
  readonly vault: Vault;
  readonly chain: PatientChain;
  readonly attester: HttpAttester | undefined;
  readonly demo: HttpDemo | undefined;
  readonly prover: ProverClient;
};

/**
 * A patient at work in the page: an open vault, the services, the chain and a prover around the SDK's sealer and
 * holder. Every step is in the vault before it returns.
 */
export class PatientSession {
  readonly #parts: SessionParts;
  #log: Log | undefined;
  #unfinished: Begun | undefined;

  private constructor(parts: SessionParts, log: Log | undefined) {
    this.#parts = parts;
    this.#log = log;
  }

  /** @throws LOG_CORRUPT, VAULT_DAMAGED for a vault that does not fit; NOT_ALLOWED for a locked one */
  static async open(parts: SessionParts): Promise<PatientSession> {
    const session = new PatientSession(parts, await PatientSession.#logOf(parts.vault));
    session.#unfinished = (await parts.vault.recall<{ proof?: Begun }>("begun"))?.proof;
    return session;
  }

  static async #logOf(vault: Vault): Promise<Log | undefined> {
    const enrolment = await vault.recall<Enrolment>("enrolment");
    if (enrolment === undefined) return undefined;
    // A page that was closed between the attester's answer and the log's first record finds the opening here.
    const begun = (await vault.store.read(`log/${LOG}/state`)) !== undefined;
    return begun ? Log.resume(vault.store, LOG) : Log.create(vault.store, LOG, enrolment.opening);
  }

  /** The chain's Unix seconds, by the demonstration's clock where there is one. */
  now(): Promise<number> {
    return this.#parts.demo?.now() ?? this.#parts.chain.now();
  }

  /**
   * Asks the attester to open a log that begins with the next epoch, or to continue the one that it has of this person.
   * @param log `offset`: quarter hours after 00:00 UTC at which an epoch begins; `continues`: the attester has one
   * @returns whether the log is a continued one: its earlier days cannot be proven from this vault
   */
  async enrol(log: { profile: ProfileName; offset: number; continues?: boolean }): Promise<boolean> {
    const { vault } = this.#parts;
    const attester = needed(this.#parts.attester, "attester");
    const { subject } = vault.identity;
    const { device } = vault;
    const { profile, offset } = log;
    const continueLog = () => attester.continueLog({ subject, device, profile });
    let continued = log.continues === true;
    const opening = continued
      ? await continueLog()
      : await enrol(attester, { subject, device, profile, offset }, await this.now()).catch(
          (error: unknown) => {
            // The attester may know of a log where this vault does not: it came from a backup, or an answer was lost.
            if (VitalproofError.find(error, "INTAKE_LOG_EXISTS") === undefined) throw error;
            continued = true;
            return continueLog();
          },
        );
    if (opening.subject !== subject || opening.profile !== profile) {
      throw new VitalproofError("LOG_DIVERGED", "The attester opened another log than the one asked for.");
    }
    await vault.keep("enrolment", { opening } satisfies Enrolment);
    this.#log = await Log.create(vault.store, LOG, opening);
    return continued;
  }

  /**
   * Reads a file and adds its readings to the log. Nothing of it leaves the page.
   * @throws what the readers' `readFile` throws
   */
  async importFile(
    bytes: Uint8Array,
    options: Pick<ReadOptions, "zone" | "dateOrder" | "onProgress" | "signal">,
  ): Promise<{ file: FileReport; log: AppendReport }> {
    const log = this.#openLog();
    const metric = metricOf(log.opening.profile);
    const { readings, report } = await readFile(bytesInput(bytes), { ...options, metric });
    return { file: report, log: await log.append(readings) };
  }

  /** The epochs that sealing would close with few readings or none. Nobody can add to them afterwards. */
  async thinEpochs(): Promise<DueEpoch[]> {
    return this.#openLog()
      .due(await this.now())
      .filter(isThin);
  }

  /**
   * Seals the epochs that are over and sends every head without a receipt. Where the attester recorded gaps, the log
   * follows it.
   * @returns how many heads the attester accepted, and the epochs that became gaps
   */
  async sealAndSend(): Promise<{ sent: number; gaps: readonly number[] }> {
    const sealer = await this.#sealer();
    const attester = needed(this.#parts.attester, "attester");
    const { receipts, gaps } = await sealer.sealAndSend(attester, await this.now());
    return { sent: receipts.length, gaps };
  }

  /**
   * Applies for a policy: proves that holder and subject are one person, has the attester sign, checks what it signed,
   * and leaves the signed application in the demonstration's mailbox where there is one.
   * @param cover number of periods, from the next one that has not begun; `payee`: the account to be paid, empty for the
   *        policy's own
   * @returns the application as a file for the insurer
   */
  async apply(
    offer: Offer,
    cover: { periods: number; payee?: string },
    options?: ProofOptions,
  ): Promise<string> {
    const { vault, chain, demo } = this.#parts;
    const attester = needed(this.#parts.attester, "attester");
    const now = await this.now();
    const wanted = {
      firstEpoch: firstEpochOf(offer, now),
      periods: cover.periods,
      payee: payeeOf(cover.payee ?? "", [chain.claims.address, chain.custody.address, offer.token]),
    };
    const on = { now, log: this.#openLog().opening };
    const holder = this.#holder();
    const application = await this.#proving({ kind: "application" }, () =>
      holder.apply(offer, wanted, on, options),
    );
    const { domain: _domain, ...request } = application;
    const signature = await attester.attest(request);
    holder.assertAttested(application, signature, (await chain.anchors.group(offer.group)).attester);
    const { attestation } = application;
    await vault.keep("application", {
      offer: offer.program,
      attestation,
      signature,
    } satisfies KeptApplication);
    await demo?.leaveApplication({ attestation, signature });
    return JSON.stringify({ attestation, signature }, bigintText, 2);
  }

  /** Signs a consent to the program's insurer and has it sent to the chain. @param days 1 to 3,650 */
  async consent(offer: Offer, days: number, relayer: Relayer): Promise<GivenConsent> {
    const { vault, chain } = this.#parts;
    if (!Number.isInteger(days) || days < 1 || days > 3650) {
      throw new VitalproofError("INVALID_ARGUMENT", "A consent lasts 1 to 3,650 days.");
    }
    const on = { now: await this.now(), latest: await chain.now(), lasts: days * DAY };
    const signed = await this.#holder().consent(offer, on);
    const { program, consentId, consent, receipt, deadline, signature } = signed;
    const given = { program, consentId, consent, receipt, transaction: "" };
    // Before anything is sent: a consent whose receipt is lost can never be shown to have said anything.
    await vault.keep(`consent/${consentId}`, given satisfies GivenConsent);
    await vault.keep("consent/asked", given);
    const { transaction } = await relayer.consent({ consent, deadline, signature });
    const sent = { ...given, transaction };
    await vault.keep(`consent/${consentId}`, sent);
    await vault.keep("consent", sent);
    return sent;
  }

  /** Revokes the latest consent permanently. */
  async revoke(offer: Offer, relayer: Relayer): Promise<void> {
    const given = await this.#parts.vault.recall<GivenConsent>("consent");
    if (given === undefined) throw new VitalproofError("NOT_THERE", "There is no consent to revoke.");
    await relayer.revoke(await this.#holder().revocation(offer.program, given.consentId, await this.now()));
  }

  /**
   * Proves a period against the anchor that is on the chain now, and keeps the proof.
   * @throws what `Holder.claim` throws
   */
  async prove(view: View, period: number, options?: ProofOptions): Promise<void> {
    const { vault, chain } = this.#parts;
    const paths = needed(this.#parts.attester, "attester");
    const log = this.#openLog();
    const { offer, policy: own } = bound(view);
    const { policy } = own;
    const firstEpoch = own.firstEpoch + period * offer.terms.epochs;
    const on = await chain.period(offer, policy, period);
    const item = await this.#proving({ kind: "claim", policy, period }, () =>
      this.#holder().claim(offer, { policy, period, firstEpoch, on }, { log, paths }, options),
    );
    await vault.keep(proofKey(policy, period), { item } satisfies KeptProof);
  }

  /** Has a proof sent to the chain under the latest consent. @returns what became of it */
  async submit(view: View, period: number, relayer: Relayer): Promise<ClaimOutcome> {
    const { vault } = this.#parts;
    const kept = view.proofs.get(period);
    if (kept === undefined) throw new VitalproofError("NOT_THERE", "There is no proof of this period.");
    if (view.consent === undefined) throw new VitalproofError("NOT_THERE", "There is no consent.");
    const item = { ...kept.item, consentId: view.consent.consentId };
    const outcome = await this.#holder().submit(item, relayer);
    await vault.keep(proofKey(item.policy, period), { item, outcome } satisfies KeptProof);
    return outcome;
  }

  /** Has everything paid out that is owed. @returns the payment, as the chain has it */
  pay(view: View, relayer: Relayer): Promise<Payment> {
    return this.#holder().pay(bound(view).policy.policy, relayer, (policy) =>
      this.#parts.chain.payments(policy),
    );
  }

  /**
   * The key of the policy's own account as a keystore file (version 3), which wallets import.
   * @param passphrase the vault's, which opens the file too
   * @throws PASSPHRASE_WRONG, NOT_THERE
   */
  async accountKey(view: View, passphrase: string): Promise<string> {
    const account = await this.#holder().controller(bound(view).offer.program);
    await this.#parts.vault.assertPassphrase(passphrase);
    return account.encrypt(passphrase);
  }

  /** Everything to show, read anew. @throws CHAIN_UNREACHABLE, CONTRACT_CALL_FAILED */
  async view(): Promise<View> {
    const { vault, chain, attester } = this.#parts;
    const parts = {
      vault,
      chain,
      holder: this.#holder(),
      log: this.#log,
      attester: attester !== undefined,
      unfinished: this.#unfinished,
    };
    return viewOf(parts, await this.now());
  }

  /** Leaves a note in the vault for as long as a proof takes: a page that was closed meanwhile finds it. */
  async #proving<T>(begun: Begun, act: () => Promise<T>): Promise<T> {
    const { vault } = this.#parts;
    this.#unfinished = undefined;
    await vault.keep("begun", { proof: begun });
    try {
      return await act();
    } finally {
      // Locking stops a proof as closing does.
      if (!vault.locked) await vault.keep("begun", {});
    }
  }

  /** @throws NOT_ALLOWED for a locked vault */
  #holder(): Holder<ProofOptions> {
    const { vault, chain, prover } = this.#parts;
    const { claims, consents } = chain;
    return new Holder(vault.identity, { claims, consents }, (task, options) => prover.prove(task, options));
  }

  async #sealer(): Promise<Sealer> {
    const { vault, chain } = this.#parts;
    const log = this.#openLog();
    const { attester } = await chain.anchors.group(log.opening.group);
    return new Sealer(log, vault.device, { domain: await chain.anchors.domain(), attester });
  }

  #openLog(): Log {
    if (this.#log !== undefined) return this.#log;
    throw new VitalproofError("NOT_THERE", "There is no log yet.", { hint: "Ask the attester to open one." });
  }
}

function needed<T>(service: T | undefined, name: string): T {
  if (service !== undefined) return service;
  throw new VitalproofError("NOT_THERE", `This page's configuration names no ${name}.`);
}

function bound({ offer, policy }: View): { offer: Offer; policy: OwnPolicy } {
  if (offer !== undefined && policy !== undefined) return { offer, policy };
  throw new VitalproofError("NOT_THERE", "There is no policy yet.");
}

/** The metric of a file whose readings fit a profile; undefined where the readers know none. */
function metricOf(profile: ProfileName): Metric | undefined {
  const { ucum } = profileOf(profile);
  return (Object.keys(METRICS) as Metric[]).find((metric) =>
    profilesFor(metric, ucum).some(({ name }) => name === profile),
  );
}
