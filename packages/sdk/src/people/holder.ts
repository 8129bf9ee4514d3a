// SPDX-License-Identifier: GPL-3.0-or-later
import { type Wallet, ZeroAddress } from "ethers";
import { type HolderAttestation, verifyAttestation } from "../attester/attestation.ts";
import type { ClaimItem } from "../clients/claimItem.ts";
import type { ClaimsClient } from "../clients/claims.ts";
import { consentReceipt } from "../clients/consentReceipt.ts";
import {
  type Consent,
  type ConsentClient,
  consentIdOf,
  signConsent,
  signRevocation,
} from "../clients/consents.ts";
import { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { controllerOf } from "../identity/controller.ts";
import type { Identity } from "../identity/identity.ts";
import { invalid } from "../invalid.ts";
import type { LogOpening } from "../log/intakeMessages.ts";
import type { Log } from "../log/log.ts";
import { assertLogFits } from "../log/logFits.ts";
import type { ProofOf, ProveOptions } from "../prove/prover.ts";
import type { ClaimOutcome } from "../settle/claim.ts";
import { DAY } from "../time/epochs.ts";
import type { ClaimRequest } from "../witness/claim.ts";
import { type Application, proveApplication } from "./application.ts";
import { claimRequest, type PathSource } from "./claimRequest.ts";
import type { PeriodFacts } from "./periodFacts.ts";
import type { ProgramFacts } from "./programFacts.ts";
import type { ProofMaker } from "./proofTask.ts";
import type { Grant, Relayer, Revocation } from "./relayer.ts";

/** Policies of one person in one program that are looked for by their account. */
const POLICIES = 64;
/** Epochs of one policy: more cannot be shown or walked through in a page. */
const MAX_EPOCHS = 10_000;
/** Seconds for which a signature can be relayed. */
const DEADLINE = DAY;

/** What a holder asks the chain for. It signs with accounts of its own and sends nothing. */
export type HolderChain = {
  readonly claims: Pick<ClaimsClient, "address" | "domain" | "claimPurpose" | "periodOf" | "policiesIn">;
  readonly consents: Pick<ConsentClient, "domain">;
};

/** From when on, for how many periods, and who is paid. */
export type Cover = {
  firstEpoch: number;
  periods: number;
  /** The policy's own account when left out. */
  payee?: string;
  /** 0 for the first policy in this program, 1 for the next, … */
  index?: number;
};

/** A consent that was signed, with the receipt whose hash is in it. Keep the receipt before sending the consent. */
export type SignedConsent = Grant & {
  readonly program: bigint;
  readonly consentId: string;
  /** JSON: what was agreed to, with its salt. The chain has only its hash. */
  readonly receipt: string;
};

/** A policy that belongs to an identity. */
export type OwnPolicy = {
  readonly program: bigint;
  readonly policy: bigint;
  readonly controller: string;
  /** Which of the identity's accounts in the program the controller is; undefined for an account of no identity. */
  readonly index: number | undefined;
};

/**
 * A person in the insurers' scopes: applies for policies, consents, proves periods and claims. It holds the identity,
 * so it runs where the person's vault is open. The log belongs to a `Sealer`.
 */
export class Holder<Options = ProveOptions> {
  readonly #identity: Identity;
  readonly #chain: HolderChain;
  readonly #prove: ProofMaker<Options>;

  constructor(identity: Identity, chain: HolderChain, prove: ProofMaker<Options>) {
    this.#identity = identity;
    this.#chain = chain;
    this.#prove = prove;
  }

  /** The name under which the attester files this person. */
  get subject(): bigint {
    return this.#identity.subject;
  }

  /** The account of a policy in a program. @param index 0 for the first policy in the program */
  async controller(program: bigint, index = 0): Promise<Wallet> {
    const { chainId, claims } = await this.#chain.claims.domain();
    return controllerOf(this.#identity, { chainId, claims, program, index });
  }

  /** Which of this person's accounts in a program an account is. */
  async indexOf(program: bigint, controller: string): Promise<number | undefined> {
    for (let index = 0; index < POLICIES; index++) {
      if ((await this.controller(program, index)).address === controller) return index;
    }
    return undefined;
  }

  /**
   * Finds this identity's policies on the chain, with nothing but the seed. All policies of a program are read and
   * compared here, so that the node does not learn which one is looked for.
   * @param fromBlock first block that can hold a policy
   */
  async policies(
    programs: readonly Pick<ProgramFacts, "program" | "scope">[],
    fromBlock = 0,
  ): Promise<OwnPolicy[]> {
    const found: OwnPolicy[] = [];
    for (const { program, scope } of programs) {
      const own = this.#identity.holder(scope);
      for (const { policy, holder, controller } of await this.#chain.claims.policiesIn(program, {
        fromBlock,
      })) {
        if (holder !== own) continue;
        found.push({ program, policy, controller, index: await this.indexOf(program, controller) });
      }
    }
    return found;
  }

  /**
   * Applies for a policy: proves that holder and subject are one person, over the digest of exactly this attestation.
   * @param on `log`: the log that the policy is to be claimed with, where one is open; `validFor`: seconds
   * @throws LOG_MISMATCH with both offsets when the program cannot pay on the log; INVALID_ARGUMENT for a number of
   *         periods that no policy can have
   */
  async apply(
    program: ProgramFacts,
    cover: Cover,
    on: { now: number; log?: LogOpening | undefined; validFor?: number },
    options?: Options,
  ): Promise<Application> {
    const { firstEpoch, periods, payee = ZeroAddress, index = 0 } = cover;
    const most = Math.floor(MAX_EPOCHS / program.terms.epochs);
    if (!Number.isSafeInteger(periods) || periods < 1 || periods > most) {
      throw invalid("number of periods", periods, `a whole number from 1 to ${most}`);
    }
    if (on.log !== undefined) assertLogFits(on.log, program);
    const domain = await this.#chain.claims.domain();
    const attestation: HolderAttestation = {
      program: program.program,
      offerHash: program.offerHash,
      holder: this.#identity.holder(program.scope),
      controller: (await this.controller(program.program, index)).address,
      payee,
      firstEpoch,
      periods,
      nonce: randomFieldElement(),
      expiry: BigInt(on.now + (on.validFor ?? DAY)),
    };
    const { scope, scopeNumber } = program;
    return proveApplication(
      this.#identity,
      { domain, scope, scopeNumber },
      attestation,
      this.#prove,
      options,
    );
  }

  /**
   * Checks what the attester answered to an application.
   * @param attester the group's account, as the chain has it
   * @throws ATTESTATION_MISMATCH when the signature is not that account's over this attestation
   */
  assertAttested({ domain, attestation }: Application, signature: string, attester: string): void {
    verifyAttestation(domain, attestation, signature, attester);
  }

  /**
   * Signs a consent to the program's insurer over the receipt of what is agreed to.
   * @param on `latest`: time of the chain's last block, so that the consent is active in the next one; `lasts`: seconds
   *        from now; `withdrawal`: where it is revoked, for the receipt
   */
  async consent(
    program: Pick<ProgramFacts, "program" | "insurer" | "terms">,
    on: { now: number; latest: number; lasts: number; withdrawal?: string },
    index = 0,
  ): Promise<SignedConsent> {
    const { claims, consents } = this.#chain;
    const controller = await this.controller(program.program, index);
    const domain = await claims.domain();
    const content = {
      patient: controller.address,
      grantee: program.insurer,
      purpose: await claims.claimPurpose(),
      program: program.program,
      from: Math.min(on.now, on.latest),
      until: on.now + on.lasts,
      // The receipt's salt makes every consent another one. A nonce of 32 random bytes would only cost gas, 12 a byte.
      nonce: 0n,
    };
    const { text, receiptHash } = consentReceipt(
      { ...content, ...domain, terms: program.terms },
      on.withdrawal === undefined ? {} : { withdrawal: on.withdrawal },
    );
    const consent: Consent = { ...content, receiptHash };
    const deadline = BigInt(on.now + DEADLINE);
    const signature = await signConsent(controller, await consents.domain(), consent, deadline);
    const consentId = consentIdOf(consent);
    return { program: program.program, consentId, consent, receipt: text, deadline, signature };
  }

  /** Signs the revocation of a consent, which is permanent. */
  async revocation(program: bigint, consentId: string, now: number, index = 0): Promise<Revocation> {
    const controller = await this.controller(program, index);
    const deadline = BigInt(now + DEADLINE);
    const domain = await this.#chain.consents.domain();
    const signature = await signRevocation(controller, domain, consentId, deadline);
    return { patient: controller.address, consentId, deadline, signature };
  }

  /** Proves what a request says; `claimRequest` makes one. @throws STATEMENT_NOT_MET and what the prover throws */
  prove(request: ClaimRequest, options?: Options): Promise<ProofOf> {
    return this.#prove({ kind: "claim", secret: this.#identity.secret(), request }, options);
  }

  /**
   * Proves a period of a policy against the root that the chain has for its day now.
   * @param consentId of the consent to claim under; it can be given later
   * @throws what `claimRequest` and the prover throw
   */
  async claim(
    program: ProgramFacts,
    of: {
      policy: bigint;
      period: number;
      firstEpoch: number;
      on: Pick<PeriodFacts, "circuit" | "anchorRoot">;
    },
    from: { log: Log; paths: PathSource; consentId?: string },
    options?: Options,
  ): Promise<ClaimItem> {
    const { policy, period, firstEpoch, on } = of;
    const request = await claimRequest(program, on, firstEpoch, from.log, from.paths);
    const { proof } = await this.prove(request, options);
    const { circuit, anchorRoot } = on;
    return { policy, period, consentId: from.consentId ?? "", circuit, anchorRoot, proof };
  }

  /**
   * Has a claim sent. What a relayer calls settled is looked up on the chain.
   * @returns what became of it; `failed` where the chain does not show what the relayer says
   */
  async submit(item: ClaimItem, relayer: Pick<Relayer, "claim">): Promise<ClaimOutcome> {
    const outcome = await relayer.claim(item);
    if (outcome.outcome !== "settled") return outcome;
    const { state } = await this.#chain.claims.periodOf(item.policy, item.period);
    if (state !== "open") return outcome;
    return {
      outcome: "failed",
      code: "CONTRACT_CALL_FAILED",
      message: "The relayer says that the claim was settled, but the chain does not show it.",
    };
  }

  /**
   * Has everything paid out that is owed on a policy.
   * @param payments reads the policy's payments from the chain
   * @returns the payment as the chain has it
   * @throws CONTRACT_CALL_FAILED when the chain has no payment in the transaction that the relayer names
   */
  async pay<Payment extends { readonly transaction: string }>(
    policy: bigint,
    relayer: Pick<Relayer, "pay">,
    payments: (policy: bigint) => Promise<readonly Payment[]>,
  ): Promise<Payment> {
    const { transaction } = await relayer.pay(policy);
    const paid = (await payments(policy)).find((each) => each.transaction === transaction);
    if (paid !== undefined) return paid;
    throw new VitalproofError("CONTRACT_CALL_FAILED", "The chain has no payment in that transaction.", {
      details: { policy, transaction },
      hint: "Look again in a minute; the amounts come from the chain.",
    });
  }

  toJSON(): Record<string, unknown> {
    return { type: "Holder", identity: this.#identity.toJSON() };
  }
}
