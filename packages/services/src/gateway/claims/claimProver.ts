// SPDX-License-Identifier: GPL-3.0-or-later
import { claimRequest, type PathSource, type ProofMaker, VitalproofError } from "@vitalproof/sdk";
import { ZeroHash } from "ethers";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import type { ClaimChain } from "./claimChain.ts";
import { changeClaim, noteOn } from "./claimRows.ts";
import { sealedItem } from "./sealedItem.ts";
import { stretchOf } from "./stretchOf.ts";

/** Names a claim that is to be proven. What is proven is in the store. */
export type ProofStep = { readonly policy: string; readonly period: number };

export type ClaimProverOptions = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly secretOf: (person: string) => Promise<bigint>;
  readonly chain: ClaimChain;
  /** The attester's paths of a group. @throws NOT_THERE for a group that is not configured */
  readonly pathsOf: (group: bigint) => PathSource;
  readonly make: ProofMaker;
  readonly report: Report;
  /** Unix seconds. */
  readonly clock: () => number;
};

/**
 * Proves claims, here or on another machine with the same store. Two that have the same claim write one proof: the row has
 * changed when the second is done.
 */
export class ClaimProver {
  readonly #options: ClaimProverOptions;

  constructor(options: ClaimProverOptions) {
    this.#options = options;
  }

  /** Does nothing where nothing is to be proven any more. @throws what is to be tried again, after noting its code */
  async prove({ policy, period }: ProofStep, signal?: AbortSignal): Promise<void> {
    const { database, personKeys, secretOf, chain, pathsOf, make, report, clock } = this.#options;
    const row = await database.reads
      .selectFrom("gateway_claim")
      .innerJoin("gateway_policy", "gateway_policy.policy", "gateway_claim.policy")
      .selectAll("gateway_claim")
      .select(["program", "first_epoch"])
      .where("gateway_claim.policy", "=", policy)
      .where("period", "=", period)
      .executeTakeFirst();
    if (row === undefined || row.state !== "ready") return;
    try {
      const { person, circuit, root } = row;
      const program = await chain.program(BigInt(row.program));
      const firstEpoch = row.first_epoch + period * program.terms.epochs;
      const on = { circuit: circuit!, anchorRoot: BigInt(root!) };
      const stretch = await stretchOf(this.#options, person, program, firstEpoch);
      const request = await claimRequest(program, on, firstEpoch, stretch, pathsOf(program.group));
      const task = { kind: "claim", secret: await secretOf(person), request } as const;
      const { proof } = await make(task, signal === undefined ? {} : { signal });
      // The consent is chosen when the claim is sent.
      const item = { policy: BigInt(policy), period, consentId: ZeroHash, ...on, proof };
      const now = clock();
      const change = { state: "proven", reason: null, next_look: Math.floor(now) } as const;
      const changed = await changeClaim(database, row, change, now, async (queries) => ({
        sealed: await sealedItem(personKeys, queries, row, item),
      }));
      if (changed) report({ level: "info", event: "claim-proven", policy, period });
    } catch (error) {
      if (signal?.aborted) throw error;
      const code = error instanceof VitalproofError ? error.code : "FAULT";
      report({ level: "error", event: "proof-failed", policy, period, code });
      // Another prover may have the same claim, and no such trouble.
      await noteOn(database, row, { reason: code });
      throw error;
    }
  }
}
