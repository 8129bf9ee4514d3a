// SPDX-License-Identifier: GPL-3.0-or-later
import { isDeepStrictEqual } from "node:util";
import type { CeremonyPin, CeremonyTranscript, KeyContribution } from "../../types.ts";
import { sha256 } from "../files.ts";
import { brokenContributions } from "./contributions.ts";
import { bytesOfG2, G1, G2, readG1 } from "./curve.ts";
import { namedPublicFactors, publicRatios } from "./publicFactors.ts";
import { beaconKey } from "./publicRandomness.ts";
import { signatureFault } from "./signatures.ts";
import { statementOf } from "./transcript.ts";
import { parseZkey, type Zkey } from "./zkey.ts";

// The rules that a key must keep to carry value, as far as the key's own file and its transcript show them. `import`,
// `check` and the ceremony all ask here. Whether the key is the circuit's is for `verifyKey` and snarkjs.

/** What a key is judged by: the ceremony that was announced, and what is said to have happened in it. */
export interface CeremonyEvidence {
  readonly name: string;
  readonly pin: CeremonyPin;
  /** BLAKE2b-512 of the pinned powers of tau. */
  readonly powersOfTau: string;
  readonly transcript: CeremonyTranscript;
}

export interface KeyVerdict {
  /** Why the key may not carry value; empty: nothing found against it. */
  readonly reasons: readonly string[];
  readonly contributions: readonly KeyContribution[];
}

/**
 * @param instance whose key it should be
 * @param evidence undefined: no ceremony vouches for the key, which is a reason of its own
 */
