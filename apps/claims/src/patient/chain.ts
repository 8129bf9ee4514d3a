// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  ClaimsClient,
  ConsentClient,
  Custody,
  type PeriodFacts,
  type ProgramFacts,
  periodFacts,
  programFacts,
  VitalproofError,
} from "@vitalproof/sdk";
import type { Provider } from "ethers";
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
  readonly custody: Custody;
  readonly #provider: Provider;
  readonly #fromBlock: number;

  constructor(config: Pick<Config, "contracts" | "fromBlock">, provider: Provider) {
    this.#fromBlock = config.fromBlock;
    this.#provider = provider;
    this.claims = new ClaimsClient(config.contracts.claims, provider);
    this.anchors = new AnchorClient(config.contracts.anchors, provider);
    this.consents = new ConsentClient(config.contracts.consents, provider);
    this.custody = new Custody(config.contracts.custody, provider);
  }

  /** Unix seconds of the last block. @throws CHAIN_UNREACHABLE */
  async now(): Promise<number> {
    const block = await this.#asked(() => this.#provider.getBlock("latest"));
    return block?.timestamp ?? 0;
  }

  /** Every program whose terms and circuit this page knows; newest first. @throws CHAIN_UNREACHABLE */
  async offers(): Promise<Offer[]> {
    const programs = await this.#asked(() => this.claims.programs(this.#fromBlock));
    const offers = await Promise.all(programs.reverse().map((program) => this.#offer(program)));
    return offers.filter((offer) => offer !== undefined);
  }

  /** The policy that an account controls in a program; undefined before it is issued. */
  async policyOf(offer: Offer, controller: string): Promise<OwnPolicy | undefined> {
    const [issued] = await this.#asked(() =>
      this.claims.policiesIn(offer.program, { fromBlock: this.#fromBlock, controller }),
    );
    if (issued === undefined) return undefined;
    const { policy } = issued;
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
    const payments = await this.#asked(() => this.claims.payments(policy, this.#fromBlock));
    return Promise.all(
      payments.map(async ({ blockNumber, ...payment }) => ({
        ...payment,
        time: (await this.#asked(() => this.#provider.getBlock(blockNumber)))?.timestamp ?? 0,
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
    return (await this.#asked(() => this.consents.revokedAtBy(patient, consentId))) !== 0;
  }

  /** Whether a consent is on record, active or not. */
  async isGranted(consentId: string): Promise<boolean> {
    return (await this.#asked(() => this.consents.consentOf(consentId))) !== undefined;
  }

  /** undefined for a program of a later version of the protocol: it is not shown rather than shown wrongly. */
  async #offer(program: bigint): Promise<Offer | undefined> {
    try {
      return await programFacts(this, program);
    } catch (error) {
      const code = error instanceof VitalproofError ? error.code : undefined;
      if (code === "UNKNOWN_CIRCUIT" || code === "TERMS_NOT_UNDERSTOOD") return undefined;
      throw error;
    }
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
