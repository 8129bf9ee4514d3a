// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import type { ClaimsDomain, HolderAttestation } from "../attester/attestation.ts";
import { PERIOD_STATES, type PeriodState, SKIP_REASONS, type SkipReason } from "../claimStates.ts";
import { CLAIMS_PAYOUT_ABI } from "../generated/abi.ts";
import { scopeOf } from "../hashes/scope.ts";
import { type Proof, proofCalldata } from "../prove/proof.ts";
import { ASSURANCE_CLASSES, type AssuranceClass } from "./anchors.ts";
import { argumentOf, atBlock, connect, read, type Sent, send } from "./call.ts";
import { chainIdOf } from "./chain.ts";
import { type ClaimItem, itemCalldata } from "./claimItem.ts";
import type { ClaimsPayout } from "./contractTypes.ts";
import { type BlockRange, eventsOf } from "./events.ts";
import { type SkippedClaim, skippedOf } from "./skipped.ts";

/** What an insurer offers; nothing of it ever changes. */
export type ProgramOffer = {
  /** `circuitIdOf(name, version)`. */
  circuit: string;
  scope: bigint;
  assurance: AssuranceClass;
  /** `packTerms` of terms with first epoch 0. */
  terms: bigint;
  token: string;
  /** Per met period, in the token's smallest unit. */
  benefit: bigint;
  /** Who decides on rejected claims; the zero address without a review. */
  arbiter: string;
  /** Seconds. */
  claimWindow: number;
  reviewTime: number;
  arbiterTime: number;
};

/** Tokens that went to a policy's payee. */
export type PolicyPayment = {
  payee: string;
  /** In the token's smallest unit. */
  amount: bigint;
  blockNumber: number;
  /** Hash of the transaction. */
  transaction: string;
};

