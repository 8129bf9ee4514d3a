// SPDX-License-Identifier: GPL-3.0-or-later
import { type ArtifactLoader, type Prover, prove, VitalproofError } from "@vitalproof/sdk";
import type { Logger } from "../../operate/logger.ts";
import { type PersonKeys, sealedStore } from "../../sealed/index.ts";
import { type Database, lock } from "../../store/index.ts";
import { PAGE_LOCK } from "../pageStore.ts";
import { type PageProofStep, proofKeysOf, provenText, witnessIn } from "./proofTexts.ts";

export type PageProverOptions = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  /** Name of the page, as `claimPage` has it. */
  readonly page: string;
  readonly prover: Prover;
  readonly artifacts: ArtifactLoader;
  readonly log: Logger;
};

/**
 * Proves what a page has stored, here or on another machine with the same store. Of two that have the same proof one writes it: the
 * other one finds that nothing is asked for any more.
 */
export class PageProver {
  readonly #options: PageProverOptions;

  constructor(options: PageProverOptions) {
    this.#options = options;
  }

  /** Does nothing where nobody waits for the proof any more. @throws what is to be tried again, after noting its code */
  async prove({ proof }: PageProofStep, signal: AbortSignal): Promise<void> {
    const { database, personKeys, page, prover, artifacts, log } = this.#options;
    const keys = proofKeysOf(proof);
    const text = await sealedStore(database, personKeys, page).read(keys.input);
    if (text === undefined) return;
    try {
      const witness = witnessIn(text);
      const { circuit } = witness;
      // It is verified here, and once more by the page.
      const proven = await prove(prover, await artifacts.load(circuit), witness, { signal });
      const { publicInputs } = proven;
      const isTaken = await this.#write(
        proof,
        keys.result,
        provenText({ ...proven, publicInputs: [...publicInputs] }),
      );
      if (isTaken) log.info({ proof, circuit }, "a batch is proven");
    } catch (error) {
      if (signal.aborted || VitalproofError.find(error, "STORE_FAILED") !== undefined) throw error;
      const code = error instanceof VitalproofError ? error.code : "FAULT";
      await this.#write(proof, keys.fault, code);
      throw error;
    }
  }

  /** A text of a proof that is still asked for. What was to be proven goes with the result. @returns whether it is */
  #write(proof: string, key: string, text: string): Promise<boolean> {
    const { database, personKeys, page } = this.#options;
    const { prefix, input, result } = proofKeysOf(proof);
    return database.step(async (queries) => {
      await lock(database, queries, PAGE_LOCK, page);
      const texts = sealedStore(database, personKeys, page, queries);
      if (!(await texts.keys(prefix)).includes(input)) return false;
      await texts.write(key, text);
      if (key === result) await texts.remove(input);
      return true;
    });
  }
}
