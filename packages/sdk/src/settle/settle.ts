// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimsClient, SkipReason } from "../clients/claims.ts";
import type { StatementClient } from "../clients/statements.ts";
import { VitalproofError } from "../errors.ts";
import type { VerificationKey } from "../prove/proof.ts";
import { isValidProof } from "../prove/verify.ts";
import type {
  ClaimItem,
  ClaimOutcome,
  SettledTransaction,
  SettlementReport,
  SettleProgress,
} from "./claim.ts";
import { calldataBytesOf, fillBatches } from "./fill.ts";
import { type ChainLimits, chainLimits } from "./limits.ts";

export type SettleOptions = {
  /** Connected to the account that pays the gas. */
  claims: ClaimsClient;
  statements: StatementClient;
  /** Default: those of the chain. */
  limits?: ChainLimits;
  /** How often a batch is tried when node or network fail; default 3. */
  attempts?: number;
  /** Waits between attempts; default one second, then two, then four. */
  pause?: (attempt: number) => Promise<void>;
  /** No further batch is sent once it aborts; what was not sent is reported as failed. */
  signal?: AbortSignal;
  onProgress?: (progress: SettleProgress) => void;
};

type Queued = ClaimItem & { place: number };

/** Previews go to the node in calls of this many claims. */
const PREVIEW_CLAIMS = 100;

/**
 * Settles other people's claims in as few transactions as their limits allow. A relayer is trusted with nothing: it can
 * neither change who is paid nor settle what is not proven.
 *
 * Nobody's claim waits for somebody else's: what the contract would leave out is left out beforehand, every proof is
 * verified here under the key that lies on chain, and a batch that fails is tried again without what made it fail.
 * Claims are independent and settle once, so running this again over the same claims does no harm.
 *
 * @returns what became of each claim; node and network failures are in it, not thrown
 * @throws INVALID_ARGUMENT for limits into which no claim fits
 */
export async function settle(items: readonly ClaimItem[], options: SettleOptions): Promise<SettlementReport> {
  const limits = options.limits ?? chainLimits((await options.claims.domain()).chainId);
  return new Settlement(items, options, limits).run();
}

class Settlement {
  readonly #items: readonly ClaimItem[];
  readonly #options: SettleOptions;
  readonly #limits: ChainLimits;
  readonly #started = Date.now();
  readonly #outcomes: (ClaimOutcome | undefined)[];
  readonly #transactions: SettledTransaction[] = [];
  #finished = 0;

  constructor(items: readonly ClaimItem[], options: SettleOptions, limits: ChainLimits) {
    this.#items = items;
    this.#options = options;
    this.#limits = limits;
    this.#outcomes = items.map(() => undefined);
  }