/** Programs, policies and claims, for insurers, patients and their relayers. `Custody` has the money. */
export class ClaimsClient {
  readonly address: string;
  readonly #runner: ContractRunner;
  readonly #contract: ClaimsPayout;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#runner = runner;
    this.#contract = connect<ClaimsPayout>(CLAIMS_PAYOUT_ABI, address, runner);
  }

  /** EIP-712 domain of holder attestations. */
  async domain(): Promise<ClaimsDomain> {
    return { chainId: await chainIdOf(this.#runner), claims: this.address };
  }

  // --- insurers

  createProgram(offer: ProgramOffer): Promise<Sent<bigint>> {
    const assurance = ASSURANCE_CLASSES.indexOf(offer.assurance);
    return send(
      this.#contract,
      "createProgram",
      () => this.#contract.createProgram({ ...offer, assurance }),
      (events) => argumentOf(events, "ProgramCreated", "programId") as bigint,
    );
  }

  /** @param signature what `attestHolder` returned @returns the policy's number */
  issuePolicy(attestation: HolderAttestation, signature: string): Promise<Sent<bigint>> {
    return send(
      this.#contract,
      "issuePolicy",
      () => this.#contract.issuePolicy(attestation, signature),
      (events) => argumentOf(events, "PolicyIssued", "policyId") as bigint,
    );
  }

  approveClaim(policy: bigint, period: number): Promise<Sent> {
    return send(this.#contract, "approveClaim", () => this.#contract.approveClaim(policy, period));
  }

  /** The reason is public and must not hold personal data. */
  rejectClaim(policy: bigint, period: number, reason: string): Promise<Sent> {
    return send(this.#contract, "rejectClaim", () => this.#contract.rejectClaim(policy, period, reason));
  }

  arbitrate(policy: bigint, period: number, pays: boolean, reason: string): Promise<Sent> {
    return send(this.#contract, "arbitrate", () => this.#contract.arbitrate(policy, period, pays, reason));
  }

  /**
   * Frees the reserves of the open periods of [from, until). None of them may be claimable any more. Anyone may call it.
   * @returns how many were open
   */
  releasePeriods(policy: bigint, from: number, until: number): Promise<Sent<number>> {
    return send(
      this.#contract,
      "releasePeriods",
      () => this.#contract.releasePeriods(policy, from, until),
      (events) => Number(argumentOf(events, "PeriodsReleased", "released")),
    );
  }

  // --- patients and relayers

  /** Anyone may send it. The policy's payee is paid. */
  submitClaim(claim: { policy: bigint; period: number; consentId: string; proof: Proof }): Promise<Sent> {
    const { policy, period, consentId, proof } = claim;
    return send(this.#contract, "submitClaim", () =>
      this.#contract.submitClaim(policy, period, consentId, proofCalldata(proof)),
    );
  }

  /**
   * Claims many periods in one transaction; what cannot be settled is left out.
   * @returns the items that were left out, by their index
   * @throws CONTRACT_REVERTED when a proof is false
   */
  submitClaims(
    items: readonly ClaimItem[],
    overrides: { gasLimit?: bigint } = {},
  ): Promise<Sent<SkippedClaim[]>> {
    return send(
      this.#contract,
      "submitClaims",
      () => this.#contract.submitClaims(items.map(itemCalldata), overrides),
      skippedOf,
    );
  }

  /** Gas that `submitClaims` would use now. @throws CONTRACT_REVERTED when a proof is false */
  estimateClaims(items: readonly ClaimItem[]): Promise<bigint> {
    return read(this.#contract, "submitClaims", () =>
      this.#contract.submitClaims.estimateGas(items.map(itemCalldata)),
    );
  }

  /** What `submitClaims` would do with each item now; proofs are not looked at. */
  async previewClaims(items: readonly ClaimItem[]): Promise<{ reason: SkipReason; detail: bigint }[]> {
    const previews = await read(this.#contract, "previewClaims", () =>
      this.#contract.previewClaims(items.map(itemCalldata)),
    );
    return previews.map(({ reason, detail }) => ({ reason: SKIP_REASONS[Number(reason)]!, detail }));
  }

  /** Pays everything owed on a policy. Anyone may call it. @returns the amount sent */
  pay(policy: bigint): Promise<Sent<bigint>> {
    return send(
      this.#contract,
      "pay",
      () => this.#contract.pay(policy),
      (events) => argumentOf(events, "PolicyPaid", "amount") as bigint,
    );
  }

  endPolicy(policy: bigint): Promise<Sent> {
    return send(this.#contract, "endPolicy", () => this.#contract.endPolicy(policy));
  }

  /** The zero address means the controller. */
  setPayee(policy: bigint, payee: string): Promise<Sent> {
    return send(this.#contract, "setPayee", () => this.#contract.setPayee(policy, payee));
  }

  // --- views

  claimPurpose(): Promise<string> {
    return read(this.#contract, "claimPurpose", () => this.#contract.claimPurpose());
  }

  /** Addresses of the registries that the contract goes by. */
  anchors(): Promise<string> {
    return read(this.#contract, "anchors", () => this.#contract.anchors());
  }

  consents(): Promise<string> {
    return read(this.#contract, "consents", () => this.#contract.consents());
  }

  ledger(): Promise<string> {
    return read(this.#contract, "ledger", () => this.#contract.ledger());
  }

  circuits(): Promise<string> {
    return read(this.#contract, "circuits", () => this.#contract.circuits());
  }

  scopes(): Promise<string> {
    return read(this.#contract, "scopes", () => this.#contract.scopes());
  }

  pauses(): Promise<string> {
    return read(this.#contract, "pauses", () => this.#contract.pauses());
  }

  /** Address of the contract that has the money. */
  custody(): Promise<string> {
    return read(this.#contract, "custody", () => this.#contract.custody());
  }

  /** The field element of a scope that programs can be in. */
  async scopeElement(scopeNumber: bigint): Promise<bigint> {
    const [{ chainId }, scopes] = await Promise.all([this.domain(), this.scopes()]);
    return scopeOf({ chainId, scopes, scopeNumber });
  }

  /** Programs count from 1. */
  programCount(): Promise<bigint> {
    return read(this.#contract, "programCount", () => this.#contract.programCount());
  }

  /** Its money is in `escrow` of custody. @param block now when left out */
  program(program: bigint, block?: number) {
    return read(this.#contract, "program", () => this.#contract.program(program, atBlock(block)));
  }

  /** Policies count from 1. */
  policyCount(): Promise<bigint> {
    return read(this.#contract, "policyCount", () => this.#contract.policyCount());
  }

  policy(policy: bigint) {
    return read(this.#contract, "policy", () => this.#contract.policy(policy));
  }

  /** The programs that there are, oldest first, from the contract's events. */
  async programs(fromBlock = 0): Promise<bigint[]> {
    const filter = this.#contract.filters.ProgramCreated();
    const events = await eventsOf(this.#contract, "ProgramCreated", { fromBlock }, (from, to) =>
      this.#contract.queryFilter(filter, from, to),
    );
    return events.map(({ args }) => args.programId);
  }

  /**
   * The policies that were issued in a program, oldest first, from the contract's events.
   * @param controller only those of this account, which the node then learns
   */
  async policiesIn(
    program: bigint,
    { controller, ...range }: BlockRange & { readonly controller?: string } = {},
  ): Promise<{ policy: bigint; holder: bigint; controller: string }[]> {
    const filter = this.#contract.filters.PolicyIssued(undefined, program, controller);
    const events = await eventsOf(this.#contract, "PolicyIssued", range, (from, to) =>
      this.#contract.queryFilter(filter, from, to),
    );
    return events.map(({ args: { policyId, holder, controller } }) => ({
      policy: policyId,
      holder,
      controller,
    }));
  }

  /** What was paid out on a policy, oldest first, from the contract's events. */
  async payments(policy: bigint, fromBlock = 0): Promise<PolicyPayment[]> {
    const filter = this.#contract.filters.PolicyPaid(policy);
    const events = await eventsOf(this.#contract, "PolicyPaid", { fromBlock }, (from, to) =>
      this.#contract.queryFilter(filter, from, to),
    );
    return events.map(({ args: { payee, amount }, blockNumber, transactionHash }) => ({
      payee,
      amount,
      blockNumber,
      transaction: transactionHash,
    }));
  }

  /** First second of a period, and first after it. */
  async periodTimes(policy: bigint, period: number): Promise<{ start: number; end: number }> {
    const [start, end] = await read(this.#contract, "periodTimes", () =>
      this.#contract.periodTimes(policy, period),
    );
    return { start: Number(start), end: Number(end) };
  }

  /** @param block now when left out */
  async periodOf(
    policy: bigint,
    period: number,
    block?: number,
  ): Promise<{ state: PeriodState; until: number }> {
    const at = block === undefined ? {} : { blockTag: block };
    const [state, until] = await read(this.#contract, "periodOf", () =>
      this.#contract.periodOf(policy, period, at),
    );
    return { state: PERIOD_STATES[Number(state)]!, until: Number(until) };
  }

  windowOf(policy: bigint, period: number) {
    return read(this.#contract, "windowOf", () => this.#contract.windowOf(policy, period));
  }

  async anchorDayOf(policy: bigint, period: number): Promise<number> {
    return Number(
      await read(this.#contract, "anchorDayOf", () => this.#contract.anchorDayOf(policy, period)),
    );
  }

  /** The four public inputs that a claim is verified against now, in order; `anchorRoot` is 0 before the anchor. */
  async claimInputs(policy: bigint, period: number): Promise<[bigint, bigint, bigint, bigint]> {
    const inputs = await read(this.#contract, "claimInputs", () =>
      this.#contract.claimInputs(policy, period),
    );
    return [inputs[0], inputs[1], inputs[2], inputs[3]];
  }

  /** The EIP-712 digest as the contract computes it; `attestationDigest` gives the same. */
  attestationDigest(attestation: HolderAttestation): Promise<string> {
    return read(this.#contract, "attestationDigest", () => this.#contract.attestationDigest(attestation));
  }

  /** Whether a policy was issued on the attestation with this digest. */
  isAttestationUsed(digest: string): Promise<boolean> {
    return read(this.#contract, "isAttestationUsed", () => this.#contract.isAttestationUsed(digest));
  }

  /** Until when a holder is covered in a scope, in Unix seconds; 0 without a policy. */
  async coveredUntil(scope: bigint, holder: bigint): Promise<number> {
    return Number(
      await read(this.#contract, "coveredUntil", () => this.#contract.coveredUntil(scope, holder)),
    );
  }

  owedOf(policy: bigint): Promise<bigint> {
    return read(this.#contract, "owedOf", () => this.#contract.owedOf(policy));
  }

  payeeOf(policy: bigint): Promise<string> {
    return read(this.#contract, "payeeOf", () => this.#contract.payeeOf(policy));
  }
}
