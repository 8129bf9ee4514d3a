// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type Prover, VitalproofError, type Witness } from "@vitalproof/sdk";
import type { StepQueue } from "../../jobs/index.ts";
import { otherProcess, type PageStore } from "../pageStore.ts";
import {
  type PageProofStep,
  PROOF_TEXTS,
  type Proven,
  proofKeysOf,
  provenIn,
  witnessText,
} from "./proofTexts.ts";

export type PageProofsOptions = {
  readonly queue: Pick<StepQueue<PageProofStep>, "offer">;
  /** Milliseconds between two looks whether a proof has come. */
  readonly look: number;
  /** Milliseconds after which a proof is offered again, since a queue holds no fact. */
  readonly again: number;
  /** Milliseconds after which a proof is given up: the page's other batches wait with it. */
  readonly patience: number;
  /** Unix seconds. */
  readonly clock: () => number;
};

/** A proof that a page waits for. */
export type WaitingProof = {
  /** Unix seconds. */
  readonly since: number;
};

/**
 * Has a page's proofs made by the workers of its queue, here or elsewhere. What is to be proven is stored under the page's claim
 * first, and the proof is taken from there. A proof belongs to the process that asked for it: when that one ends, the next one
 * forgets it and makes the batch anew, under a nonce of its own.
 */
export class PageProofs {
  readonly #options: PageProofsOptions;
  readonly #stop = new AbortController();
  readonly #asked = new Set<Promise<unknown>>();
  #waiting: WaitingProof | undefined;

  constructor(options: PageProofsOptions) {
    this.#options = options;
  }

  /** The proof that is waited for now; a page has one at a time. */
  get waiting(): WaitingProof | undefined {
    return this.#waiting;
  }

  /** What proves for the page of a store. @throws WITNESS_REJECTED; ABORTED when the service ends; what the store throws */
  over(texts: PageStore): Prover {
    return {
      prove: (_, witness) => {
        const proven = this.#prove(texts, witness);
        this.#asked.add(proven);
        const done = () => void this.#asked.delete(proven);
        proven.then(done, done);
        return proven;
      },
    };
  }

  /** Waits for nothing more, and forgets what was asked for. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#asked);
  }

  async #prove(texts: PageStore, witness: Witness): Promise<Proven> {
    const proof = randomBytes(16).toString("hex");
    this.#waiting = { since: this.#options.clock() };
    try {
      await texts.write(proofKeysOf(proof).input, witnessText(witness));
      return await this.#wait(texts, proof);
    } finally {
      this.#waiting = undefined;
      // Where it cannot be done now, the next claim of the page does it.
      await forgetProofs(texts, proofKeysOf(proof).prefix).catch(() => undefined);
    }
  }

  async #wait(texts: PageStore, proof: string): Promise<Proven> {
    const { queue, look, again, patience } = this.#options;
    const { signal } = this.#stop;
    let offered = Number.NEGATIVE_INFINITY;
    const began = performance.now();
    while (!signal.aborted) {
      if (performance.now() - began > patience) throw notProven("TIMEOUT");
      const proven = await patiently(async () => {
        if (performance.now() - offered >= again) {
          await queue.offer([{ key: proof, step: { proof } }]);
          offered = performance.now();
        }
        return this.#look(texts, proof);
      });
      if (proven !== undefined) return proven;
      await setTimeout(look, undefined, { signal }).catch(() => undefined);
    }
    throw new VitalproofError("ABORTED", "The service ends.");
  }

  async #look(texts: PageStore, proof: string): Promise<Proven | undefined> {
    const keys = proofKeysOf(proof);
    const there = await texts.keys(keys.prefix);
    // Undefined also where another process claims the page between the two questions.
    const result = there.includes(keys.result) ? await texts.read(keys.result) : undefined;
    if (result !== undefined) return provenIn(result);
    // Another process claimed the page, and forgot what this one asked for.
    if (!there.includes(keys.input)) throw otherProcess();
    const fault = there.includes(keys.fault) ? await texts.read(keys.fault) : undefined;
    // Not waited for until it can be mended: the page's other batches would wait with it.
    if (fault !== undefined) throw notProven(fault);
    return undefined;
  }
}

function notProven(code: string): VitalproofError {
  const why =
    code === "TIMEOUT"
      ? "No prover has proven a batch in time"
      : `A prover could not prove a batch (${code})`;
  return new VitalproofError(code === "WITNESS_REJECTED" ? code : "PROVING_FAILED", `${why}.`, {
    details: { code },
    hint: "The prover's log names the circuit and the cause. Compare the circuits of custodian.circuits with its artifacts, and see that a prover runs.",
  });
}

/** Removes what belongs to proofs that nobody waits for. @param prefix all of the page when left out */
export async function forgetProofs(texts: PageStore, prefix: string = PROOF_TEXTS): Promise<void> {
  for (const key of await texts.keys(prefix)) await texts.remove(key);
}

/** A store that is away for a moment costs a look, not the proof that is being made elsewhere. */
async function patiently<T>(act: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (VitalproofError.find(error, "STORE_FAILED") !== undefined) return undefined;
    throw error;
  }
}
