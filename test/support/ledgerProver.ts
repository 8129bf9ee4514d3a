// SPDX-License-Identifier: GPL-3.0-or-later
//
// Proofs of the ledger's circuits in a moment: their development keys have a known trapdoor. They verify like others.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedScalars } from "@vitalproof/hardhat-circom/measure";
import type { ArtifactLoader, Prover, VerificationKey } from "@vitalproof/sdk";
import { type G1, inputPoints, simulatedProof } from "./simulatedProof.ts";

const keys = new Map<string, { readonly key: VerificationKey; readonly points: readonly G1[] }>();

function keyOf(circuit: string) {
  const file = join(import.meta.dirname, "../../circuits/artifacts", circuit, "verification_key.json");
  const key = keys.get(circuit)?.key ?? (JSON.parse(readFileSync(file, "utf8")) as VerificationKey);
  const known = keys.get(circuit) ?? { key, points: inputPoints(key) };
  keys.set(circuit, known);
  return known;
}

/** Verification keys as they are committed; there is nothing to prove with. */
export const keysAlone: ArtifactLoader = {
  async load(circuit) {
    return { circuit, wasm: "", zkey: "", verificationKey: keyOf(circuit).key, keyKind: "development" };
  },
};

/** @param during is called for each proof, since a real one takes its time */
export function simulatingProver(during: () => Promise<void> = async () => undefined): Prover {
  return {
    async prove({ circuit }, { publicInputs }) {
      await during();
      const proof = simulatedProof(sharedScalars(), keyOf(circuit).points, publicInputs, 7n);
      return { proof, publicInputs: [...publicInputs] };
    },
  };
}
