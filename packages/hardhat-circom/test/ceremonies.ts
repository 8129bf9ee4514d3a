// SPDX-License-Identifier: GPL-3.0-or-later
//
// What tests of production keys share: a small ceremony of three contributors, and hands that forge keys.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { CeremonyTranscript, CeremonyUserConfig, CircomConfig } from "../src/circuits.ts";
import { transcriptHash } from "../src/internal/ceremony/contributions.ts";
import { bytesOfG1, bytesOfG2, G1, readG1, readG2 } from "../src/internal/ceremony/curve.ts";
import { pointForTranscript } from "../src/internal/ceremony/publicRandomness.ts";
import type { CeremonyEvidence } from "../src/internal/ceremony/rules.ts";
import { ethereumAddress, signEthereum } from "../src/internal/ceremony/signatures.ts";
import { statementOf } from "../src/internal/ceremony/transcript.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { inverse, mod } from "../src/internal/field.ts";
import { createBuiltProject, type Project, snarkjs } from "./helpers.ts";

export const BEACON = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
export const BEACON_EXP = 10;
export const BEACON_NAME = "announced 7";
export const CEREMONY = "first";
export const NAMES = ["Ana", "Ben", "Cleo"] as const;

export function privateKeyOf(name: string): Uint8Array {
  return createHash("sha256").update(`contributor ${name}`).digest();
}

export function addressOf(name: string): string {
  return ethereumAddress(secp256k1.getPublicKey(privateKeyOf(name)));
}

export function ceremonyConfig(): CeremonyUserConfig {
  return {
    contributors: NAMES.map((name) => ({ name, key: addressOf(name) })),
    beacon: { source: "announced", round: 7, value: BEACON, iterationsExp: BEACON_EXP },
  };
}

export interface CeremonyProject {
  readonly project: Project;
  readonly config: CircomConfig;
  readonly ptau: string;
  readonly r1cs: string;
  /** Path of a key by name. Made: bare (no contribution), ana, ben, cleo (one after the other), good. */
  key(name: string): string;
  evidence(transcript: CeremonyTranscript): CeremonyEvidence;
}

export async function createCeremonyProject(): Promise<CeremonyProject> {
  const project = await createBuiltProject();
  const key = (name: string) => project.path(`${name}.zkey`);
  made ??= makeKeys(project);
  for (const [name, content] of Object.entries(await made)) await writeFile(project.path(name), content);
  const ptau = project.path("final.ptau");
  const blake2b = createHash("blake2b512")
    .update(await readFile(ptau))
    .digest("hex");
  const config = project.configure({
    production: { ptau: "final.ptau", blake2b, ceremonies: { [CEREMONY]: ceremonyConfig() } },
  });
  const r1cs = project.path("build/circuits/product/product.r1cs");
  const evidence = (transcript: CeremonyTranscript): CeremonyEvidence => ({
    name: CEREMONY,
    pin: config.production!.ceremonies.get(CEREMONY)!,
    powersOfTau: blake2b,
    transcript,
  });
  return { project, config, ptau, r1cs, key, evidence };
}

let made: Promise<Record<string, Buffer>> | undefined;

/** Powers of tau and the keys of a ceremony, once for all files of a run. */
async function makeKeys(project: Project): Promise<Record<string, Buffer>> {
  const { powersOfTau, zKey, curves } = await snarkjs();
  const path = (name: string) => project.path(name);
  await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 4, path("0.ptau"));
  await powersOfTau.contribute(path("0.ptau"), path("1.ptau"), "someone", "entropy");
  await powersOfTau.preparePhase2(path("1.ptau"), path("final.ptau"));
  await zKey.newZKey(path("build/circuits/product/product.r1cs"), path("final.ptau"), path("bare.zkey"));
  await zKey.contribute(path("bare.zkey"), path("ana.zkey"), "Ana", "entropy of Ana");
  await zKey.contribute(path("ana.zkey"), path("ben.zkey"), "Ben", "entropy of Ben");
  await zKey.contribute(path("ben.zkey"), path("cleo.zkey"), "Cleo", "entropy of Cleo");
  await zKey.beacon(path("cleo.zkey"), path("good.zkey"), BEACON_NAME, BEACON, BEACON_EXP);
  const names = [
    "0.ptau",
    "final.ptau",
    ...["bare", "ana", "ben", "cleo", "good"].map((name) => `${name}.zkey`),
  ];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(path(name))])));
}

