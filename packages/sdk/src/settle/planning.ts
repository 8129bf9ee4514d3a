// SPDX-License-Identifier: GPL-3.0-or-later
import type { VerificationKey } from "../artifacts/artifacts.ts";
import type { CircuitClient } from "../clients/circuits.ts";
import type { ClaimItem } from "../clients/claimItem.ts";
import type { ClaimsClient } from "../clients/claims.ts";
import { VitalproofError } from "../errors.ts";
import { isValidProof } from "../prove/verify.ts";
import { type ClaimOutcome, isReadable, type SettleProgress } from "./claim.ts";
import { fillBatches } from "./fill.ts";
import { type ChainLimits, chainLimits } from "./limits.ts";
import { refusalOf } from "./refusal.ts";

export type PlanOptions = {
  claims: ClaimsClient;
  circuits: CircuitClient;
  /** Default: those of the chain. */
  limits?: ChainLimits;
  /** How often a node is asked when node or network fail; default 3. */
  attempts?: number;
  /** Waits between attempts; default one second, then two, then four. */
  pause?: (attempt: number) => Promise<void>;
  /** Nothing further is asked or sent once it aborts; what was not sent is reported as failed. */
  signal?: AbortSignal;
  onProgress?: (progress: SettleProgress) => void;
};

/** A claim and its place among those that were given. */
export type Queued = ClaimItem & { place: number };

/** Previews go to the node in calls of this many claims. */
const PREVIEW_CLAIMS = 100;

/** What came of a batch: a result for the claims that were open, or what has to be tried in its place. */
type Attempted<T> =
  | { readonly batch: readonly Queued[]; readonly result: T }
  | { readonly instead: Queued[][] };

/** What planning and settling share: which claims are open, what became of the others, what to do about refusals. */
export class ClaimPlanning {
  readonly #items: readonly ClaimItem[];
  readonly #options: PlanOptions;
  #limits: ChainLimits = { gas: 0n };
  readonly #started = Date.now();
  readonly outcomes: (ClaimOutcome | undefined)[];
  /** Whether the chain's limits are known. */
  isPlanned = false;
  #finished = 0;

  constructor(items: readonly ClaimItem[], options: PlanOptions) {
    this.#items = items;
    this.#options = options;
    this.outcomes = items.map(() => undefined);
  }

  /** @returns batches in the order in which to send them */
  async plan(): Promise<Queued[][]> {
    const queue = this.#items.map((item, place) => ({ ...item, place }));
    const { limits = await this.#tried(queue, () => this.#chainLimits()) } = this.#options;
    if (limits === undefined) return [];
    this.#limits = limits;
    this.isPlanned = true;
    fillBatches([], limits);
    return fillBatches(await this.#verify(await this.#check(this.#readable(queue), "checking")), limits);
  }

  end(item: Queued, outcome: ClaimOutcome): void {
    this.outcomes[item.place] = outcome;
    this.#finished++;
  }

  progress(phase: SettleProgress["phase"], done = this.#finished): void {
    this.#options.onProgress?.({
      phase,
      done,
      of: this.#items.length,
      elapsedMs: Date.now() - this.#started,
    });
  }

  async #chainLimits(): Promise<ChainLimits> {
    return chainLimits((await this.#options.claims.domain()).chainId);
  }

  /** One that cannot even be written down would spoil the call for all that are in it. */
  #readable(queue: readonly Queued[]): Queued[] {
    return queue.filter((item) => {
      const readable = isReadable(item);
      if (!readable) this.end(item, unreadable);
      return readable;
    });
  }

