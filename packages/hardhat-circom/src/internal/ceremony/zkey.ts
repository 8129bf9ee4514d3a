// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { Q, R } from "../field.ts";
import { G1_BYTES, G2_BYTES, hashedG1, hashedG2, readBytes } from "./curve.ts";

/** One contribution as it is in section 10. Neither type nor name is evidence: no hash covers them. */
export interface Contribution {
  readonly deltaAfter: Uint8Array;
  readonly s: Uint8Array;
  readonly sx: Uint8Array;
  readonly spx: Uint8Array;
  readonly transcript: Uint8Array;
  readonly type: "contribution" | "beacon";
  readonly name: string | null;
  readonly beacon?: { readonly value: string; readonly iterationsExp: number };
  /** BLAKE2b-512 over the points and the transcript, as snarkjs prints it; hex. */
  readonly hash: string;
}

/** A Groth16 zkey over BN254, cut into its parts. Points are the file's bytes. */
export interface Zkey {
  readonly nWires: number;
  readonly nPublic: number;
  readonly domainSize: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  readonly ic: Uint8Array;
  readonly coefficients: Uint8Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
  /** Section 8, which snarkjs calls C or L. */
  readonly l: Uint8Array;
  readonly h: Uint8Array;
  /** BLAKE2b-512 of the circuit under its powers of tau. */
  readonly circuitHash: Uint8Array;
  readonly contributions: readonly Contribution[];
}

const MAGIC = 0x79656b7a; // "zkey", little endian
/** The order in which `groth16 setup` writes sections, and in which every contribution writes them. */
const INITIAL_ORDER = [1, 2, 4, 3, 9, 8, 5, 6, 7, 10];
const CONTRIBUTED_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const HEADER_BYTES = 84 + 3 * G1_BYTES + 3 * G2_BYTES;

/**
 * Reads a zkey strictly: one key has one file. Exactly the ten sections, once each, in the order in which snarkjs
 * writes them, with exactly the bytes that the header promises, every coordinate below its prime, nothing after.
 *
 * @throws RangeError that says what is not canonical
 */
export function parseZkey(file: Uint8Array): Zkey {
  const { sections, order } = cut(file);
  const section = (type: number) => sections.get(type)!;
  const protocol = section(1);
  if (protocol.length !== 4 || view(protocol).getUint32(0, true) !== 1)
    throw new RangeError("it is not a Groth16 key");
  const header = section(2);
  if (header.length !== HEADER_BYTES) {
    throw new RangeError(`its header has ${header.length} bytes, expected ${HEADER_BYTES}`);
  }
  const numbers = view(header);
  const overBn254 =
    numbers.getUint32(0, true) === 32 &&
    readBytes(header, 4) === Q &&
    numbers.getUint32(36, true) === 32 &&
    readBytes(header, 40) === R;
  if (!overBn254) throw new RangeError("it is over another curve than BN254");
  const nWires = numbers.getUint32(72, true);
  const nPublic = numbers.getUint32(76, true);
  const domainSize = numbers.getUint32(80, true);
  if (nPublic + 1 > nWires || domainSize < 2 || (domainSize & (domainSize - 1)) !== 0) {
    throw new RangeError(`its header has ${nWires} wires, ${nPublic} public and a domain of ${domainSize}`);
  }
  const expectSize = (type: number, size: number) => {
    const { length } = section(type);
    if (length !== size) throw new RangeError(`section ${type} has ${length} bytes, expected ${size}`);
  };
  expectSize(3, (nPublic + 1) * G1_BYTES);
  expectSize(5, nWires * G1_BYTES);
  expectSize(6, nWires * G1_BYTES);
  expectSize(7, nWires * G2_BYTES);
  expectSize(8, (nWires - nPublic - 1) * G1_BYTES);
  expectSize(9, domainSize * G1_BYTES);
  if (section(4).length < 4) throw new RangeError("section 4 is cut short");
  expectSize(4, 4 + view(section(4)).getUint32(0, true) * 44);
  for (const type of [3, 5, 6, 7, 8, 9]) expectCoordinates(type, section(type));
  expectCoordinates(2, header.subarray(84));

  const points = header.subarray(84);
  const list = readContributions(section(10));
  const expected = list.contributions.length === 0 ? INITIAL_ORDER : CONTRIBUTED_ORDER;
  if (order.join() !== expected.join()) {
    throw new RangeError(`its sections are in the order ${order.join(" ")}, expected ${expected.join(" ")}`);
  }
  return {
    nWires,
    nPublic,
    domainSize,
    alpha1: points.subarray(0, 64),
    beta1: points.subarray(64, 128),
    beta2: points.subarray(128, 256),
    gamma2: points.subarray(256, 384),
    delta1: points.subarray(384, 448),
    delta2: points.subarray(448, 576),
    ic: section(3),
    coefficients: section(4),
    a: section(5),
    b1: section(6),
    b2: section(7),
    l: section(8),
    h: section(9),
    ...list,
  };
}

