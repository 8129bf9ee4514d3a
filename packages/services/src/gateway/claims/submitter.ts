// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CLAIMS_PAYOUT_ABI,
  type ClaimItem,
  type ClaimOutcome,
  itemCalldata,
  type Relayer,
  skippedIn,
  VitalproofError,
} from "@vitalproof/sdk";
import { Interface } from "ethers";
import { type ChainAccount, stateOf, want } from "../../chain/index.ts";
import type { Database, Queries } from "../../store/index.ts";
import { FALSE_PROOF } from "./claimChain.ts";
import { purposesOf } from "./claimRows.ts";

/** What became of a claim on its way. `again`: it did nothing, and something has to be looked at before it is sent again. */
export type Followed =
  | { readonly way: "under-way"; readonly reason?: string }
  | { readonly way: "settled"; readonly hash: string }
  | { readonly way: "again"; readonly reason: string }
  | { readonly way: "refused"; readonly reason: string };

/** Has claims sent. The same claim and attempt is one transaction, however often it is asked for. */
export type Submitter = {
  /** In the step that notes the claim as sent. @param notAfter Unix second at which its window closes */
  begin(queries: Queries, item: ClaimItem, attempt: number, notAfter: number, now: number): Promise<void>;
  /** Outside of steps. */
  follow(item: ClaimItem, attempt: number): Promise<Followed>;
};

/** A relayer does it, and pays. It gives the same claim the same outcome, so nothing has to be kept of what it said. */
export function relayed(relayer: Pick<Relayer, "claim">): Submitter {
  return {
    begin: async () => undefined,
    follow: async (item) => {
      try {
        return followedOf(await relayer.claim(item));
      } catch (error) {
        // It has the claim and waits for a block. It is asked again, and other claims do not wait with this one.
        if (VitalproofError.find(error, "SERVICE_UNREACHABLE")?.details.timeout === undefined) throw error;
        return { way: "under-way" };
      }
    },
  };
}

function followedOf(outcome: ClaimOutcome): Followed {
  switch (outcome.outcome) {
    case "settled":
      return { way: "settled", hash: outcome.transaction };
    case "skipped":
      return { way: "again", reason: outcome.reason };
    case "refused":
      return { way: "refused", reason: outcome.code };
    case "failed":
      return { way: "under-way", reason: outcome.code };
  }
}

const ABI = new Interface(CLAIMS_PAYOUT_ABI);

/**
 * An account of the gateway pays. A batch of one, since a batch leaves out what was proven against a root that was corrected
 * since, where `submitClaim` would burn the proof's gas.
 * @param claims address of the contract
 */
export function paidBy(database: Database, from: ChainAccount, claims: string): Submitter {
  const purposeOf = ({ policy, period }: ClaimItem, attempt: number): string =>
    `${purposesOf(String(policy), period)}${attempt}`;
  return {
    async begin(queries, item, attempt, notAfter, now) {
      const data = ABI.encodeFunctionData("submitClaims", [[itemCalldata(item)]]);
      await want(queries, { purpose: purposeOf(item, attempt), from, to: claims, data, notAfter }, now);
    },
    async follow(item, attempt) {
      const state = await stateOf(database.reads, purposeOf(item, attempt), ABI);
      if (state === undefined) return { way: "again", reason: "not-sent" };
      if (state.state === "mined" || state.state === "final") {
        const [skipped] = skippedIn(state.logs, claims);
        if (skipped === undefined) return { way: "settled", hash: state.hash };
        return state.isFinal ? { way: "again", reason: skipped.reason } : { way: "under-way" };
      }
      if (!("isFinal" in state) || !state.isFinal) return { way: "under-way" };
      const name = state.error?.name;
      if (name !== undefined && FALSE_PROOF.includes(name)) return { way: "refused", reason: name };
      return { way: "again", reason: name ?? (state.state === "refused" ? state.reason : "reverted") };
    },
  };
}
