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
  type ClaimItem,
  type ClaimOutcome,
  type Consent,
  circuitIdOf,
  circuits,
  consentIdOf,
  consentReceipt,
  controllerOf,
  DAY,
  epochAt,
  epochEnd,
  epochStart,
  type HolderAttestation,
  type HttpAttester,
  type HttpDemo,
  Log,
  type LogOpening,
  type ProfileName,
  type ProofOf,
  policyHashOf,
  profileOf,
  type Relayer,
  randomFieldElement,
  signConsent,
  signRevocation,
  termsForPeriod,
  VitalproofError,
  verifyReceipt,
} from "@vitalproof/sdk";
import type { Wallet } from "ethers";
import type { Offer, OwnPolicy, PatientChain, Payment, PeriodOnChain } from "./chain.ts";
import { type Days, daysOf } from "./days.ts";
import { type JourneyState, journeyOf, type Step } from "./journey.ts";
import { payeeOf } from "./payee.ts";
import type { ProofOptions, ProverClient } from "./proverClient.ts";
import type { ProofTask } from "./proverProtocol.ts";
import type { Vault } from "./vault.ts";

const LOG = "readings";

/** What the vault keeps besides identity and log. */
type Enrolment = { readonly opening: LogOpening };
type Application = {
  readonly offer: bigint;
  readonly attestation: HolderAttestation;
  readonly signature: string;
};
export type GivenConsent = {
  readonly program: bigint;
  readonly consentId: string;
  readonly consent: Consent;
  /** The receipt to keep. */
  readonly receipt: string;
  readonly transaction: string;
};
/** A proof that was begun. What is left of it after the page was closed says what to offer again. */
export type Begun =
  | { readonly kind: "application" }
  | { readonly kind: "claim"; readonly policy: bigint; readonly period: number };
type KeptProof = { readonly item: ClaimItem; readonly outcome?: ClaimOutcome };

export type SessionParts = {
  readonly vault: Vault;
  readonly chain: PatientChain;
  readonly attester: HttpAttester | undefined;
  readonly demo: HttpDemo | undefined;
  readonly prover: ProverClient;
};

/** Everything that the page shows of a person at one moment. It holds readings. */
export type View = {
  /** The chain's Unix seconds. */
  readonly now: number;
  readonly steps: readonly Step[];
  readonly log:
    | { readonly opening: LogOpening; readonly pending: number; readonly nextEpoch: number }
    | undefined;
  /** Offers that fit log and attester. */
  readonly offers: readonly Offer[];
  readonly offer: Offer | undefined;
  readonly policy: OwnPolicy | undefined;
  readonly application: Application | undefined;
  readonly consent: (GivenConsent & { readonly revoked: boolean }) | undefined;
  readonly days: Days | undefined;
  readonly periods: readonly PeriodOnChain[];
  /** By period. */
  readonly proofs: ReadonlyMap<number, KeptProof>;
  /** What was paid out so far, oldest first. */
  readonly payments: readonly Payment[];
  /** A proof that an earlier visit began and did not finish. */
  readonly unfinished: Begun | undefined;
};

