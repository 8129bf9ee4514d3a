// SPDX-License-Identifier: GPL-3.0-or-later
import { sharedScalars } from "./internal/keys/developmentScalars.ts";
import type { VerificationKey } from "./types.ts";
import { verificationKeyWords } from "./verificationKeyHash.ts";

/**
 * Whether a verification key rests on the fixed public scalars, by recomputing their points; labels play no part.
 * One point is enough: a key that shares alpha, beta, gamma or delta with the development keys, in whichever place,
 * is refused, since part of its trapdoor is public.
 *
 * @throws RangeError if it is not a BN254 Groth16 key
 */
export async function isDevelopmentKey(key: VerificationKey): Promise<boolean> {
  const words = verificationKeyWords(key);
  const { g1, g2 } = await developmentPoints();
  const point = (from: number, length: number) => words.slice(from, from + length).join();
  return g1.has(point(0, 2)) || [2, 6, 10].some((from) => g2.has(point(from, 4)));
}

let points: Promise<{ readonly g1: ReadonlySet<string>; readonly g2: ReadonlySet<string> }> | undefined;

async function developmentPoints() {
  points ??= import("@noble/curves/bn254.js").then(({ bn254 }) => {
    const scalars = Object.values(sharedScalars());
    return {
      g1: new Set(
        scalars.map((scalar) => {
          const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
          return [x, y].join();
        }),
      ),
      g2: new Set(
        scalars.map((scalar) => {
          const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
          return [x.c1, x.c0, y.c1, y.c0].join();
        }),
      ),
    };
  });
  return points;
}
