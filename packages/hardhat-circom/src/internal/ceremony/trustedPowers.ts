// SPDX-License-Identifier: GPL-3.0-or-later
import { relative } from "node:path";
import { CircomError } from "../../errors.ts";
import type { CircomConfig, ProductionConfig } from "../../types.ts";
import { hashFile } from "../files.ts";
import { runSnarkjs } from "../snarkjsJobs.ts";
import { G1 } from "./curve.ts";
import { openPowersOfTau } from "./ptau.ts";
import { namedPublicFactors, publicRatios } from "./publicFactors.ts";
import { beaconKey } from "./publicRandomness.ts";

/** @throws CircomError PTAU_REFUSED if the config says nothing about production keys */
export function productionConfig(config: CircomConfig): ProductionConfig {
  if (config.production !== undefined) return config.production;
  throw new CircomError(
    "PTAU_REFUSED",
    "production keys need powers of tau: set `circom.production` to { ptau: <path>, blake2b: <its published hash> } in the Hardhat config",
  );
}

/**
 * The powers of tau to use, after checking their pinned hash, `snarkjs powersoftau verify`, and that someone made them
 * besides public beacons.
 *
 * @param given a path that replaces the configured one; the pinned hash holds for it too
 * @throws CircomError PTAU_REFUSED
 */
export async function trustedPtau(
  config: CircomConfig,
  given?: string,
): Promise<{ path: string; blake2b: string }> {
  const { ptau, blake2b } = productionConfig(config);
  const path = given ?? ptau;
  const shown = relative(config.root, path);
  const hash = await hashFile(path, "blake2b512");
  if (hash === undefined) throw new CircomError("PTAU_REFUSED", `there is no powers of tau file at ${shown}`);
  if (hash !== blake2b) {
    throw new CircomError(
      "PTAU_REFUSED",
      `${shown} has the BLAKE2b-512 hash ${hash}, but \`circom.production.blake2b\` pins ${blake2b}; ` +
        "get the right file, do not change the pin to fit",
    );
  }
  let reasons = examined.get(hash);
  if (reasons === undefined) {
    reasons = examinePowers(path);
    examined.set(hash, reasons);
  }
  const against = await reasons;
  if (against.length > 0) {
    throw new CircomError(
      "PTAU_REFUSED",
      `${shown} may not be used:\n${against.map((one) => `  ${one}`).join("\n")}`,
    );
  }
  return { path, blake2b: hash };
}

/** By hash: a file is examined once in a process, however many circuits use it. */
const examined = new Map<string, Promise<string[]>>();

async function examinePowers(path: string): Promise<string[]> {
  const reasons: string[] = [];
  const verified = await runSnarkjs<"powers">({ kind: "powers", ptau: path }).catch((error: Error) => ({
    ok: false,
    reasons: [error.message],
  }));
  if (!verified.ok) reasons.push(`snarkjs powersoftau verify: ${verified.reasons.join("; ") || "not valid"}`);
  try {
    if (!(await someoneContributed(path))) {
      reasons.push("nobody contributed to them besides public beacons: tau, alpha and beta are public");
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reasons.push(error.message);
  }
  return reasons;
}

/** More iterations than this are not recomputed here. */
const MOST_ITERATIONS = 24;

/** Whether one step changed tau by something that is not public. A beacon is recomputed, whatever its type says. */
async function someoneContributed(path: string): Promise<boolean> {
  const powers = await openPowersOfTau(path);
  try {
    const contributions = await powers.contributions();
    const named = namedPublicFactors(undefined);
    contributions.forEach(({ beacon }, i) => {
      if (beacon === undefined || beacon.iterationsExp > MOST_ITERATIONS) return;
      named.push({ name: `beacon ${i + 1}`, scalar: beaconKey(beacon.value, beacon.iterationsExp).scalar });
    });
    let before = G1.BASE;
    for (const { tau, type } of contributions) {
      if (type === 0 && publicRatios([before, tau], named).length === 0) return true;
      before = tau;
    }
    return false;
  } finally {
    await powers.close();
  }
}
