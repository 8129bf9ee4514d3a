// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { CircomError } from "../../errors.ts";
import { isDevelopmentKey } from "../../isDevelopmentKey.ts";
import type { CircomConfig, CircuitInstance, CircuitManifest, VerificationKey } from "../../types.ts";
import { readG1, readG2 } from "../ceremony/curve.ts";
import { openPowersOfTau } from "../ceremony/ptau.ts";
import { type CeremonyEvidence, judgeKeyFile, type KeyVerdict } from "../ceremony/rules.ts";
import { committedTranscript, type ReadTranscript, readTranscript } from "../ceremony/transcript.ts";
import { brokenPowersOnce, readPowers } from "../ceremony/verifier/powers.ts";
import { brokenKey } from "../ceremony/verifier/verifyKey.ts";
import { parseZkey, type Zkey } from "../ceremony/zkey.ts";
import { hashFile } from "../files.ts";
import { domainPower, parseR1cs } from "../r1cs.ts";
import { runSnarkjs } from "../snarkjsJobs.ts";

/** The rules of a key's file and transcript, and that no development key has its points. Needs no powers of tau. */
export async function judgeLabelledKey(
  zkey: string,
  instance: CircuitInstance,
  evidence: CeremonyEvidence | undefined,
): Promise<KeyVerdict> {
  const file = await readFile(zkey);
  const verdict = await judgeKeyFile(file, instance, evidence);
  if (!(await isDevelopmentFile(file))) return verdict;
  const reasons = [
    "it is a development key (its points are those of the public scalars): anyone can forge proofs",
  ];
  return { ...verdict, reasons: [...reasons, ...verdict.reasons] };
}

async function isDevelopmentFile(file: Uint8Array): Promise<boolean> {
  try {
    return await isDevelopmentKey(verificationKeyOf(parseZkey(file)));
  } catch (error) {
    if (error instanceof RangeError) return false; // not a key: the rules say so
    throw error;
  }
}

function verificationKeyOf(key: Zkey): VerificationKey {
  const g1 = (bytes: Uint8Array) => {
    const { x, y } = readG1(bytes).toAffine();
    return [x, y, 1n].map(String);
  };
  const g2 = (bytes: Uint8Array) => {
    const { x, y } = readG2(bytes).toAffine();
    return [[x.c0, x.c1].map(String), [y.c0, y.c1].map(String), ["1", "0"]];
  };
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: key.nPublic,
    vk_alpha_1: g1(key.alpha1),
    vk_beta_2: g2(key.beta2),
    vk_gamma_2: g2(key.gamma2),
    vk_delta_2: g2(key.delta2),
    IC: Array.from({ length: key.nPublic + 1 }, (_, i) => g1(key.ic.subarray(64 * i, 64 * i + 64))),
  };
}

/**
 * Whether a key is the circuit's under the given powers of tau, asked of two verifiers that share no code: ours and
 * snarkjs. Each sees what the other does not; both must accept. Ours takes the key's delta as it is: the rules above
 * have checked the contributions that made it.
 *
 * @returns why not; empty if it is
 */
export async function verifyProductionKey(zkey: string, r1cs: string, ptau: string): Promise<string[]> {
  // snarkjs runs in a process of its own, so the two share the time where there are two cores.
  const asked = runSnarkjs<"verify">({ kind: "verify", r1cs, ptau, zkey }).catch((error: Error) => ({
    ok: false,
    reasons: [error.message],
  }));
  const [ours, theirs] = await Promise.all([askOurs(zkey, r1cs, ptau), asked]);
  const reasons = ours.map((reason) => `verifier of this package: ${reason}`);
  if (!theirs.ok) reasons.push(`snarkjs zkey verify: ${theirs.reasons.join("; ") || "not valid"}`);
  return reasons;
}

async function askOurs(zkey: string, r1csFile: string, ptau: string): Promise<string[]> {
  const r1cs = parseR1cs(await readFile(r1csFile));
  const file = await openPowersOfTau(ptau);
  try {
    const powers = await readPowers(file, domainPower(r1cs));
    const broken = brokenPowersOnce((await hashFile(ptau, "blake2b512"))!, powers);
    if (broken.length > 0) return broken;
    return brokenKey(parseZkey(await readFile(zkey)), r1cs, powers);
  } catch (error) {
    if (error instanceof RangeError) return [error.message];
    throw error;
  } finally {
    await file.close();
  }
}

/** What vouches for a committed key: the ceremony that its manifest names, by the configuration and the transcript. */
export async function committedEvidence(
  config: CircomConfig,
  key: CircuitManifest["key"],
): Promise<{ readonly evidence: CeremonyEvidence | undefined; readonly reasons: readonly string[] }> {
  const { ceremony } = key;
  if (ceremony === undefined) return { evidence: undefined, reasons: [] };
  const path = committedTranscript(config, ceremony.name);
  try {
    const read = await readTranscript(config, path);
    const reasons =
      read.sha256 === ceremony.transcript
        ? []
        : [
            `${relative(config.root, path)} has the SHA-256 ${read.sha256}, the manifest names ${ceremony.transcript}`,
          ];
    return { evidence: evidenceOf(config, ceremony.name, read), reasons };
  } catch (error) {
    if (!(error instanceof CircomError)) throw error;
    return { evidence: undefined, reasons: [error.message] };
  }
}

/** Undefined if the configuration announces no such ceremony. */
export function evidenceOf(
  { production }: CircomConfig,
  name: string,
  { transcript }: ReadTranscript,
): CeremonyEvidence | undefined {
  const pin = production?.ceremonies.get(name);
  return production === undefined || pin === undefined
    ? undefined
    : { name, pin, powersOfTau: production.blake2b, transcript };
}