  /**
   * Leaves out what the contract would leave out. Claims for one period are asked about in different calls: the
   * contract does not look at proofs here, and would leave out a true claim that comes after a false one.
   */
  async #check(queue: readonly Queued[], phase?: "checking"): Promise<Queued[]> {
    const open: Queued[] = [];
    const turns: Queued[][] = [];
    const turnOf = new Map<string, number>();
    for (const item of queue) {
      const turn = turnOf.get(nameOf(item)) ?? 0;
      turnOf.set(nameOf(item), turn + 1);
      turns[turn] ??= [];
      turns[turn].push(item);
    }
    const chunks = turns.flatMap((turn) =>
      Array.from({ length: Math.ceil(turn.length / PREVIEW_CLAIMS) }, (_, i) =>
        turn.slice(PREVIEW_CLAIMS * i, PREVIEW_CLAIMS * (i + 1)),
      ),
    );
    let checked = 0;
    for (const chunk of chunks) {
      if (phase !== undefined) this.progress(phase, checked);
      checked += chunk.length;
      const previews = await this.#tried(chunk, () => this.#options.claims.previewClaims(chunk));
      previews?.forEach(({ reason, detail }, i) => {
        const item = chunk[i]!;
        if (reason === "none") open.push(item);
        else this.end(item, { outcome: "skipped", reason, detail });
      });
    }
    return open.sort((a, b) => a.place - b.place);
  }

  /**
   * Verifies every proof under its circuit's key on chain, so that no batch is spoiled by a false one. Of the true
   * ones for a period the first is taken.
   */
  async #verify(queue: readonly Queued[]): Promise<Queued[]> {
    const open: Queued[] = [];
    const taken = new Set<string>();
    const keys = new Map<string, VerificationKey>();
    for (const [i, item] of queue.entries()) {
      this.progress("verifying", i);
      if (taken.has(nameOf(item))) {
        this.end(item, skippedTwin);
        continue;
      }
      const facts = await this.#tried([item], async () => {
        const key = keys.get(item.circuit) ?? (await this.#options.circuits.verificationKeyOf(item.circuit));
        keys.set(item.circuit, key);
        return { key, inputs: await this.#options.claims.claimInputs(item.policy, item.period) };
      });
      if (facts === undefined) continue;
      // Corrected since the contract was asked.
      if (facts.inputs[1] !== item.anchorRoot) {
        this.end(item, { outcome: "skipped", reason: "other-root", detail: facts.inputs[1] });
        continue;
      }
      if (!isValidProof(facts.key, facts.inputs, item.proof)) {
        this.end(item, refusal(item));
        continue;
      }
      taken.add(nameOf(item));
      open.push(item);
    }
    return open;
  }

  /**
   * Tries something with a batch until it is done, or cannot be done so: `act` throws for that, or gives what to try
   * in place of the batch. Claims that nothing can be done for end.
   */
  async attempted<T>(
    batch: readonly Queued[],
    act: (batch: readonly Queued[]) => Promise<T | Instead>,
  ): Promise<Attempted<T>> {
    const { attempts = 3, pause = wait } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#isStopped(batch)) return { instead: [] };
      try {
        const result = await act(batch);
        return result instanceof Instead ? { instead: result.batches } : { batch, result };
      } catch (error) {
        const instead = this.#instead(batch, error);
        if (instead !== undefined) return { instead };
        if (attempt >= attempts) {
          this.#fail(batch, error);
          return { instead: [] };
        }
        await pause(attempt);
        // It may have been mined after all, or something may have changed.
        batch = await this.#check(batch);
        if (batch.length === 0) return { instead: [] };
      }
    }
  }

  /** The gas limit with which to send a batch, or its halves where it needs too much. */
  async measure(batch: readonly Queued[]): Promise<bigint | Instead> {
    const gas = await this.#options.claims.estimateClaims(batch);
    if (gas > this.#limits.gas) return new Instead(this.#halves(batch, gas));
    // What is left of the limit, but no more than a quarter on top: state may change until it is mined.
    return gas + gas / 4n < this.#limits.gas ? gas + gas / 4n : this.#limits.gas;
  }

  /** Batches to send in place of one that the contract refused; undefined where trying again may help. */
  #instead(batch: readonly Queued[], error: unknown): Queued[][] | undefined {
    const { details } = VitalproofError.find(error, "CONTRACT_REVERTED") ?? {};
    if (details?.error === "ClaimsPayout_InvalidProofInBatch") {
      const spoiled = batch[Number(details.index)];
      if (spoiled === undefined) return undefined;
      this.end(spoiled, refusal(spoiled));
      const rest = batch.filter((item) => item !== spoiled);
      return rest.length === 0 ? [] : [rest];
    }
    if (details?.error === "ClaimsPayout_BatchNotVerified") return this.#halves(batch);
    // One claim is as small as it gets, and the contract's other errors do not depend on the batch.
    if (batch.length === 1 || isOfContract(details?.error)) return undefined;
    // Chains bound more than gas, and the node's own limits may be tighter than those that batches were filled by.
    const answer = refusalOf(error);
    return answer === undefined || answer.isForAnySize ? undefined : this.#halves(batch);
  }

  #halves(batch: readonly Queued[], gas?: bigint): Queued[][] {
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      return [batch.slice(0, middle), batch.slice(middle)];
    }
    const [item] = batch;
    if (gas === undefined) this.end(item!, refusal(item!));
    else {
      this.end(item!, {
        outcome: "failed",
        code: "INVALID_ARGUMENT",
        message: `The claim needs ${gas} gas; the limit is ${this.#limits.gas}.`,
      });
    }
    return [];
  }

  /** Asks the node, several times if need be; claims about which it gives no answer fail. */
  async #tried<T>(batch: readonly Queued[], ask: () => Promise<T>): Promise<T | undefined> {
    const { attempts = 3, pause = wait } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#isStopped(batch)) return undefined;
      try {
        return await ask();
      } catch (error) {
        // The answer of a contract or a check will not change by asking again. Any other failure may.
        const final =
          error instanceof VitalproofError &&
          VitalproofError.find(error, "CONTRACT_CALL_FAILED") === undefined;
        if (final || attempt >= attempts) {
          this.#fail(batch, error);
          return undefined;
        }
        await pause(attempt);
      }
    }
  }

  #isStopped(batch: readonly Queued[]): boolean {
    if (this.#options.signal?.aborted !== true) return false;
    this.#fail(batch, new VitalproofError("ABORTED", "Settling was stopped."));
    return true;
  }

  #fail(batch: readonly Queued[], error: unknown): void {
    const known = error instanceof VitalproofError ? error : undefined;
    const message = known?.message ?? String(error);
    // A contract's error is in the message already.
    const answer = known?.code === "CONTRACT_REVERTED" ? undefined : refusalOf(error);
    for (const item of batch) {
      this.end(item, {
        outcome: "failed",
        code: known?.code ?? "CONTRACT_CALL_FAILED",
        message: answer === undefined ? message : `${message} The node says: ${answer.words}`,
      });
    }
  }
}

/** What to try in place of a batch. */
export class Instead {
  readonly batches: Queued[][];

  constructor(batches: Queued[][]) {
    this.batches = batches;
  }
}

/** Whether an error is one that the claims contract declares, and not one of Solidity's own. */
function isOfContract(error: unknown): boolean {
  return error !== undefined && error !== "Error" && error !== "Panic";
}

function nameOf({ policy, period }: ClaimItem): string {
  return `${policy}/${period}`;
}

const unreadable = {
  outcome: "refused",
  code: "INVALID_ARGUMENT",
  message: "A number or an id of the claim is not of its type.",
} as const;

const skippedTwin = { outcome: "skipped", reason: "period-already-claimed", detail: 0n } as const;

function refusal({ policy, period }: ClaimItem): ClaimOutcome {
  return {
    outcome: "refused",
    code: "PROOF_INVALID",
    message: `The proof for period ${period} of policy ${policy} does not verify for what the contract wants proven.`,
  };
}

function wait(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** (attempt - 1)));
}