/** The transcript of a key, with everything that its contributors would sign signed: as if they all took part. */
export function transcriptOf(
  file: Buffer,
  config: CircomConfig,
  changes: { signer?: (name: string) => Uint8Array; attested?: number } = {},
): CeremonyTranscript {
  const { signer = privateKeyOf } = changes;
  const { circuitHash, contributions } = parseZkey(file);
  const { blake2b, ceremonies } = config.production!;
  const { source, round, iterationsExp, value } = ceremonies.get(CEREMONY)!.beacon;
  const sha256 = (content: Uint8Array | string) => createHash("sha256").update(content).digest("hex");
  const transcript = {
    schema: 1 as const,
    ceremony: CEREMONY,
    powersOfTau: blake2b,
    beacon: { source, round, iterationsExp, value: value! },
    instances: [
      {
        name: "product",
        version: 1,
        r1cs: sha256("r1cs"),
        circuit: Buffer.from(circuitHash).toString("hex"),
        keys: [...contributions.map(({ hash }) => sha256(hash)), sha256(file)],
        contributions: contributions.map(({ hash }) => hash),
      },
    ],
  };
  const people = contributions.slice(0, changes.attested ?? Math.max(contributions.length - 1, 0));
  const attestations = people.map(({ name }, i) => {
    const statement = statementOf(transcript, name!, i);
    return { contributor: name!, statement, signature: signEthereum(statement, signer(name!)) };
  });
  return { ...transcript, attestations };
}

export type Sections = [type: number, content: Buffer][];

export function cut(file: Buffer): Sections {
  const sections: Sections = [];
  for (let at = 12; at < file.length; ) {
    const size = Number(file.readBigUInt64LE(at + 4));
    sections.push([file.readUInt32LE(at), Buffer.from(file.subarray(at + 12, at + 12 + size))]);
    at += 12 + size;
  }
  return sections;
}

export function join(sections: Sections): Buffer {
  const head = Buffer.from("zkey\x01\0\0\0\0\0\0\0", "latin1");
  head.writeUInt32LE(sections.length, 8);
  const parts = sections.flatMap(([type, content]) => {
    const start = Buffer.alloc(12);
    start.writeUInt32LE(type, 0);
    start.writeBigUInt64LE(BigInt(content.length), 4);
    return [start, content];
  });
  return Buffer.concat([head, ...parts]);
}

export interface ForgedContribution {
  readonly scalar: bigint;
  readonly name?: string;
  /** 0 contribution, 1 beacon. */
  readonly type?: number;
  readonly beacon?: { value: string; iterationsExp: number };
}

/**
 * A contribution by hand, with a chosen scalar: everything as snarkjs makes it, so that `zkey verify` accepts the
 * result. What an attacker would do.
 */
export function contributeByHand(
  file: Buffer,
  { scalar, name, type = 0, beacon }: ForgedContribution,
): Buffer {
  const key = parseZkey(file);
  const sections = new Map(cut(file));
  const k = mod(scalar);
  const s = G1.BASE.multiply(mod(BigInt(`0x${createHash("sha256").update(`${scalar}`).digest("hex")}`)));
  const [sBytes, sxBytes] = [bytesOfG1(s), bytesOfG1(s.multiply(k))];
  const transcript = transcriptHash(key.circuitHash, key.contributions, sBytes, sxBytes);
  const spx = bytesOfG2(pointForTranscript(transcript).multiply(k));
  const delta1 = bytesOfG1(readG1(key.delta1).multiply(k));
  const delta2 = bytesOfG2(readG2(key.delta2).multiply(k));
  sections.get(2)!.set(Buffer.concat([delta1, delta2]), 84 + 384);
  const scale = inverse(k);
  for (const section of [8, 9]) {
    const content = sections.get(section)!;
    for (let at = 0; at < content.length; at += 64) {
      const point = readG1(content, at);
      if (!point.is0()) content.set(bytesOfG1(point.multiply(scale)), at);
    }
  }
  const list = sections.get(10)!;
  const count = Buffer.alloc(4);
  count.writeUInt32LE(key.contributions.length + 1);
  const parameters: number[] = [];
  if (name !== undefined) parameters.push(1, Buffer.byteLength(name), ...Buffer.from(name));
  if (beacon !== undefined) {
    parameters.push(2, beacon.iterationsExp, 3, beacon.value.length / 2, ...Buffer.from(beacon.value, "hex"));
  }
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(type, 0);
  numbers.writeUInt32LE(parameters.length, 4);
  sections.set(
    10,
    Buffer.concat([
      list.subarray(0, 64),
      count,
      list.subarray(68),
      delta1,
      sBytes,
      sxBytes,
      spx,
      transcript,
      numbers,
      Buffer.from(parameters),
    ]),
  );
  return join([...sections].sort(([a], [b]) => a - b));
}

/** With the pinned beacon at the end, by snarkjs. */
export async function withBeacon(project: Project, file: Buffer, name = BEACON_NAME): Promise<Buffer> {
  const { zKey } = await snarkjs();
  const [from, to] = [project.path("before-beacon.zkey"), project.path("after-beacon.zkey")];
  await writeFile(from, file);
  await zKey.beacon(from, to, name, BEACON, BEACON_EXP);
  return readFile(to);
}
