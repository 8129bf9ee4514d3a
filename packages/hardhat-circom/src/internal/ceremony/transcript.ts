// SPDX-License-Identifier: GPL-3.0-or-later
import { dirname, join, relative } from "node:path";
import { CircomError } from "../../errors.ts";
import type { CeremonyInstance, CeremonyTranscript, CircomConfig } from "../../types.ts";
import { readTextIfExists, sha256 } from "../files.ts";

/** Where the transcript of a ceremony is committed: next to the folder of manifests. */
export function committedTranscript(config: CircomConfig, ceremony: string): string {
  return join(dirname(config.committed), "ceremonies", `${ceremony}.json`);
}

/** The one spelling of a transcript. Its SHA-256 is what manifests and chains record. */
export function formatTranscript(transcript: CeremonyTranscript): string {
  return `${JSON.stringify(transcript, null, 2)}\n`;
}

export interface ReadTranscript {
  readonly transcript: CeremonyTranscript;
  readonly sha256: string;
  readonly text: string;
}

/**
 * @throws CircomError TRANSCRIPT_INVALID if the file is missing, is not a transcript, or is not written in the canonical form
 */
export async function readTranscript(config: CircomConfig, path: string): Promise<ReadTranscript> {
  const shown = relative(config.root, path);
  const text = await readTextIfExists(path);
  if (text === undefined) {
    throw new CircomError(
      "TRANSCRIPT_INVALID",
      `there is no transcript at ${shown}; \`hardhat circuits ceremony transcript\` writes it`,
    );
  }
  const invalid = (reason: string) => new CircomError("TRANSCRIPT_INVALID", `${shown} ${reason}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`is not JSON: ${(error as Error).message}`);
  }
  const wrong = whatIsWrong(value);
  if (wrong !== undefined) throw invalid(`is not a transcript: ${wrong}`);
  const transcript = ordered(value as CeremonyTranscript);
  if (formatTranscript(transcript) !== text) {
    throw invalid("has other fields, another order or other spaces than `ceremony transcript` writes");
  }
  return { transcript, sha256: sha256(text), text };
}

/** The text that a contributor signs: every contribution they made, by its hash. */
export function statementOf(
  transcript: Pick<CeremonyTranscript, "ceremony" | "powersOfTau" | "instances">,
  contributor: string,
  index: number,
): string {
  const lines = transcript.instances.map(
    ({ name, version, contributions }) => `${name} version ${version}: ${contributions[index]}`,
  );
  return [
    `Ceremony ${transcript.ceremony}, contribution ${index + 1}, by ${contributor}.`,
    "",
    "I made a fresh secret for each key below on a machine of mine. I kept no copy of a secret and gave none away.",
    "",
    `powers of tau: ${transcript.powersOfTau}`,
    ...lines,
    "",
  ].join("\n");
}

function ordered(value: CeremonyTranscript): CeremonyTranscript {
  const { schema, ceremony, powersOfTau, beacon, instances, attestations } = value;
  const { source, round, iterationsExp, value: beaconValue } = beacon;
  return {
    schema,
    ceremony,
    powersOfTau,
    beacon: { source, round, iterationsExp, value: beaconValue },
    instances: instances.map(({ name, version, r1cs, circuit, keys, contributions }) => ({
      name,
      version,
      r1cs,
      circuit,
      keys,
      contributions,
    })),
    attestations: attestations.map(({ contributor, statement, signature }) => ({
      contributor,
      statement,
      signature,
    })),
  };
}

function whatIsWrong(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is not an object";
  const { schema, ceremony, powersOfTau, beacon, instances, attestations } = value;
  if (schema !== 1) return `schema ${JSON.stringify(schema)}, expected 1`;
  if (typeof ceremony !== "string") return "`ceremony` is not a name";
  if (!isHex(powersOfTau, 128)) return "`powersOfTau` is not 128 hex digits";
  if (!isRecord(beacon) || typeof beacon.source !== "string" || typeof beacon.value !== "string") {
    return "`beacon` lacks its source or value";
  }
  if (!Array.isArray(instances) || !instances.every(isInstance)) return "`instances` is not a list of them";
  const attested = (one: unknown) =>
    isRecord(one) &&
    [one.contributor, one.statement, one.signature].every((text) => typeof text === "string");
  if (!Array.isArray(attestations) || !attestations.every(attested))
    return "`attestations` is not a list of them";
  return undefined;
}

function isInstance(value: unknown): value is CeremonyInstance {
  if (!isRecord(value)) return false;
  const { name, version, r1cs, circuit, keys, contributions } = value;
  const hashes = (list: unknown, digits: number) =>
    Array.isArray(list) && list.every((hash) => isHex(hash, digits));
  return (
    typeof name === "string" &&
    Number.isInteger(version) &&
    isHex(r1cs, 64) &&
    isHex(circuit, 128) &&
    hashes(keys, 64) &&
    hashes(contributions, 128)
  );
}

function isHex(value: unknown, digits: number): value is string {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
