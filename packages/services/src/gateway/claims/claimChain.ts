// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CLAIMS_PAYOUT_ABI,
  type ClaimItem,
  type ClaimsClient,
  type ConsentClient,
  type Custody,
  type GrantedConsent,
  grantedConsents,
  itemCalldata,
  type PeriodFacts,
  type ProgramFacts,
  periodFacts,
  programFacts,
  type SkipReason,
  VitalproofError,
} from "@vitalproof/sdk";
import { type ContractRunner, Interface } from "ethers";
import { Finality, type NodeConnection, SENDER_LIMITS } from "../../chain/index.ts";
import { Node } from "../../chain/node.ts";

const ABI = new Interface(CLAIMS_PAYOUT_ABI);
/** Errors of the contract that no other transaction with this proof would end without. */
export const FALSE_PROOF: readonly string[] = [
  "ClaimsPayout_InvalidProofInBatch",
  "ClaimsPayout_BatchNotVerified",
];

export type ClaimChainOptions = {
  readonly claims: ClaimsClient;
  readonly consents: ConsentClient;
  readonly custody: Pick<Custody, "escrow">;
  /** Of the chain. Nothing is sent through either. */
  readonly node: NodeConnection;
  readonly runner: ContractRunner;
  /** Before it no contract was there. */
  readonly fromBlock: number;
};

/** Why a claim cannot be settled now; `none` where it can be. `paused` while the contract settles nothing. */
export type Obstacle = SkipReason | "paused";

/** What the gateway asks the chain about claims. Nothing is sent from here. */
export class ClaimChain {
  readonly claims: ClaimsClient;
  readonly finality: Finality;
  readonly fromBlock: number;
  readonly #consents: ConsentClient;
  readonly #custody: ClaimChainOptions["custody"];
  readonly #node: Node;
  readonly #runner: ContractRunner;
  readonly #programs = new Map<bigint, ProgramFacts>();
  /** Consents of accounts in blocks that are final, and the last of those blocks: they are asked for once. */
  readonly #granted = new Map<
    string,
    { readonly consents: readonly GrantedConsent[]; readonly until: number }
  >();
  #purpose: string | undefined;

  constructor(options: ClaimChainOptions) {
    this.claims = options.claims;
    this.finality = new Finality(options.node);
    this.#consents = options.consents;
    this.#custody = options.custody;
    this.#runner = options.runner;
    this.fromBlock = options.fromBlock;
    this.#node = new Node(options.node, SENDER_LIMITS.timeout);
  }

  /** What never changes of a program, from memory once it was read. @throws as `programFacts` */
  async program(program: bigint): Promise<ProgramFacts> {
    const known = this.#programs.get(program);
    if (known !== undefined) return known;
    const facts = await programFacts({ claims: this.claims, custody: this.#custody }, program);
    this.#programs.set(program, facts);
    return facts;
  }

  facts(policy: bigint, period: number): Promise<PeriodFacts> {
    return periodFacts(this.claims, policy, period);
  }

  /** What would become of a claim now, whatever its proof is. */
  async obstacle(item: ClaimItem): Promise<Obstacle> {
    try {
      const [preview] = await this.claims.previewClaims([item]);
      return preview!.reason;
    } catch (error) {
      const reverted = VitalproofError.find(error, "CONTRACT_REVERTED");
      if (reverted?.details.error === "ClaimsPayout_IsPaused") return "paused";
      throw error;
    }
  }

  /**
   * The consent of a policy's account to its program's claims that is active now and lasts longest; undefined without one.
   * @param now Unix seconds
   */
  async consent(
    { program, insurer }: Pick<ProgramFacts, "program" | "insurer">,
    controller: string,
    now: number,
  ): Promise<string | undefined> {
    this.#purpose ??= await this.claims.claimPurpose();
    const purpose = this.#purpose;
    const fitting = (await this.#grantedBy(controller))
      .filter(
        (consent) =>
          consent.grantee === insurer &&
          consent.purpose === purpose &&
          consent.program === program &&
          consent.until > now,
      )
      .sort((a, b) => b.until - a.until);
    const matter = { patient: controller, grantee: insurer, purpose, program };
    for (const { consentId } of fitting) {
      if (await this.#consents.isActive(consentId, matter)) return consentId;
    }
    return undefined;
  }

  async #grantedBy(controller: string): Promise<GrantedConsent[]> {
    const read = (range: { fromBlock: number; toBlock?: number }) =>
      grantedConsents(this.#consents.address, this.#runner, controller, range);
    let { consents, until } = this.#granted.get(controller) ?? { consents: [], until: this.fromBlock - 1 };
    const final = await this.finality.block();
    if (final !== undefined && final > until) {
      consents = [...consents, ...(await read({ fromBlock: until + 1, toBlock: final }))];
      until = final;
      this.#granted.set(controller, { consents, until });
    }
    return [...consents, ...(await read({ fromBlock: until + 1 }))];
  }

  /** Whether the contract says now that a claim's proof is false. @throws what `Node` throws */
  async isFalse(item: ClaimItem): Promise<boolean> {
    const data = ABI.encodeFunctionData("submitClaims", [[itemCalldata(item)]]);
    const called = await this.#node.estimate({ to: this.claims.address, data });
    if ("value" in called || called.reverted.length < 10) return false;
    return FALSE_PROOF.includes(ABI.parseError(called.reverted)?.name ?? "");
  }

  /** Whether the chain has a period as claimed in a block that is final. */
  async isFinal(policy: bigint, period: number): Promise<boolean> {
    const block = await this.finality.block();
    if (block === undefined) return false;
    const { state } = await this.claims.periodOf(policy, period, block);
    return state !== "open" && state !== "released";
  }
}