  async run(): Promise<SettlementReport> {
    const queue = this.#items.map((item, place) => ({ ...item, place }));
    fillBatches([...queue.slice(0, 1)], this.#limits);
    const open = await this.#verify(await this.#check(queue));
    const batches = fillBatches(open, this.#limits);
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      this.#progress("sending", this.#finished);
      batches.unshift(...(await this.#send(batch)));
    }
    this.#progress("sending", this.#finished);
    return {
      claims: this.#items.map(({ policy, period }, i) => ({ policy, period, ...this.#outcomes[i]! })),
      transactions: this.#transactions,
    };
  }

  #end(item: Queued, outcome: ClaimOutcome): void {
    this.#outcomes[item.place] = outcome;
    this.#finished++;
  }

  #progress(phase: SettleProgress["phase"], done: number): void {
    this.#options.onProgress?.({
      phase,
      done,
      of: this.#items.length,
      elapsedMs: Date.now() - this.#started,
    });
  }

  /** Leaves out what the contract would leave out. A second claim for one period is left out here already. */
  async #check(queue: readonly Queued[]): Promise<Queued[]> {
    const open: Queued[] = [];
    const known = new Set<string>();
    for (let from = 0; from < queue.length; from += PREVIEW_CLAIMS) {
      this.#progress("checking", from);
      const chunk = queue.slice(from, from + PREVIEW_CLAIMS);
      const previews = await this.#tried(chunk, () => this.#options.claims.previewClaims(chunk));
      previews?.forEach(({ reason, detail }, i) => {
        const item = chunk[i]!;
        const name = `${item.policy}/${item.period}`;
        if (reason !== "none") this.#end(item, { outcome: "skipped", reason, detail });
        else if (known.has(name)) this.#end(item, skippedTwin);
        else open.push(item);
        if (reason === "none") known.add(name);
      });
    }
    return open;
  }

  /** Verifies every proof under its statement's key on chain, so that no batch is spoiled by a false one. */
  async #verify(queue: readonly Queued[]): Promise<Queued[]> {
    const open: Queued[] = [];
    const keys = new Map<string, VerificationKey>();
    for (const [i, item] of queue.entries()) {
      this.#progress("verifying", i);
      const facts = await this.#tried([item], async () => {
        const key =
          keys.get(item.statement) ?? (await this.#options.statements.verificationKeyOf(item.statement));
        keys.set(item.statement, key);
        return { key, inputs: await this.#options.claims.claimInputs(item.policy, item.period) };
      });
      if (facts === undefined) continue;
      if (isValidProof(facts.key, facts.inputs, item.proof)) open.push(item);
      else this.#end(item, refusal(item));
    }
    return open;
  }

  /** Sends one batch. @returns what has to be sent instead where it cannot go as it is */
  async #send(batch: readonly Queued[]): Promise<Queued[][]> {
    const { claims, attempts = 3, pause = wait } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#isStopped(batch)) return [];
      try {
        const gas = await claims.estimateClaims(batch);
        if (gas > this.#limits.gas) return this.#halves(batch, gas);
        // What is left of the limit, but no more than a quarter on top: state may change until it is mined.
        const gasLimit = gas + gas / 4n < this.#limits.gas ? gas + gas / 4n : this.#limits.gas;
        const { result, hash, blockNumber, gasUsed } = await claims.submitClaims(batch, { gasLimit });
        this.#record(batch, result, { hash, blockNumber, gasUsed });
        return [];
      } catch (error) {
        const instead = this.#instead(batch, error);
        if (instead !== undefined) return instead;
        if (attempt >= attempts) {
          this.#fail(batch, error);
          return [];
        }
        await pause(attempt);
        // It may have been mined after all, or something may have changed.
        batch = await this.#check(batch);
        if (batch.length === 0) return [];
      }
    }
  }

  /** Batches to send in place of one that the contract refused; undefined where trying again may help. */
  #instead(batch: readonly Queued[], error: unknown): Queued[][] | undefined {
    const { details } = VitalproofError.find(error, "CONTRACT_REVERTED") ?? {};
    if (details?.error === "ClaimsPayout_InvalidProofInBatch") {
      const spoiled = batch[Number(details.index)];
      if (spoiled === undefined) return undefined;
      this.#end(spoiled, refusal(spoiled));
      const rest = batch.filter((item) => item !== spoiled);
      return rest.length === 0 ? [] : [rest];
    }
    if (details?.error === "ClaimsPayout_BatchNotVerified") return this.#halves(batch);
    return undefined;
  }

  #halves(batch: readonly Queued[], gas?: bigint): Queued[][] {
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      return [batch.slice(0, middle), batch.slice(middle)];
    }
    const [item] = batch;
    if (gas === undefined) this.#end(item!, refusal(item!));
    else {
      this.#end(item!, {
        outcome: "failed",
        code: "INVALID_ARGUMENT",
        message: `The claim needs ${gas} gas; the limit is ${this.#limits.gas}.`,
      });
    }
    return [];
  }

  #record(
    batch: readonly Queued[],
    skipped: readonly { index: number; reason: SkipReason; detail: bigint }[],
    { hash, blockNumber, gasUsed }: { hash: string; blockNumber: number; gasUsed: bigint },
  ): void {
    const left = new Map(skipped.map((skip) => [skip.index, skip]));
    batch.forEach((item, i) => {
      const skip = left.get(i);
      if (skip === undefined) this.#end(item, { outcome: "settled", transaction: hash, blockNumber });
      else {
        const { reason, detail } = skip;
        this.#end(item, { outcome: "skipped", reason, detail, transaction: hash });
      }
    });
    this.#transactions.push({
      hash,
      blockNumber,
      settled: batch.length - left.size,
      skipped: left.size,
      gasUsed,
      calldataBytes: calldataBytesOf(batch.length),
    });
  }

  /** Asks the node, several times if need be; claims about which it gives no answer fail. */
  async #tried<T>(batch: readonly Queued[], ask: () => Promise<T>): Promise<T | undefined> {
    const { attempts = 3, pause = wait } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#isStopped(batch)) return undefined;
      try {
        return await ask();
      } catch (error) {
        // What a contract or a check answers will not change by asking again.
        const final = VitalproofError.find(error, "CONTRACT_CALL_FAILED") === undefined;
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
    for (const item of batch) {
      this.#end(item, {
        outcome: "failed",
        code: known?.code ?? "CONTRACT_CALL_FAILED",
        message: known?.message ?? String(error),
      });
    }
  }
}

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
