// SPDX-License-Identifier: GPL-3.0-or-later
import { ANCHOR_REGISTRY_ABI, type AnchorClient, type Attester, type ClosedDay, DAY } from "@vitalproof/sdk";
import { Interface } from "ethers";
import { type ChainAccount, stateOf, type TransactionState, want } from "../chain/index.ts";
import type { Database } from "../store/index.ts";

const ABI = new Interface(ANCHOR_REGISTRY_ABI);
/** Public, on chain. */
const LATE = "anchored late: the attester was not running in time";

/** Each is refused by the chain for good before the next. */
const ATTEMPTS = 10;

/** For so many days after it lapsed, a day is looked for in a store. */
const LAPSED_DAYS = 60;

type Action = "anchor" | "correct";

/** Why a day cannot be anchored by the service on its own. */
export type DayProblem =
  /** Its time is over: its periods lapse. */
  | "lapsed"
  /** The chain has another root than this store, as after restoring an old backup. Nothing is corrected on its own. */
  | "another-root"
  /** The chain refused it again and again. */
  | "refused";

export interface AnchorDaysOptions {
  readonly attester: Attester;
  readonly correctionTime: number;
  readonly database: Database;
  readonly anchors: AnchorClient;
  /** The account of the attester, which may change. */
  readonly account: () => ChainAccount;
  /** Is told once of a day that needs an operator. */
  readonly onProblem: (day: number, problem: DayProblem) => void;
}

/**
 * Closes days and has their roots written: anchored in time, or corrected while that is allowed. Which days are due
 * follows from the clock and from the store, so it goes on wherever it was stopped.
 */
export class AnchorDays {
  readonly #options: AnchorDaysOptions;
  /** Days with nothing left to do. */
  readonly #done = new Set<number>();
  readonly #problems = new Map<number, DayProblem>();

  constructor(options: AnchorDaysOptions) {
    this.#options = options;
  }

  /** Days that an operator has to look at. */
  get problems(): ReadonlyMap<number, DayProblem> {
    return this.#problems;
  }

  /** Does one step. @returns whether more may be due */
  async advance(): Promise<boolean> {
    for (const day of this.#dueDays()) {
      if (!this.#done.has(day) && (await this.#settle(day))) return true;
    }
    return false;
  }

  /** What became of a day's root; undefined when nothing was sent. */
  async stateOf(day: number): Promise<TransactionState | undefined> {
    return (await this.#last("correct", day)).state ?? (await this.#last("anchor", day)).state;
  }

  /** Days whose heads can arrive no more: those that can be written or corrected, and some before, to tell of what lapsed. */
  #dueDays(): number[] {
    const { attester, correctionTime } = this.#options;
    const { intakeTime, graceTime } = attester.times;
    const over = attester.now() - intakeTime;
    const last = Math.ceil(over / DAY) - 2;
    const first = Math.ceil((over - graceTime - correctionTime) / DAY) - 1 - LAPSED_DAYS;
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i).filter(
      (day) => attester.anchorTime(day) <= attester.now(),
    );
  }

  /** @returns whether something was recorded */
  async #settle(day: number): Promise<boolean> {
    // Looked at once: another process may be ahead, and then wants the same attempt, which is one.
    const tried = { anchor: await this.#last("anchor", day), correct: await this.#last("correct", day) };
    const state = tried.correct.state ?? tried.anchor.state;
    if (state !== undefined && !isInVain(state)) {
      if (state.state === "final") this.#done.add(day);
      return false;
    }
    const closed = await this.#options.attester.closeDay(day);
    if (closed === undefined) {
      // Nothing can be recorded for it any more.
      this.#done.add(day);
      return false;
    }
    return this.#write(closed, { anchor: tried.anchor.attempts, correct: tried.correct.attempts });
  }

  /** @param attempts so far, of each action */
  async #write({ day, root }: ClosedDay, attempts: Readonly<Record<Action, number>>): Promise<boolean> {
    const { attester, anchors } = this.#options;
    const { group } = attester;
    const { until, correctableUntil } = await anchors.anchorWindow(group, day);
    const onChain = await anchors.anchorOf(group, day);
    if (onChain !== undefined) {
      if (onChain.root === root) this.#done.add(day);
      else this.#report(day, "another-root");
      return false;
    }
    const now = attester.now();
    const action = now <= until ? "anchor" : "correct";
    const notAfter = now <= until ? until : correctableUntil;
    if (now <= notAfter) {
      if (attempts[action] < ATTEMPTS)
        return this.#want(action, day, { root, notAfter, attempt: attempts[action] });
      this.#report(day, "refused");
      return false;
    }
    this.#report(day, "lapsed");
    return false;
  }

  #want(
    action: Action,
    day: number,
    { root, notAfter, attempt }: { root: bigint; notAfter: number; attempt: number },
  ): Promise<boolean> {
    const { attester, anchors, account, database } = this.#options;
    const reason = action === "correct" ? [LATE] : [];
    const data = ABI.encodeFunctionData(action, [attester.group, day, root, ...reason]);
    const purpose = this.#purpose(action, day, attempt);
    return database.step((queries) =>
      want(queries, { purpose, from: account(), to: anchors.address, data, notAfter }, attester.now()),
    );
  }

  /** How often it was tried, and what became of the last time. */
  async #last(
    action: Action,
    day: number,
  ): Promise<{ attempts: number; state: TransactionState | undefined }> {
    let state: TransactionState | undefined;
    for (let attempts = 0; ; attempts++) {
      const next = await stateOf(this.#options.database.reads, this.#purpose(action, day, attempts), ABI);
      if (next === undefined) return { attempts, state };
      state = next;
    }
  }

  #purpose(action: Action, day: number, attempt: number): string {
    return `${action}/${this.#options.attester.group}/${day}/${attempt}`;
  }

  #report(day: number, problem: DayProblem): void {
    this.#done.add(day);
    this.#problems.set(day, problem);
    this.#options.onProblem(day, problem);
  }
}

/** Whether it was sent, or tried, and will never be on the chain. */
function isInVain(state: TransactionState): boolean {
  return (state.state === "refused" || state.state === "reverted") && state.isFinal;
}
