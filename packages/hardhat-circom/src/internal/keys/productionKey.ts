// SPDX-License-Identifier: GPL-3.0-or-later
import { relative } from "node:path";
import { CircomError } from "../../errors.ts";
import { isDevelopmentKey } from "../../isDevelopmentKey.ts";
import type { CircomConfig, KeyContribution, VerificationKey } from "../../types.ts";
import { hashFile } from "../files.ts";
import { runSnarkjs } from "../snarkjsJobs.ts";
import { readProvenance } from "./zkeyFile.ts";

export interface ProductionVerdict {
  /** Why the key may not be used in production; empty: nothing found against it. */
  readonly reasons: readonly string[];
  readonly contributions: readonly KeyContribution[];
}

/**
 * Everything that files can show about whether a key may carry value: it is not a development key, delta is not gamma,
 * someone contributed besides a public beacon, and snarkjs finds that the key is the given circuit's under the given
 * powers of tau. (`snarkjs zkey verify` alone accepts keys under which anyone can forge proofs.)
 *
 * What no file can tell: whether at least one contributor forgot their secret.
 */
export async function judgeProductionKey(
  zkey: string,
  r1cs: string,
  ptau: string,
  verificationKey: VerificationKey,
): Promise<ProductionVerdict> {
  const reasons: string[] = [];
  if (await isDevelopmentKey(verificationKey)) {
    reasons.push(
      "it is a development key (its points are those of the public scalars): anyone can forge proofs",
    );
  }
  const provenance = await readProvenance(zkey).catch((error: unknown) => {
    if (error instanceof RangeError) return error;
    throw error;
  });
  if (provenance instanceof RangeError) {
    return {
      reasons: [...reasons, `it is not a well-formed Groth16 key: ${provenance.message}`],
      contributions: [],
    };
  }
  const { deltaIsGamma, contributions, realContributions } = provenance;
  if (deltaIsGamma) reasons.push("delta equals gamma: anyone can forge proofs");
  if (realContributions === 0) {
    reasons.push(
      contributions.length === 0
        ? "it has no contribution: its delta is public"
        : "it has no contribution besides a public beacon: anyone can compute its delta",
    );
  }
  const verified = await runSnarkjs<"verify">({ kind: "verify", r1cs, ptau, zkey }).catch((error: Error) => ({
    ok: false,
    reasons: [error.message],
  }));
  if (!verified.ok) {
    const said = verified.reasons.length === 0 ? "" : ` (${verified.reasons.join("; ")})`;
    reasons.push(`snarkjs does not accept it as this circuit's key under the given powers of tau${said}`);
  }
  return { reasons, contributions };
}

/**
 * The powers of tau to use, after checking their pinned hash.
 * @param given a path that replaces the configured one; the pinned hash holds for it too
 * @throws CircomError PTAU_REFUSED
 */
export async function trustedPtau(
  config: CircomConfig,
  given?: string,
): Promise<{ path: string; blake2b: string }> {
  const { production } = config;
  if (production === undefined) {
    throw new CircomError(
      "PTAU_REFUSED",
      "production keys need powers of tau: set `circom.production` to { ptau: <path>, blake2b: <its published hash> } in the Hardhat config",
    );
  }
  const path = given ?? production.ptau;
  const shown = relative(config.root, path);
  const hash = await hashFile(path, "blake2b512");
  if (hash === undefined) throw new CircomError("PTAU_REFUSED", `there is no powers of tau file at ${shown}`);
  if (hash !== production.blake2b) {
    throw new CircomError(
      "PTAU_REFUSED",
      `${shown} has the BLAKE2b-512 hash ${hash}, but \`circom.production.blake2b\` pins ${production.blake2b}; ` +
        "get the right file, do not change the pin to fit",
    );
  }
  return { path, blake2b: hash };
}
