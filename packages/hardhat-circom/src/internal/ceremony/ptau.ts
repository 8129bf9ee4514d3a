// SPDX-License-Identifier: GPL-3.0-or-later
import { type FileHandle, open } from "node:fs/promises";
import { Q } from "../field.ts";
import { G1_BYTES, G2_BYTES, type PointG1, readBytes, readG1 } from "./curve.ts";

/** A powers of tau file, as far as keys need it. */
export interface PowersOfTau {
  /** The file has tau^0 … tau^(2^(power+1) - 2) in G1. */
  readonly power: number;
  /** Bytes of the points of a section, from the first. Sections: 2 tau G1, 3 tau G2, 4 alpha·tau G1, 5 beta·tau G1, 6 beta G2. */
  points(section: 2 | 3 | 4 | 5 | 6, count: number): Promise<Uint8Array>;
  /** What was contributed, in order. */
  contributions(): Promise<PowersContribution[]>;
  close(): Promise<void>;
}

export interface PowersContribution {
  /** tau, alpha and beta times the generator after it. */
  readonly tau: PointG1;
  readonly alpha: PointG1;
  readonly beta: PointG1;
  readonly type: number;
  readonly beacon?: { readonly value: string; readonly iterationsExp: number };
}

const MAGIC = 0x75617470; // "ptau", little endian
const PUBLIC_KEY_BYTES = 6 * G1_BYTES + 3 * G2_BYTES;

/** @throws RangeError if it is not a powers of tau file over BN254 */
export async function openPowersOfTau(path: string): Promise<PowersOfTau> {
  const file = await open(path, "r");
  try {
    const sections = await readSections(file);
    const section = (type: number) => {
      const found = sections.get(type);
      if (found === undefined) throw new RangeError(`the powers of tau have no section ${type}`);
      return found;
    };
    const header = await readExactly(file, section(1).at, section(1).size);
    if (header.length !== 44 || header.readUInt32LE(0) !== 32 || readBytes(header, 4) !== Q) {
      throw new RangeError("the powers of tau are over another curve than BN254");
    }
    return {
      power: header.readUInt32LE(36),
      points: async (type, count) => {
        const { at, size } = section(type);
        const bytes = count * (type === 3 || type === 6 ? G2_BYTES : G1_BYTES);
        if (bytes > size) {
          throw new RangeError(`section ${type} of the powers of tau has ${size} bytes, ${bytes} are needed`);
        }
        return readExactly(file, at, bytes);
      },
      contributions: async () => readContributions(await readExactly(file, section(7).at, section(7).size)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readContributions(bytes: Buffer): PowersContribution[] {
  let at = 0;
  const take = (size: number) => {
    if (at + size > bytes.length) throw new RangeError("the powers' list of contributions is cut short");
    at += size;
    return bytes.subarray(at - size, at);
  };
  const count = take(4).readUInt32LE(0);
  return Array.from({ length: count }, () => {
    const tau = readG1(take(G1_BYTES));
    take(G2_BYTES);
    const alpha = readG1(take(G1_BYTES));
    const beta = readG1(take(G1_BYTES));
    take(G2_BYTES + PUBLIC_KEY_BYTES + 216 + 64);
    const type = take(4).readUInt32LE(0);
    const beacon = readBeacon(take(take(4).readUInt32LE(0)));
    return beacon === undefined ? { tau, alpha, beta, type } : { tau, alpha, beta, type, beacon };
  });
}

function readBeacon(parameters: Buffer): PowersContribution["beacon"] {
  let iterationsExp: number | undefined;
  let value: string | undefined;
  for (let at = 0; at + 1 < parameters.length; ) {
    const kind = parameters[at];
    const next = parameters[at + 1]!;
    at += 2;
    if (kind === 2) {
      iterationsExp = next;
      continue;
    }
    if (kind === 3) value = parameters.subarray(at, at + next).toString("hex");
    at += next;
  }
  return value === undefined || iterationsExp === undefined ? undefined : { value, iterationsExp };
}

async function readSections(file: FileHandle): Promise<Map<number, { at: number; size: number }>> {
  const start = await readExactly(file, 0, 12);
  if (start.readUInt32LE(0) !== MAGIC) throw new RangeError("it is not a powers of tau file");
  const sections = new Map<number, { at: number; size: number }>();
  let at = 12;
  for (let i = 0; i < start.readUInt32LE(8); i++) {
    const head = await readExactly(file, at, 12);
    const type = head.readUInt32LE(0);
    const size = Number(head.readBigUInt64LE(4));
    if (sections.has(type)) throw new RangeError(`the powers of tau have section ${type} twice`);
    sections.set(type, { at: at + 12, size });
    at += 12 + size;
  }
  return sections;
}

async function readExactly(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, at);
  if (bytesRead !== size) throw new RangeError("the powers of tau file is cut short");
  return buffer;
}
