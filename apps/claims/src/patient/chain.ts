// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  type Circuit,
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  CONSENT_REGISTRY_ABI,
  ConsentClient,
  circuitIdOf,
  circuits,
  type PeriodState,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import { Contract, EventLog, type Provider, ZeroHash } from "ethers";
import type { Config } from "../config/config.ts";

/** A program as a patient looks at it. */
export type Offer = {
  readonly program: bigint;
  readonly insurer: string;
  readonly group: bigint;
  /** Number of the scope, and the field element that proofs are for. */
  readonly scopeNumber: bigint;
  readonly scope: bigint;
  readonly circuit: Circuit;
  /** With first epoch 0. */
  readonly terms: Terms;
  readonly token: string;
  /** Per met period, in the token's smallest unit. */
  readonly benefit: bigint;
  /** What of the program's money is free for new policies. */
  readonly free: bigint;
  /** Seconds. */
  readonly claimWindow: number;
};

export type OwnPolicy = {
  readonly policy: bigint;
  readonly firstEpoch: number;
  readonly periods: number;
  /** The account that signs for the policy, and the one that is paid; the same unless another was named. */
  readonly controller: string;
  readonly payee: string;
  /** In the token's smallest unit. */
  readonly owed: bigint;
  readonly paid: bigint;
};

export type Payment = {
  /** In the token's smallest unit. */
  readonly amount: bigint;
  readonly payee: string;
  readonly transaction: string;
  /** Unix seconds. */
  readonly time: number;
};

export type PeriodOnChain = {
  readonly state: PeriodState;
  /** Root that a claim is verified against now; 0 before the anchor. */
  readonly anchorRoot: bigint;
  readonly anchorDay: number;
  /** First second at which the day may be anchored. */
  readonly anchorFrom: number;
  /** 0 while there is no anchor. */
  readonly closesAt: number;
  /** What a claim has to prove now; zero bytes where no circuit is in force. */
  readonly circuit: string;
};

/** Reads of the chain for a patient, over the SDK's clients and the contracts' events. It signs and sends nothing. */
export class PatientChain {
  readonly claims: ClaimsClient;
  readonly anchors: AnchorClient;
  readonly consents: ConsentClient;
  readonly #provider: Provider;
  readonly #config: Pick<Config, "contracts" | "fromBlock">;

  constructor(config: Pick<Config, "contracts" | "fromBlock">, provider: Provider) {
    this.#config = config;
    this.#provider = provider;
    this.claims = new ClaimsClient(config.contracts.claims, provider);
    this.anchors = new AnchorClient(config.contracts.anchors, provider);
    this.consents = new ConsentClient(config.contracts.consents, provider);
  }

  /** Unix seconds of the last block. @throws CHAIN_UNREACHABLE */
  async now(): Promise<number> {
    const block = await this.#asked(() => this.#provider.getBlock("latest"));
    return block?.timestamp ?? 0;
  }

  /** Every program whose terms and circuit this page knows; newest first. @throws CHAIN_UNREACHABLE */
  async offers(): Promise<Offer[]> {
    const events = await this.#events("ProgramCreated", []);
    const programs = events.map(({ args }) => args.getValue("programId") as bigint).reverse();
    const offers = await Promise.all(programs.map((program) => this.#offer(program)));
    return offers.filter((offer) => offer !== undefined);
  }

  /** The policy that an account controls in a program; undefined before it is issued. */
  async policyOf(offer: Offer, controller: string): Promise<OwnPolicy | undefined> {
    const [event] = await this.#events("PolicyIssued", [null, offer.program, controller]);
    if (event === undefined) return undefined;
    const policy = event.args.getValue("policyId") as bigint;
    const [found, payee] = await Promise.all([this.claims.policy(policy), this.claims.payeeOf(policy)]);
    return {
      policy,
      controller,
      payee,
      firstEpoch: Number(found.firstEpoch),
      periods: Number(found.periods),
      owed: found.owed * offer.benefit,
      paid: found.paid * offer.benefit,
    };
  }

  /** What was paid out on a policy, oldest first. @throws CHAIN_UNREACHABLE */
  async payments(policy: bigint): Promise<Payment[]> {
    const events = await this.#events("PolicyPaid", [policy]);
    return Promise.all(
      events.map(async (event) => ({
        amount: event.args.getValue("amount") as bigint,
        payee: event.args.getValue("payee") as string,
        transaction: event.transactionHash,
        time: (await this.#asked(() => this.#provider.getBlock(event.blockNumber)))?.timestamp ?? 0,
      })),
    );
  }

  async period(offer: Offer, policy: bigint, period: number): Promise<PeriodOnChain> {
    const [{ state }, window, [, anchorRoot], anchorDay] = await Promise.all([
      this.claims.periodOf(policy, period),
      this.claims.windowOf(policy, period),
      this.claims.claimInputs(policy, period),
      this.claims.anchorDayOf(policy, period),
    ]);
    const { from } = await this.anchors.anchorWindow(offer.group, anchorDay);
    const { circuit } = window;
    return { state, anchorRoot, anchorDay, anchorFrom: from, closesAt: Number(window.closesAt), circuit };
  }

  /** Whether an account has revoked a consent, granted or not. */
  async isRevoked(patient: string, consentId: string): Promise<boolean> {
    const registry = new Contract(this.#config.contracts.consents, CONSENT_REGISTRY_ABI, this.#provider);
    const at = await this.#asked(
      () => registry.getFunction("revokedAtBy")(patient, consentId) as Promise<bigint>,
    );
    return at !== 0n;
  }

  /** Whether a consent is on record, active or not. */
  async isGranted(consentId: string): Promise<boolean> {
    const registry = new Contract(this.#config.contracts.consents, CONSENT_REGISTRY_ABI, this.#provider);
    const { matter } = await this.#asked(
      () => registry.getFunction("consentOf")(consentId) as Promise<{ matter: string }>,
    );
    return matter !== ZeroHash;
  }

  /** undefined for a program of a later version of the protocol: it is not shown rather than shown wrongly. */
  async #offer(program: bigint): Promise<Offer | undefined> {
    const found = await this.claims.program(program);
    const circuit = circuits().find(({ name, version }) => circuitIdOf(name, version) === found.circuit);
    if (circuit === undefined) return undefined;
    let terms: Terms;
    try {
      terms = unpackTerms(found.terms);
    } catch {
      return undefined;
    }
    return {
      program,
      insurer: found.insurer,
      group: found.group,
      scopeNumber: found.scope,
      scope: await this.claims.scopeElement(found.scope),
      circuit,
      terms,
      token: found.token,
      benefit: found.benefit,
      free: found.free,
      claimWindow: Number(found.claimWindow),
    };
  }

  async #events(name: string, args: readonly unknown[]): Promise<EventLog[]> {
    const contract = new Contract(this.#config.contracts.claims, CLAIMS_PAYOUT_ABI, this.#provider);
    const filter = contract.getEvent(name)(...args);
    const logs = await this.#asked(() => contract.queryFilter(filter, this.#config.fromBlock));
    return logs.filter((log) => log instanceof EventLog);
  }

  async #asked<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      throw new VitalproofError("CHAIN_UNREACHABLE", "The chain does not answer.", {
        hint: "Check the connection and try again.",
        cause,
      });
    }
  }
}
