// SPDX-License-Identifier: GPL-3.0-or-later
import { CircomError } from "../errors.ts";
import type { CircuitInstance, VerificationKey } from "../types.ts";
import { verificationKeyHash } from "../verificationKeyHash.ts";
import { runSnarkjs } from "./snarkjsJobs.ts";

export interface ExportedKey {
  /** Content of `verification_key.json`, as `snarkjs zkey export verificationkey` writes it, and a newline. */
  readonly verificationKey: string;
  readonly verificationKeyHash: `0x${string}`;
  /** The verifier, verbatim but for the contract's name; null if the instance exports none. */
  readonly solidity: string | null;
}

const TEMPLATE_CONTRACT = "contract Groth16Verifier ";

/**
 * Exports what a zkey gives: verification key and Solidity verifier, both by snarkjs.
 * @throws CircomError EXPORT_FAILED
 */
export async function exportKey(instance: CircuitInstance, zkey: string): Promise<ExportedKey> {
  try {
    const { verificationKey, solidity } = await runSnarkjs<"export">({ kind: "export", zkey });
    const hash = verificationKeyHash(JSON.parse(verificationKey) as VerificationKey);
    let contract: string | null = null;
    if (instance.verifier !== null) {
      if (solidity.split(TEMPLATE_CONTRACT).length !== 2) {
        throw new Error(`snarkjs's template has no single "${TEMPLATE_CONTRACT.trim()}"`);
      }
      contract = solidity.replace(TEMPLATE_CONTRACT, `contract ${instance.verifier} `);
    }
    return { verificationKey: `${verificationKey}\n`, verificationKeyHash: hash, solidity: contract };
  } catch (error) {
    throw new CircomError(
      "EXPORT_FAILED",
      `instance "${instance.name}": exporting its verification key failed: ${(error as Error).message}`,
      { instance: instance.name, cause: error as Error },
    );
  }
}
