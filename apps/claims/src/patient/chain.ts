// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  CLAIMS_PAYOUT_ABI,
  ClaimsClient,
  CONSENT_REGISTRY_ABI,
  ConsentClient,
  type PeriodFacts,
  type ProgramFacts,
  periodFacts,
  programFacts,
  VitalproofError,
} from "@vitalproof/sdk";
import { Contract, EventLog, type Provider, ZeroHash } from "ethers";
import type { Config } from "../config/config.ts";

/** A program as a patient looks at it. */
export type Offer = ProgramFacts;

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

export type PeriodOnChain = Omit<PeriodFacts, "until" | "releasableFrom"> & {
  /** First second at which the day may be anchored. */
  readonly anchorFrom: number;
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
    const facts = await periodFacts(this.claims, policy, period);
    const { from } = await this.anchors.anchorWindow(offer.group, facts.anchorDay);
    return { ...facts, anchorFrom: from };
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
    try {
      return await programFacts(this.claims, program);
    } catch (error) {
      const code = error instanceof VitalproofError ? error.code : undefined;
      if (code === "UNKNOWN_CIRCUIT" || code === "TERMS_NOT_UNDERSTOOD") return undefined;
      throw error;
    }
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