export async function judgeKeyFile(
  file: Uint8Array,
  instance: { readonly name: string; readonly version: number },
  evidence: CeremonyEvidence | undefined,
): Promise<KeyVerdict> {
  let key: Zkey;
  try {
    key = parseZkey(file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { reasons: [`it is not a canonical key file: ${error.message}`], contributions: [] };
  }
  const broken = brokenContributions(key);
  const reasons = [...broken];
  if (!bytesOfG2(G2.BASE).equals(key.gamma2)) reasons.push("its gamma is not the generator");
  if (key.contributions.length === 0) {
    reasons.push("it has no contribution, so delta equals gamma: anyone can forge proofs");
  } else if (broken.length === 0) {
    // Points that could not be read are named above already.
    reasons.push(...beaconReasons(key, evidence?.pin), ...publicDeltas(key, evidence?.pin));
  }
  if (evidence === undefined) {
    reasons.push("no ceremony of the configuration vouches for it: its manifest or import names none");
  } else {
    reasons.push(...(await judgeAttestations(key, sha256(file), instance, evidence)));
  }
  return { reasons, contributions: key.contributions.map(described) };
}

/** As manifests record a contribution. */
export function described({ type, name, hash, beacon }: Zkey["contributions"][number]): KeyContribution {
  if (beacon === undefined) return { type, name, hash };
  return { type, name, hash, beacon: { hash: beacon.value, iterationsExp: beacon.iterationsExp } };
}

/** The name that the beacon's contribution carries. */
export function beaconName({ beacon }: CeremonyPin): string {
  return `${beacon.source} ${beacon.round}`;
}

/** The last contribution, and only it, is the pinned beacon. Recomputed: its label alone says nothing. */
function beaconReasons(key: Zkey, pin: CeremonyPin | undefined): string[] {
  const reasons: string[] = [];
  const { contributions } = key;
  contributions.forEach(({ type }, i) => {
    if (type === "beacon" && i < contributions.length - 1) {
      reasons.push(`contribution ${i + 1} is a beacon, but only the last one may be`);
    }
  });
  const last = contributions.at(-1)!;
  if (last.type !== "beacon") reasons.push("its last contribution is not a beacon");
  if (pin === undefined) return reasons;
  const { value, iterationsExp } = pin.beacon;
  if (value === undefined) {
    return [...reasons, "the configuration does not have the beacon's value yet"];
  }
  if (last.type !== "beacon") return reasons;
  const is = JSON.stringify({ name: last.name, ...last.beacon });
  const should = JSON.stringify({ name: beaconName(pin), value, iterationsExp });
  if (is !== should) reasons.push(`its beacon is ${is}, the configuration pins ${should}`);
  const recomputed = beaconKey(value, iterationsExp);
  const before = contributions.length === 1 ? G1.BASE : readG1(contributions.at(-2)!.deltaAfter);
  const same =
    recomputed.s.equals(readG1(last.s)) &&
    recomputed.sx.equals(readG1(last.sx)) &&
    before.multiplyUnsafe(recomputed.scalar).equals(readG1(last.deltaAfter));
  if (!same) reasons.push("its last contribution is not what the pinned beacon's value gives");
  return reasons;
}

/** No two deltas of the key differ by a factor that everyone knows, but for the last step, which is the beacon. */
function publicDeltas(key: Zkey, pin: CeremonyPin | undefined): string[] {
  const value = pin?.beacon.value;
  const named = namedPublicFactors(
    value === undefined ? undefined : { value, iterationsExp: pin!.beacon.iterationsExp },
  );
  const deltas = [G1.BASE, ...key.contributions.map(({ deltaAfter }) => readG1(deltaAfter))];
  const last = deltas.length - 1;
  const beaconStep = key.contributions.at(-1)?.type === "beacon";
  return publicRatios(deltas, named)
    .filter(({ from, to }) => !(beaconStep && from === last - 1 && to === last))
    .map(({ from, to, factor }) => {
      const start = from === 0 ? "the generator" : `the delta after contribution ${from}`;
      return `the delta after contribution ${to} is ${factor} times ${start}: what came between is public`;
    });
}

/** Enough contributors, each announced by name and key, signed the very contributions of this file. */
export async function judgeAttestations(
  key: Zkey,
  fileHash: string,
  instance: { readonly name: string; readonly version: number },
  { name, pin, powersOfTau, transcript }: CeremonyEvidence,
): Promise<string[]> {
  const reasons: string[] = [];
  const expect = (what: string, is: unknown, should: unknown) => {
    if (!isDeepStrictEqual(is, should)) {
      reasons.push(
        `the transcript has ${what} ${JSON.stringify(is)}, the configuration ${JSON.stringify(should)}`,
      );
    }
  };
  expect("the ceremony", transcript.ceremony, name);
  expect("the powers of tau", transcript.powersOfTau, powersOfTau);
  expect("the beacon", transcript.beacon, pin.beacon);
  const entry = transcript.instances.find((one) => one.name === instance.name);
  if (entry === undefined) return [...reasons, `the transcript has no circuit "${instance.name}"`];
  if (entry.version !== instance.version) {
    reasons.push(`the transcript is about version ${entry.version}, the circuit has ${instance.version}`);
  }
  if (entry.circuit !== Buffer.from(key.circuitHash).toString("hex")) {
    reasons.push("the transcript is about another circuit or other powers of tau");
  }
  if (entry.keys.at(-1) !== fileHash) {
    reasons.push(`the key file has the SHA-256 ${fileHash}, the transcript ends with ${entry.keys.at(-1)}`);
  }
  const hashes = key.contributions.map(({ hash }) => hash);
  if (!isDeepStrictEqual(entry.contributions, hashes)) {
    reasons.push("the transcript's contributions are not those of the key");
  }
  const seen = new Set<string | null>();
  for (const [i, contribution] of key.contributions.slice(0, -1).entries()) {
    const { name: contributor } = contribution;
    const number = `contribution ${i + 1}`;
    if (seen.has(contributor)) reasons.push(`${number} is a second one by ${contributor}`);
    seen.add(contributor);
    const announced = pin.contributors.find((one) => one.name === contributor);
    if (announced === undefined) {
      reasons.push(`${number} is by ${contributor ?? "nobody"}, who is not among the announced contributors`);
      continue;
    }
    const attestation = transcript.attestations[i];
    if (attestation?.contributor !== contributor) {
      reasons.push(
        `${number} is called ${contributor} in the key, and ${attestation?.contributor ?? "nobody"} attests to it`,
      );
      continue;
    }
    const { statement, signature } = attestation;
    if (statement !== statementOf(transcript, announced.name, i) || !statement.includes(contribution.hash)) {
      reasons.push(`the statement of ${contributor} does not name the hash of ${number}`);
      continue;
    }
    const fault = await signatureFault(statement, signature, announced);
    if (fault !== undefined) reasons.push(`the signature of ${contributor} ${fault}`);
  }
  const count = key.contributions.length - 1;
  if (count < pin.minimum) {
    reasons.push(
      `${Math.max(count, 0)} contributors attest to it, the ceremony needs at least ${pin.minimum}`,
    );
  }
  if (transcript.attestations.length > Math.max(count, 0)) {
    reasons.push("the transcript has attestations without contributions");
  }
  return reasons;
}
