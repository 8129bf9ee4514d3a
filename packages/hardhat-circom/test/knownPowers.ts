// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { bytesOfG1, bytesOfG2, G1, G2, hashedG1, hashedG2 } from "../src/internal/ceremony/curve.ts";
import { pointForTranscript } from "../src/internal/ceremony/publicRandomness.ts";
import { mod, Q, writeScalar } from "../src/internal/field.ts";
import { PointPool } from "../src/internal/keys/pointPool.ts";
import { lagrange } from "../src/internal/keys/qapScalars.ts";
import { loadCurveModule } from "../src/internal/vendor.ts";

/**
 * Writes prepared powers of tau whose secrets are known, for rehearsals: `snarkjs powersoftau prepare phase2` takes
 * minutes for 2^12 already. With one contribution that `powersoftau verify` accepts; as a file that was cut from a
 * larger one, since the hash over all of it is then not looked at.
 */
export async function writeKnownPowers(path: string, power: number): Promise<void> {
  const [tau, alpha, beta] = ["tau", "alpha", "beta"].map((name) =>
    mod(BigInt(`0x${createHash("sha512").update(`rehearsal/${name}`).digest("hex")}`)),
  ) as [bigint, bigint, bigint];
  const n = 2 ** power;
  const powers: bigint[] = [1n];
  while (powers.length < 2 * n - 1) powers.push(mod(powers.at(-1)! * tau));
  const first = powers.slice(0, n);
  const levels = Array.from({ length: power + 1 }, (_, k) => lagrange(tau, k, 0, 1, 2 ** k)).flat();
  const times = (factor: bigint, scalars: readonly bigint[]) => scalars.map((scalar) => mod(factor * scalar));
  const sections: [type: number, group: "G1" | "G2", scalars: readonly bigint[]][] = [
    [2, "G1", powers],
    [3, "G2", first],
    [4, "G1", times(alpha, first)],
    [5, "G1", times(beta, first)],
    [6, "G2", [beta]],
    [12, "G1", [...levels, ...lagrange(tau, power + 1, 0, 1, 2 * n)]],
    [13, "G2", levels],
    [14, "G1", times(alpha, levels)],
    [15, "G1", times(beta, levels)],
  ];
  const count = (group: "G1" | "G2") =>
    sections.reduce((sum, [, of, scalars]) => sum + (of === group ? scalars.length : 0), 0);
  const pool = new PointPool(await loadCurveModule(), { G1: count("G1"), G2: count("G2") });
  const file = await open(path, "w");
  const write = async (type: number, content: Uint8Array) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(type, 0);
    head.writeBigUInt64LE(BigInt(content.length), 4);
    await file.writeFile(head);
    await file.writeFile(content);
  };
  try {
    await file.writeFile(Buffer.concat([Buffer.from("ptau"), uint32(1), uint32(sections.length + 2)]));
    const q = Buffer.alloc(32);
    writeScalar(new DataView(q.buffer, q.byteOffset), 0, Q);
    await write(1, Buffer.concat([uint32(32), q, uint32(power), uint32(power + 1)]));
    for (const [type, group, scalars] of sections) {
      const packed = new SharedArrayBuffer(scalars.length * 32);
      scalars.forEach((scalar, i) => {
        writeScalar(new DataView(packed), i * 32, scalar);
      });
      await write(type, new Uint8Array(await pool.multiply(group, packed, () => undefined)));
    }
    await write(7, contribution(power + 1, { tau, alpha, beta }));
  } finally {
    await file.close();
    await pool.close();
  }
}

type Secrets = Readonly<Record<"tau" | "alpha" | "beta", bigint>>;

function contribution(ceremonyPower: number, secrets: Secrets): Buffer {
  const { tau, alpha, beta } = secrets;
  const challenge = firstChallenge(ceremonyPower);
  const names = ["tau", "alpha", "beta"] as const;
  const s = bytesOfG1(G1.BASE.multiply(7n));
  const keys = names.map((name, personalization) => {
    const sx = bytesOfG1(G1.BASE.multiply(mod(7n * secrets[name])));
    const hash = createHash("blake2b512")
      .update(Buffer.from([personalization]))
      .update(challenge);
    const sp = pointForTranscript(hash.update(hashedG1(s)).update(hashedG1(sx)).digest());
    return { sx, spx: bytesOfG2(sp.multiply(secrets[name])) };
  });
  return Buffer.concat([
    uint32(1),
    bytesOfG1(G1.BASE.multiply(tau)),
    bytesOfG2(G2.BASE.multiply(tau)),
    bytesOfG1(G1.BASE.multiply(alpha)),
    bytesOfG1(G1.BASE.multiply(beta)),
    bytesOfG2(G2.BASE.multiply(beta)),
    ...keys.flatMap(({ sx }) => [s, sx]),
    ...keys.map(({ spx }) => spx),
    Buffer.alloc(216 + 64),
    uint32(0),
    uint32(0),
  ]);
}

/** The hash of powers in which all secrets are 1. */
function firstChallenge(power: number): Buffer {
  const hash = createHash("blake2b512").update(createHash("blake2b512").digest());
  const g1 = hashedG1(bytesOfG1(G1.BASE));
  const g2 = hashedG2(bytesOfG2(G2.BASE));
  const repeat = (point: Buffer, count: number) => {
    for (let i = 0; i < count; i++) hash.update(point);
  };
  repeat(g1, 2 ** (power + 1) - 1);
  repeat(g2, 2 ** power);
  repeat(g1, 2 ** (power + 1));
  return hash.update(g2).digest();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
