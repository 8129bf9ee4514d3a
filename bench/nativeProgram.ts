// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { type NativeProver, nativeProver } from "@vitalproof/sdk/node";

const TIMEOUT_MS = 900_000;

/** The native prover that the environment names, if it names one. @throws NATIVE_PROVER_UNUSABLE */
export function configuredNativeProver(): NativeProver | undefined {
  const named = process.env.VITALPROOF_RAPIDSNARK;
  return named === undefined || named === "" ? undefined : nativeProver({ timeoutMs: TIMEOUT_MS });
}

/**
 * What a native prover is, for a report: the version of go-rapidsnark that Go's linker left in it, as in a build of
 * scripts/rapidsnark, or else the SHA-256 of the program. No path.
 */
export async function programOf(prover: NativeProver): Promise<string> {
  const version = goRapidsnarkIn(readFileSync(prover.binary));
  if (version !== undefined) return `rapidsnark (go-rapidsnark ${version})`;
  return `a program with the SHA-256 ${(await prover.describe()).sha256}`;
}

/** The module's line in Go's build information. */
export function goRapidsnarkIn(program: Buffer): string | undefined {
  return /dep\tgithub\.com\/iden3\/go-rapidsnark\/prover\tv(\d+\.\d+\.\d+)\t/.exec(
    program.toString("latin1"),
  )?.[1];
}
