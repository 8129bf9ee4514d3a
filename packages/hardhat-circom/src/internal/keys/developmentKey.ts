// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { Q, R, writeScalar } from "../field.ts";
import { domainPower, parseR1cs } from "../r1cs.ts";
import { loadCurveModule } from "../vendor.ts";
import { DEVELOPMENT_ORIGIN, developmentScalars } from "./developmentScalars.ts";
import { PointPool } from "./pointPool.ts";
import { quotientScalars, wireScalars } from "./qapScalars.ts";

export interface DevelopmentKeyOptions {
  /** Worker threads; default: all cores. */
  threads?: number;
  /** Called with the share done, 0 … 1. */
  onProgress?: (share: number) => void;
}

/**
 * Computes the Groth16 key of a circuit directly from public scalars (`developmentScalars`) and writes it in snarkjs's zkey
 * format. Deterministic. **Anyone can forge proofs under such a key**: it is for development and tests.
 *
 * @param r1csFile compiled circuit
 * @param zkeyFile written whole; put it next to its final place and rename it
 * @throws RangeError for a file that is not an r1cs over BN254
 * @see Groth, "On the Size of Pairing-based Non-interactive Arguments", EUROCRYPT 2016
 */
export async function writeDevelopmentKey(
  r1csFile: string,
  zkeyFile: string,
  options: DevelopmentKeyOptions = {},
): Promise<void> {
  const bytes = await readFile(r1csFile);
  const r1cs = parseR1cs(bytes);
  const scalars = developmentScalars(bytes);
  const domain = domainPower(r1cs);
  const domainSize = 2 ** domain;
  const g1 = domainSize + 3 * r1cs.nWires + 3;
  const g2 = r1cs.nWires + 3;
  // A point in G2 takes about three times as long.
  const total = g1 + 3 * g2;
  let done = 0;
  const count = (weight: number) => (points: number) => {
    done += points * weight;
    options.onProgress?.(done / total);
  };

  const pool = new PointPool(await loadCurveModule(), { G1: g1, G2: g2 }, options.threads);
  try {
    // Feed the workers as soon as a section's scalars are known; the sums over the constraints take longest.
    const h = pool.multiply("G1", quotientScalars(domain, scalars), count(1));
    h.catch(() => undefined);
    const wires = wireScalars(r1cs, domain, scalars);
    const { alpha, beta, gamma, delta } = scalars;
    const [headerG1, headerG2, b2, a, b1, ic, c, hPoints] = await Promise.all([
      pool.multiply("G1", packScalars([alpha, beta, delta]), count(1)),
      pool.multiply("G2", packScalars([beta, gamma, delta]), count(3)),
      pool.multiply("G2", wires.b, count(3)),
      pool.multiply("G1", wires.a, count(1)),
      pool.multiply("G1", wires.b, count(1)),
      pool.multiply("G1", wires.ic, count(1)),
      pool.multiply("G1", wires.c, count(1)),
      h,
    ]);
    const sections: [number, Uint8Array[]][] = [
      [1, [uint32(1)]], // Groth16
      [2, [header(r1cs.nWires, r1cs.nPublic, domainSize), ...headerPoints(headerG1, headerG2)]],
      [4, [wires.coefficients]],
      [3, [new Uint8Array(ic)]],
      [9, [new Uint8Array(hPoints)]],
      [8, [new Uint8Array(c)]],
      [5, [new Uint8Array(a)]],
      [6, [new Uint8Array(b1)]],
      [7, [new Uint8Array(b2)]],
    ];
    // Where snarkjs keeps the hash of the circuit and its powers of tau. Here: of the scalars' name and all above.
    const hash = createHash("blake2b512").update(`${DEVELOPMENT_ORIGIN}\n`);
    for (const [, parts] of sections) for (const part of parts) hash.update(part);
    sections.push([10, [hash.digest(), uint32(0)]]); // no contributions

    const file = await open(zkeyFile, "w");
    try {
      await file.writeFile(concat([new TextEncoder().encode("zkey"), uint32(1), uint32(sections.length)]));
      for (const [type, parts] of sections) {
        const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
        await file.writeFile(concat([uint32(type), uint64(size)]));
        for (const part of parts) await file.writeFile(part);
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await pool.close();
  }
}

function packScalars(values: readonly bigint[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(values.length * 32);
  values.forEach((value, i) => {
    writeScalar(new DataView(buffer), i * 32, value);
  });
  return buffer;
}

function header(nWires: number, nPublic: number, domainSize: number): Uint8Array {
  const bytes = new Uint8Array(84);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 32, true);
  writeScalar(view, 4, Q);
  view.setUint32(36, 32, true);
  writeScalar(view, 40, R);
  view.setUint32(72, nWires, true);
  view.setUint32(76, nPublic, true);
  view.setUint32(80, domainSize, true);
  return bytes;
}

/** alpha1, beta1, beta2, gamma2, delta1, delta2. */
function headerPoints(g1: SharedArrayBuffer, g2: SharedArrayBuffer): Uint8Array[] {
  return [
    new Uint8Array(g1, 0, 128),
    new Uint8Array(g2, 0, 256),
    new Uint8Array(g1, 128, 64),
    new Uint8Array(g2, 256, 128),
  ];
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
