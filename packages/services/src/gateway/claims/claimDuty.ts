// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type ClaimItem,
  checkTerms,
  type PeriodFacts,
  type ProgramFacts,
  termsForPeriod,
  VitalproofError,
} from "@vitalproof/sdk";
import { ZeroHash } from "ethers";
import type { Duty } from "../../operate/loop.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import type { ClaimChain, Obstacle } from "./claimChain.ts";
import { type ClaimChange, type ClaimRow, changeClaim, noteOn, type PolicyRow } from "./claimRows.ts";
import { sealedItem, unsealItem } from "./sealedItem.ts";
import { stretchOf } from "./stretchOf.ts";
import type { Submitter } from "./submitter.ts";

/** Seconds between two looks at one claim. */
export type ClaimWaits = {
  /** While it is on its way, or not final. */
  readonly soon: number;
  /** While it waits for something that takes hours: an anchor, a consent. */
  readonly later: number;
};
export const CLAIM_WAITS: ClaimWaits = { soon: 15, later: 300 };

export type ClaimDutyOptions = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly chain: ClaimChain;
  readonly submitter: Submitter;
  readonly report: Report;
  /** Unix seconds; undefined while no clock is believed. */
  readonly time: () => Promise<number | undefined>;
  readonly waits: ClaimWaits;
  /** Milliseconds between two looks while nothing is due. */
  readonly every: number;
};

/** Claims that are looked at together: a relayer puts those into one transaction that it is given at one time. */
const TOGETHER = 64;
const NO_PROOF = {
  a: [0n, 0n],
  b: [
    [0n, 0n],
    [0n, 0n],
  ],
  c: [0n, 0n],
} as const;
/** What the claim of a period can still wait for once its reserve can be released: nothing. */
const OVER: readonly Obstacle[] = ["window-closed", "not-anchored", "circuit-not-in-force"];
/** The chain has changed since the look began. */
const CHANGED: readonly Obstacle[] = ["other-root", "other-circuit"];
/** Faults of everything, and not of one claim. */
const EVERYWHERE = ["STORE_FAILED", "CHAIN_UNREACHABLE"];

/** What is known of a claim at one look. */
type Look = {
  readonly row: ClaimRow;
  readonly policy: PolicyRow;
  readonly program: ProgramFacts;
  readonly facts: PeriodFacts;
  readonly now: number;
};

/**
 * Brings the claim of every period that is over as far as it can go: looks at the chain, checks the terms without a proof, has
 * proofs submitted, and follows them until they are final. Everything is decided from the chain and the row, at each look
 * anew, so a crash, a reorganisation or a corrected day costs a look.
 */
export class ClaimDuty implements Duty {
  readonly name = "claims";
  readonly every: number;
  readonly #options: ClaimDutyOptions;

  constructor(options: ClaimDutyOptions) {
    this.#options = options;
    this.every = options.every;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const now = await this.#options.time();
    if (now === undefined || signal.aborted) return false;
    const rows = await this.#options.database.reads
      .selectFrom("gateway_claim")
      .selectAll()
      .where("next_look", "<=", Math.floor(now))
      .orderBy("next_look")
      .limit(TOGETHER)
      .execute();
    await Promise.all(rows.map((row) => this.#turn(row, now)));
    return rows.length === TOGETHER;
  }

  async #turn(row: ClaimRow, now: number): Promise<void> {
    const { database, report, waits } = this.#options;
    try {
      await this.#advance(row, now);
    } catch (error) {
      const code = error instanceof VitalproofError ? error.code : "FAULT";
      if (EVERYWHERE.includes(code)) throw error;
      report({ level: "error", event: "claim-failed", policy: row.policy, period: row.period, code });
      await changeClaim(database, row, { reason: code, next_look: Math.floor(now) + waits.later }, now);
    }
  }

  async #advance(row: ClaimRow, now: number): Promise<void> {
    const { database, chain } = this.#options;
    const policy = await database.reads
      .selectFrom("gateway_policy")
      .selectAll()
      .where("policy", "=", row.policy)
      .executeTakeFirstOrThrow();
    const program = await chain.program(BigInt(policy.program));
    const facts = await chain.facts(BigInt(row.policy), row.period);
    const look: Look = { row, policy, program, facts, now };
    if (facts.state === "released") return this.#change(look, { state: "lapsed", reason: "period-released" });
    if (facts.state !== "open") return this.#claimed(look);
    if (row.state === "sent" || row.state === "settled") return this.#follow(look);
    return this.#open(look);
  }