/** A person at work: an open vault, the services, the chain and a prover. Every step is in the vault before it returns. */
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
   * Asks the attester to open a log that begins with the next epoch.
   * @param log `offset`: quarter hours after 00:00 UTC at which an epoch begins
   */
  async enrol(log: { profile: ProfileName; offset: number }): Promise<void> {
    const { vault } = this.#parts;
    const attester = needed(this.#parts.attester, "attester");
    const firstEpoch = epochAt(profileOf(log.profile), log.offset, await this.now()) + 1;
    const { subject } = vault.identity;
    const opening = await attester.enrol({ subject, device: vault.device, ...log, firstEpoch });
    if (opening.subject !== subject || opening.profile !== log.profile || opening.offset !== log.offset) {
      throw new VitalproofError("LOG_DIVERGED", "The attester opened another log than the one asked for.");
    }
    await vault.keep("enrolment", { opening } satisfies Enrolment);
    this.#log = await Log.create(vault.store, LOG, opening);
  }

  /**
   * Reads a file and takes its readings into the log. Nothing of it leaves the page.
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

  /**
   * Seals the epochs that are over and sends every head that the attester does not have yet. Where the attester recorded
   * gaps, the log follows it.
   * @returns how many heads the attester took, and the epochs that became gaps
   */
  async sealAndSend(): Promise<{ sent: number; gaps: readonly number[] }> {
    const log = this.#openLog();
    const attester = needed(this.#parts.attester, "attester");
    const { vault, chain } = this.#parts;
    const domain = await chain.anchors.domain();
    const { attester: signer } = await chain.anchors.group(log.opening.group);
    await log.seal(await this.now());
    let sent = 0;
    const gaps: number[] = [];
    // Each pass sends what is unsent until the attester says that its log stands elsewhere; following it ends a pass.
    for (let pass = 0; pass < 3; pass++) {
      let followed = false;
      for (const { epoch, status } of [...log.epochs]) {
        if (status !== "sealed") continue;
        try {
          const receipt = await attester.submitHead(await log.sign(epoch, vault.device));
          verifyReceipt(domain, receipt, signer);
          await log.accept(epoch, receipt);
          sent += 1;
        } catch (error) {
          const state = standsAt(error);
          if (state === undefined || pass === 2) throw error;
          gaps.push(...(await log.follow(state)).gaps);
          followed = true;
          break;
        }
      }
      if (!followed) break;
    }
    return { sent, gaps };
  }

  /**
   * Applies for a policy: proves that holder and subject are one person, has the attester sign, and leaves the signed
   * application in the demonstration's mailbox where there is one.
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
    const { offset, epochs } = offer.terms;
    const profile = profileOf(offer.terms.profile);
    const now = await this.now();
    const domain = await chain.claims.domain();
    // Two epochs ahead where a period is short: the insurer must issue the policy before it begins.
    const ahead = Math.max(1, Math.ceil(3600 / profile.epochSeconds));
    const attestation: HolderAttestation = {
      program: offer.program,
      holder: vault.identity.holder(offer.scope),
      controller: (await this.#controller(offer)).address,
      payee: payeeOf(cover.payee ?? "", [chain.claims.address, offer.token]),
      firstEpoch: epochAt(profile, offset, now) + ahead,
      periods: cover.periods,
      nonce: randomFieldElement(),
      expiry: BigInt(now + DAY),
    };
    if (!Number.isSafeInteger(cover.periods) || cover.periods < 1 || cover.periods * epochs > 10_000) {
      throw new VitalproofError("INVALID_ARGUMENT", "The number of periods is out of range.");
    }
    const policyHash = policyHashOf(domain, attestation);
    const secret = vault.identity.secret();
    const { proof, publicInputs } = await this.#prove(
      { kind: "application" },
      { kind: "enrolment", secret, scope: offer.scope, policyHash },
      options,
    );
    const { subject } = vault.identity;
    const signature = await attester.attest({
      attestation,
      scopeNumber: offer.scopeNumber,
      subject,
      proof,
      publicInputs,
    });
    await vault.keep("application", { offer: offer.program, attestation, signature } satisfies Application);
    await demo?.leaveApplication({ attestation, signature });
    return JSON.stringify({ attestation, signature }, bigintText, 2);
  }

  /** Signs a consent to the program's insurer and has it carried to the chain. @param days 1 to 3,650 */
  async consent(offer: Offer, days: number, relayer: Relayer): Promise<GivenConsent> {
    const { vault, chain } = this.#parts;
    if (!Number.isInteger(days) || days < 1 || days > 3650) {
      throw new VitalproofError("INVALID_ARGUMENT", "A consent lasts 1 to 3,650 days.");
    }
    const controller = await this.#controller(offer);
    const now = await this.now();
    // The last block's time: a consent from then on is active in the next one.
    const from = Math.min(now, await chain.now());
    const { chainId, claims } = await chain.claims.domain();
    const content = {
      patient: controller.address,
      grantee: offer.insurer,
      purpose: await chain.claims.claimPurpose(),
      program: offer.program,
      from,
      until: now + days * DAY,
      nonce: randomFieldElement(),
    };
    const { text, receiptHash } = consentReceipt({ ...content, chainId, claims, terms: offer.terms });
    const consent: Consent = { ...content, receiptHash };
    const deadline = BigInt(now + DAY);
    const signature = await signConsent(controller, await chain.consents.domain(), consent, deadline);
    const consentId = consentIdOf(consent);
    const given = { program: offer.program, consentId, consent, receipt: text, transaction: "" };
    // Before anything is sent: a consent whose receipt is lost can never be shown to have said anything.
    await vault.keep(`consent/${consentId}`, given satisfies GivenConsent);
    await vault.keep("consent/asked", given);
    const { transaction } = await relayer.consent({ consent, deadline, signature });
    const carried = { ...given, transaction };
    await vault.keep(`consent/${consentId}`, carried);
    await vault.keep("consent", carried);
    return carried;
  }

  /** Takes the latest consent back, for ever. */
  async revoke(offer: Offer, relayer: Relayer): Promise<void> {
    const { vault, chain } = this.#parts;
    const given = await vault.recall<GivenConsent>("consent");
    if (given === undefined) throw new VitalproofError("NOT_THERE", "There is no consent to revoke.");
    const controller = await this.#controller(offer);
    const deadline = BigInt((await this.now()) + DAY);
    const domain = await chain.consents.domain();
    const signature = await signRevocation(controller, domain, given.consentId, deadline);
    await relayer.revoke({ patient: controller.address, consentId: given.consentId, deadline, signature });
  }

  /**
   * Proves a period against the anchor that stands on chain now, and keeps the proof.
   * @throws what the prover throws; ANCHOR_PATH_INVALID when the attester's path is not the chain's;
   *         NOT_ALLOWED where no circuit is in force for the period
   */
  async prove(view: View, period: number, options?: ProofOptions): Promise<void> {
    const { vault, chain } = this.#parts;
    const attester = needed(this.#parts.attester, "attester");
    const log = this.#openLog();
    const { offer, policy } = bound(view);
    const own = await chain.period(offer, policy.policy, period);
    const circuit = circuits().find(({ name, version }) => circuitIdOf(name, version) === own.circuit);
    if (circuit === undefined) {
      throw new VitalproofError("NOT_ALLOWED", "No circuit that this page knows is in force for the period.");
    }
    const firstEpoch = policy.firstEpoch + period * offer.terms.epochs;
    const terms = termsForPeriod(offer.terms, firstEpoch);
    const path = await attester.path(own.anchorDay, log.leaf(firstEpoch + terms.epochs - 1));
    if (path.root !== own.anchorRoot) {
      throw new VitalproofError(
        "ANCHOR_PATH_INVALID",
        "The attester's path leads to another root than the chain's.",
        {
          hint: "The day may have been corrected: ask again, and then the attester.",
        },
      );
    }
    const request = {
      circuit: circuit.name,
      terms,
      scope: offer.scope,
      ...log.period(firstEpoch, terms.epochs),
      path,
    };
    const secret = vault.identity.secret();
    const begun = { kind: "claim", policy: policy.policy, period } as const;
    const { proof } = await this.#prove(begun, { kind: "claim", secret, request }, options);
    const item: ClaimItem = {
      policy: policy.policy,
      period,
      consentId: "",
      circuit: own.circuit,
      anchorRoot: own.anchorRoot,
      proof,
    };
    await vault.keep(`proof/${policy.policy}/${period}`, { item } satisfies KeptProof);
  }

  /** Has a proof carried to the chain under the latest consent. @returns what became of it */
  async submit(view: View, period: number, relayer: Relayer): Promise<ClaimOutcome> {
    const { vault } = this.#parts;
    const kept = view.proofs.get(period);
    if (kept === undefined) throw new VitalproofError("NOT_THERE", "There is no proof of this period.");
    if (view.consent === undefined) throw new VitalproofError("NOT_THERE", "There is no consent.");
    const item = { ...kept.item, consentId: view.consent.consentId };
    const outcome = await relayer.claim(item);
    await vault.keep(`proof/${item.policy}/${period}`, { item, outcome } satisfies KeptProof);
    return outcome;
  }

  /** Has everything paid out that is owed. @returns the payment, as the chain has it */
  async pay(view: View, relayer: Relayer): Promise<Payment> {
    const { policy } = bound(view).policy;
    const { transaction } = await relayer.pay(policy);
    const paid = (await this.#parts.chain.payments(policy)).find((each) => each.transaction === transaction);
    if (paid !== undefined) return paid;
    throw new VitalproofError("CONTRACT_CALL_FAILED", "The chain knows no payment in that transaction.", {
      details: { transaction },
      hint: "Look again in a minute; the amounts above come from the chain.",
    });
  }

  /**
   * The key of the policy's own account as a keystore file (version 3), which wallets import.
   * @param passphrase the vault's, which opens the file too
   * @throws PASSPHRASE_WRONG, NOT_THERE
   */
  async accountKey(view: View, passphrase: string): Promise<string> {
    const account = await this.#controller(bound(view).offer);
    await this.#parts.vault.assertPassphrase(passphrase);
    return account.encrypt(passphrase);
  }

  /** Everything to show, read anew. @throws CHAIN_UNREACHABLE, CONTRACT_CALL_FAILED */
  async view(): Promise<View> {
    const { vault, chain } = this.#parts;
    const now = await this.now();
    const log = this.#log;
    const all = log === undefined ? [] : await chain.offers();
    const offers = log === undefined ? [] : all.filter((offer) => fits(offer, log.opening));
    const application = await vault.recall<Application>("application");
    const given = await this.#latestConsent();
    let offer: Offer | undefined;
    let policy: OwnPolicy | undefined;
    // The vault may be a restored one that knows of no application: every fitting program is asked.
    for (const each of offers) {
      policy = await chain.policyOf(each, (await this.#controller(each)).address);
      offer = policy === undefined ? undefined : each;
      if (policy !== undefined) break;
    }
    offer ??= offers.find(({ program }) => program === application?.offer);
    const days =
      log !== undefined && offer !== undefined && policy !== undefined
        ? daysOf(log, offer.terms, policy)
        : undefined;
    const periods: PeriodOnChain[] = [];
    const proofs = new Map<number, KeptProof>();
    if (offer !== undefined && policy !== undefined) {
      for (let period = 0; period < policy.periods; period++) {
        periods.push(await chain.period(offer, policy.policy, period));
        const kept = await vault.recall<KeptProof>(`proof/${policy.policy}/${period}`);
        if (kept !== undefined) proofs.set(period, kept);
      }
    }
    const payments = policy === undefined || policy.paid === 0n ? [] : await chain.payments(policy.policy);
    const consent =
      given === undefined || given.program !== offer?.program
        ? undefined
        : { ...given, revoked: await chain.isRevoked(given.consent.patient, given.consentId) };
    const view = {
      now,
      log:
        log === undefined
          ? undefined
          : { opening: log.opening, pending: log.pending, nextEpoch: log.nextEpoch },
      offers,
      offer,
      policy,
      application,
      consent,
      days,
      periods,
      proofs,
      payments,
      unfinished: this.#unfinished,
    };
    return { ...view, steps: journeyOf(this.#journeyState(view), now) };
  }

  #journeyState(view: Omit<View, "steps">): JourneyState {
    const { offer, policy, application, consent, days, periods, proofs } = view;
    const log = this.#log;
    const { attester, vault } = this.#parts;
    return {
      vault: vault.locked ? "locked" : "open",
      attester: attester !== undefined,
      offers: view.offers.length,
      periods: periods.map((own, period) => {
        const day = days!.periods[period]!;
        const taken = day.state === "sealed" && day.status !== "sealed";
        const proof = proofs.get(period)?.item;
        return {
          period,
          end: day.end,
          taken,
          holds: day.state === "sealed" ? day.holds : undefined,
          anchorFrom: own.anchorFrom,
          anchored: own.anchorRoot !== 0n,
          closesAt: own.closesAt,
          state: own.state,
          proven: proof?.anchorRoot === own.anchorRoot && proof.circuit === own.circuit,
        };
      }),
      ...(log === undefined
        ? {}
        : {
            log: {
              pending: log.pending,
              nextEnd: epochEnd(profileOf(log.opening.profile), log.opening.offset, log.nextEpoch),
              unsent: log.epochs.filter(({ status }) => status === "sealed").length,
            },
          }),
      ...(application === undefined
        ? {}
        : {
            application: {
              expiry: Number(application.attestation.expiry),
              begins: startOf(offer, application.attestation.firstEpoch),
            },
          }),
      ...(policy === undefined || days === undefined
        ? {}
        : {
            policy: {
              start: days.periods[0]!.start,
              end: days.periods.at(-1)!.end,
              owed: policy.owed,
              paid: policy.paid,
            },
          }),
      ...(consent === undefined
        ? {}
        : {
            consent: { from: consent.consent.from, until: consent.consent.until, revoked: consent.revoked },
          }),
    };
  }

  /** Proves, and leaves a note in the vault for as long as it takes: a page that was closed meanwhile finds it. */
  async #prove(begun: Begun, task: ProofTask, options?: ProofOptions): Promise<ProofOf> {
    const { vault, prover } = this.#parts;
    this.#unfinished = undefined;
    await vault.keep("begun", { proof: begun });
    try {
      return await prover.prove(task, options);
    } finally {
      // Locking stops a proof as closing does.
      if (!vault.locked) await vault.keep("begun", {});
    }
  }

  /** The latest consent that was carried, or one that was being carried when the page was closed and has arrived. */
  async #latestConsent(): Promise<GivenConsent | undefined> {
    const { vault, chain } = this.#parts;
    const given = await vault.recall<GivenConsent>("consent");
    const asked = await vault.recall<GivenConsent>("consent/asked");
    if (asked === undefined || asked.consentId === given?.consentId) return given;
    if (!(await chain.isGranted(asked.consentId))) return given;
    await vault.keep("consent", asked);
    return asked;
  }

  /** The account of this person's first policy in a program. */
  async #controller(offer: Offer): Promise<Wallet> {
    const { chainId, claims } = await this.#parts.chain.claims.domain();
    const { identity } = this.#parts.vault;
    return controllerOf(identity, { chainId, claims, program: offer.program, index: 0 });
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

function fits({ terms, group }: Offer, opening: LogOpening): boolean {
  return terms.profile === opening.profile && terms.offset === opening.offset && group === opening.group;
}

function startOf(offer: Offer | undefined, epoch: number): number {
  if (offer === undefined) return 0;
  return epochStart(profileOf(offer.terms.profile), offer.terms.offset, epoch);
}

/** Where intake says that its log stands, in the details of a refusal. */
function standsAt(error: unknown): { head: bigint; nextEpoch: number } | undefined {
  if (!(error instanceof VitalproofError)) return undefined;
  const { head, nextEpoch } = error.details;
  if (typeof nextEpoch !== "number" || !/^\d{1,78}$/.test(String(head))) return undefined;
  return { head: BigInt(String(head)), nextEpoch };
}

/** The metric of a file whose readings fit a profile; undefined where the readers know none. */
function metricOf(profile: ProfileName): Metric | undefined {
  const { ucum } = profileOf(profile);
  return (Object.keys(METRICS) as Metric[]).find((metric) =>
    profilesFor(metric, ucum).some(({ name }) => name === profile),
  );
}