function cut(file: Uint8Array): { sections: Map<number, Uint8Array>; order: number[] } {
  const numbers = view(file);
  if (file.length < 12 || numbers.getUint32(0, true) !== MAGIC) throw new RangeError("it is not a zkey file");
  const version = numbers.getUint32(4, true);
  if (version !== 1) throw new RangeError(`it has format version ${version}, expected 1`);
  const count = numbers.getUint32(8, true);
  const sections = new Map<number, Uint8Array>();
  let at = 12;
  for (let i = 0; i < count; i++) {
    if (at + 12 > file.length) throw new RangeError("it is cut short");
    const type = numbers.getUint32(at, true);
    const size = Number(numbers.getBigUint64(at + 4, true));
    at += 12;
    if (!CONTRIBUTED_ORDER.includes(type)) throw new RangeError(`it has the unknown section ${type}`);
    if (sections.has(type)) throw new RangeError(`it has section ${type} twice`);
    if (at + size > file.length) throw new RangeError(`section ${type} is cut short`);
    sections.set(type, file.subarray(at, at + size));
    at += size;
  }
  const missing = CONTRIBUTED_ORDER.find((type) => !sections.has(type));
  if (missing !== undefined) throw new RangeError(`it has no section ${missing}`);
  if (at !== file.length) throw new RangeError(`${file.length - at} bytes follow its last section`);
  return { sections, order: [...sections.keys()] };
}

function readContributions(bytes: Uint8Array): Pick<Zkey, "circuitHash" | "contributions"> {
  let at = 0;
  const take = (size: number) => {
    if (at + size > bytes.length) throw new RangeError("its list of contributions is cut short");
    at += size;
    return bytes.subarray(at - size, at);
  };
  const takeNumber = () => view(take(4)).getUint32(0, true);
  const circuitHash = take(64);
  const count = takeNumber();
  const contributions: Contribution[] = [];
  for (let i = 0; i < count; i++) {
    const [deltaAfter, s, sx, spx, transcript] = [take(64), take(64), take(64), take(128), take(64)];
    for (const point of [deltaAfter, s, sx, spx]) expectCoordinates(10, point);
    const number = takeNumber();
    if (number > 1) throw new RangeError(`contribution ${i + 1} has the unknown type ${number}`);
    const type = number === 1 ? "beacon" : "contribution";
    const { name, ...beacon } = readParameters(take(takeNumber()), i + 1);
    if ((type === "beacon") !== (beacon.beacon !== undefined)) {
      throw new RangeError(
        type === "beacon"
          ? `contribution ${i + 1} is a beacon without value or iterations`
          : `contribution ${i + 1} carries a beacon's value but not its type`,
      );
    }
    const hash = createHash("blake2b512").update(publicKeyBytes({ deltaAfter, s, sx, spx, transcript }));
    contributions.push({
      deltaAfter,
      s,
      sx,
      spx,
      transcript,
      type,
      name,
      ...beacon,
      hash: hash.digest("hex"),
    });
  }
  if (at !== bytes.length) throw new RangeError(`${bytes.length - at} bytes follow its last contribution`);
  return { circuitHash, contributions };
}

/** What transcripts hash of a contribution. */
export function publicKeyBytes(
  part: Pick<Contribution, "deltaAfter" | "s" | "sx" | "spx" | "transcript">,
): Buffer {
  return Buffer.concat([
    hashedG1(part.deltaAfter),
    hashedG1(part.s),
    hashedG1(part.sx),
    hashedG2(part.spx),
    part.transcript,
  ]);
}

/** 1: name; 2 and 3: iterations and value of a beacon. Ascending, each at most once. */
function readParameters(bytes: Uint8Array, number: number): Pick<Contribution, "name" | "beacon"> {
  let name: string | null = null;
  let iterationsExp: number | undefined;
  let value: string | undefined;
  let last = 0;
  let at = 0;
  const take = (size: number) => {
    if (at + size > bytes.length)
      throw new RangeError(`the parameters of contribution ${number} are cut short`);
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const kind = take(1)[0]!;
    if (kind <= last || kind > 3) {
      throw new RangeError(`contribution ${number} has the parameter ${kind} after ${last}`);
    }
    last = kind;
    if (kind === 2) {
      iterationsExp = take(1)[0]!;
      continue;
    }
    const content = Buffer.from(take(take(1)[0]!));
    if (kind === 3) value = content.toString("hex");
    else {
      name = content.toString("utf8");
      if (name === "" || !Buffer.from(name, "utf8").equals(content)) {
        throw new RangeError(`the name of contribution ${number} is empty or not UTF-8`);
      }
    }
  }
  if ((value === undefined) !== (iterationsExp === undefined)) {
    throw new RangeError(`contribution ${number} has half of a beacon's parameters`);
  }
  return value === undefined ? { name } : { name, beacon: { value, iterationsExp: iterationsExp! } };
}

/** Every 32 bytes are a number below q. Adding q to one would be another file with the same points. */
function expectCoordinates(type: number, bytes: Uint8Array): void {
  const words = view(bytes);
  const top = Q >> 192n;
  for (let at = 0; at < bytes.length; at += 32) {
    if (words.getBigUint64(at + 24, true) < top) continue;
    if (readBytes(bytes, at) >= Q) {
      throw new RangeError(`section ${type} has a coordinate that is not below the field's prime`);
    }
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
