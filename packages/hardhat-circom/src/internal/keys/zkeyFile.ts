// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { KeyContribution } from "../../types.ts";
import { Q } from "../field.ts";

/** What a Groth16 zkey says about its own making. */
export interface ZkeyProvenance {
  readonly nPublic: number;
  readonly domainSize: number;
  /** gamma and delta in G2 are the same point: anyone can forge proofs. */
  readonly deltaIsGamma: boolean;
  readonly contributions: readonly KeyContribution[];
  /** Contributions that changed delta and are not a beacon. */
  readonly realContributions: number;
}

const MAGIC = 0x79656b7a; // "zkey", little endian
/** Montgomery radix inverse: file coordinates times this are the plain ones. */
const RADIX_INVERSE = inverseInBaseField(1n << 256n);

/**
 * Reads header and contribution list of a zkey.
 * @throws RangeError if the file is not a well-formed Groth16 zkey over BN254
 */
export async function readProvenance(path: string): Promise<ZkeyProvenance> {
  const file = await open(path, "r");
  try {
    const sections = await readSections(file);
    const section = async (type: number) => {
      const found = sections.get(type);
      if (found === undefined) throw new RangeError(`zkey without section ${type}`);
      return readExactly(file, found.at, found.size);
    };
    const protocol = await section(1);
    if (protocol.length < 4 || protocol.readUInt32LE(0) !== 1) throw new RangeError("not a Groth16 zkey");
    const header = await section(2);
    if (header.length !== 84 + 64 * 3 + 128 * 3) throw new RangeError("zkey header of unexpected size");
    if (!header.subarray(4, 36).equals(littleEndian(Q)))
      throw new RangeError("zkey over another curve than BN254");
    const points = header.subarray(84);
    const gamma2 = points.subarray(256, 384);
    const delta2 = points.subarray(448, 576);
    return {
      nPublic: header.readUInt32LE(76),
      domainSize: header.readUInt32LE(80),
      deltaIsGamma: gamma2.equals(delta2),
      ...readContributions(await section(10)),
    };
  } finally {
    await file.close();
  }
}

function readContributions(bytes: Buffer): Pick<ZkeyProvenance, "contributions" | "realContributions"> {
  let at = 0;
  const take = (size: number) => {
    if (at + size > bytes.length) throw new RangeError("truncated list of contributions");
    at += size;
    return bytes.subarray(at - size, at);
  };
  take(64); // hash of the circuit and its powers of tau
  const count = take(4).readUInt32LE(0);
  const contributions: KeyContribution[] = [];
  let realContributions = 0;
  let before: Buffer | undefined;
  for (let i = 0; i < count; i++) {
    const deltaAfter = take(64);
    const s = take(64);
    const sx = take(64);
    const spx = take(128);
    const transcript = take(64);
    const type = take(4).readUInt32LE(0);
    const parameters = readParameters(take(take(4).readUInt32LE(0)));
    const hash = createHash("blake2b512");
    for (const point of [deltaAfter, s, sx, spx]) hash.update(uncompressed(point));
    hash.update(transcript);
    const common = { name: parameters.name ?? null, hash: hash.digest("hex") };
    if (type === 1) {
      const { beacon = "", iterationsExp = 0 } = parameters;
      contributions.push({ type: "beacon", ...common, beacon: { hash: beacon, iterationsExp } });
    } else {
      contributions.push({ type: "contribution", ...common });
      // A factor of 1 does not contribute: the key stays as forgeable as it was.
      const changed = !s.equals(sx) && (before === undefined || !before.equals(deltaAfter));
      if (type === 0 && changed) realContributions++;
    }
    before = deltaAfter;
  }
  return { contributions, realContributions };
}

function readParameters(bytes: Buffer): { name?: string; beacon?: string; iterationsExp?: number } {
  const result: { name?: string; beacon?: string; iterationsExp?: number } = {};
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at]!;
    const value = bytes[at + 1] ?? 0;
    at += 2;
    if (kind === 2) {
      result.iterationsExp = value;
      continue;
    }
    const content = bytes.subarray(at, at + value);
    at += value;
    if (kind === 1) result.name = content.toString("utf8");
    else if (kind === 3) result.beacon = content.toString("hex");
    else throw new RangeError(`contribution with the unknown parameter ${kind}`);
  }
  return result;
}

async function readSections(file: FileHandle): Promise<Map<number, { at: number; size: number }>> {
  const start = await readExactly(file, 0, 12);
  if (start.readUInt32LE(0) !== MAGIC) throw new RangeError("not a zkey file");
  const sections = new Map<number, { at: number; size: number }>();
  let at = 12;
  for (let i = 0; i < start.readUInt32LE(8); i++) {
    const head = await readExactly(file, at, 12);
    const type = head.readUInt32LE(0);
    const size = Number(head.readBigUInt64LE(4));
    if (sections.has(type)) throw new RangeError(`zkey with two sections ${type}`);
    sections.set(type, { at: at + 12, size });
    at += 12 + size;
  }
  if ((await file.stat()).size !== at) throw new RangeError("zkey file of unexpected length");
  return sections;
}

async function readExactly(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, at);
  if (bytesRead !== size) throw new RangeError("truncated zkey file");
  return buffer;
}

/** Big-endian plain coordinates, highest part first, as snarkjs hashes points. */
function uncompressed(point: Buffer): Buffer {
  const half = point.length / 2;
  const coordinates: Buffer[] = [];
  for (const from of [0, half]) {
    for (let at = from + half - 32; at >= from; at -= 32) {
      const montgomery = BigInt(
        `0x${Buffer.from(point.subarray(at, at + 32))
          .reverse()
          .toString("hex")}`,
      );
      coordinates.push(littleEndian((montgomery * RADIX_INVERSE) % Q).reverse());
    }
  }
  return Buffer.concat(coordinates);
}

function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

function inverseInBaseField(value: bigint): bigint {
  let result = 1n;
  let square = value % Q;
  for (let e = Q - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % Q;
    square = (square * square) % Q;
  }
  return result;
}