  /** The chain has the claim, from this gateway or from someone else. */
  async #claimed(look: Look): Promise<void> {
    const { row } = look;
    const isFinal = await this.#options.chain.isFinal(BigInt(row.policy), row.period);
    const hash = row.state === "sent" ? await this.#hashOf(row) : row.hash;
    return this.#change(look, { state: isFinal ? "final" : "settled", reason: null, hash });
  }

  /** Of the transaction that settled a claim, where it was ours and somebody says so. The claim is settled all the same. */
  async #hashOf(row: ClaimRow): Promise<string | null> {
    try {
      const followed = await this.#options.submitter.follow(await this.#item(row), row.attempt);
      return followed.way === "settled" ? followed.hash : row.hash;
    } catch (error) {
      if (VitalproofError.find(error, "STORE_FAILED") !== undefined) throw error;
      return row.hash;
    }
  }

  /** It was given away, and the chain does not have it, or does not have it any more. */
  async #follow(look: Look): Promise<void> {
    const { row } = look;
    if (row.sealed === null) return this.#change(look, { state: "open" }, 0);
    const item = await this.#item(row);
    if (isFree(look)) {
      // Whatever is said of it: the chain does not have it, and cannot take it any more.
      const obstacle = await this.#options.chain.obstacle(item);
      if (OVER.includes(obstacle)) return this.#change(look, { state: "lapsed", reason: obstacle });
    }
    const followed = await this.#options.submitter.follow(item, row.attempt);
    switch (followed.way) {
      case "settled":
        // Settled is what the chain shows. Until then it is somebody's word.
        return this.#change(look, { state: "sent", hash: followed.hash, reason: null });
      case "under-way":
        return this.#change(look, { state: "sent", reason: followed.reason ?? null });
      case "refused":
        // A relayer can be wrong, or lie. The contract is asked before a claim is given up.
        if (!(await this.#options.chain.isFalse(item)))
          return this.#change(look, { state: "sent", reason: followed.reason }, this.#options.waits.later);
        return this.#change(look, { state: "refused", reason: followed.reason });
      case "again":
        return this.#change(look, {
          state: "proven",
          attempt: row.attempt + 1,
          hash: null,
          reason: followed.reason,
        });
    }
  }

  /** The chain has no claim, and none is on its way. */
  async #open(look: Look): Promise<void> {
    const { row, policy, program, facts, now } = look;
    const { database, chain, waits } = this.#options;
    const isSame = row.root === String(facts.anchorRoot) && row.circuit === facts.circuit;
    const consentId = await chain.consent(program, policy.controller, now);
    const item: ClaimItem = {
      policy: BigInt(row.policy),
      period: row.period,
      consentId: consentId ?? ZeroHash,
      circuit: facts.circuit,
      anchorRoot: facts.anchorRoot,
      proof: isSame && row.sealed !== null ? (await this.#item(row)).proof : NO_PROOF,
    };
    const obstacle = await chain.obstacle(item);
    if (OVER.includes(obstacle) && isFree(look))
      return this.#change(look, { state: "lapsed", reason: obstacle });
    // What was proven for another root or circuit is of no use any more.
    const kept = isSame ? {} : ({ state: "open", root: null, circuit: null, sealed: null } as const);
    if (obstacle !== "none" && isSame && row.state === "ready")
      return noteOn(database, row, { reason: obstacle, next_look: Math.floor(now) + waits.later });
    if (obstacle !== "none")
      return this.#change(look, { ...kept, reason: obstacle }, CHANGED.includes(obstacle) ? 0 : waits.later);
    if (isSame && row.state === "proven") return this.#submit(look, item);
    if (isSame && row.state === "ready")
      return noteOn(database, row, { next_look: Math.floor(now) + waits.later });
    if (!(await this.#isMet(look))) return this.#change(look, { ...kept, state: "unmet", reason: null });
    return this.#change(look, {
      state: "ready",
      root: String(facts.anchorRoot),
      circuit: facts.circuit,
      sealed: null,
      reason: null,
    });
  }

  async #isMet({ row, policy, program }: Look): Promise<boolean> {
    const firstEpoch = policy.first_epoch + row.period * program.terms.epochs;
    const stretch = await stretchOf(this.#options, row.person, program, firstEpoch);
    const terms = termsForPeriod(program.terms, firstEpoch);
    const { epochs } = stretch.period(firstEpoch, terms.epochs);
    return checkTerms(
      terms,
      epochs.map(({ codes }) => codes),
    ).holds;
  }

  async #submit(look: Look, item: ClaimItem): Promise<void> {
    const { personKeys, submitter } = this.#options;
    const { row, facts, now } = look;
    const change = { state: "sent", consent: item.consentId, reason: null } as const;
    await this.#change(look, change, 0, async (queries) => {
      await submitter.begin(queries, item, row.attempt, facts.closesAt, Math.floor(now));
      // With the consent that it is sent with.
      return { sealed: await sealedItem(personKeys, queries, row, item) };
    });
  }

  #item(row: ClaimRow): Promise<ClaimItem> {
    return unsealItem(this.#options.personKeys, this.#options.database.reads, row);
  }

  /** @param wait seconds; what fits the state when left out */
  async #change(
    { row, facts, now }: Look,
    change: Omit<ClaimChange, "next_look">,
    wait?: number,
    also?: Parameters<typeof changeClaim>[4],
  ): Promise<void> {
    const { database, report, waits } = this.#options;
    const state = change.state ?? row.state;
    const next = wait ?? waitOf(state, waits);
    const changed = await changeClaim(
      database,
      row,
      {
        ...change,
        closes_at: facts.closesAt === 0 ? null : facts.closesAt,
        next_look: next === undefined ? null : Math.floor(now) + next,
      },
      now,
      also,
    );
    if (changed && state !== row.state) {
      const level = state === "lapsed" || state === "refused" ? "error" : "info";
      report({
        level,
        event: `claim-${state}`,
        policy: row.policy,
        period: row.period,
        ...(change.reason == null ? {} : { reason: change.reason }),
      });
    }
  }
}

/** Whether the reserve of the period can be released by now. */
function isFree({ facts: { releasableFrom }, now }: Look): boolean {
  return releasableFrom !== 0 && releasableFrom <= now;
}

/** @returns undefined when it has ended */
function waitOf(state: ClaimRow["state"], waits: ClaimWaits): number | undefined {
  switch (state) {
    case "final":
    case "unmet":
    case "lapsed":
    case "refused":
      return undefined;
    case "proven":
    case "sent":
    case "settled":
      return waits.soon;
    case "open":
    case "ready":
      return waits.later;
  }
}
