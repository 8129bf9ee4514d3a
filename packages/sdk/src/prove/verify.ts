// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";
import { isFieldElement } from "../field.ts";
import type { Proof } from "./proof.ts";

/**
 * Verifies a Groth16 proof (Groth 2016, eprint 2016/260) here and now, with no worker and no WebAssembly, as strictly
 * as the chain does: points on their curves and in their groups, public inputs below r.
 *
 * @throws PROOF_MALFORMED for an invalid point or input, PROOF_INVALID when the pairing equation does not hold
 */
export function verifyProof(key: VerificationKey, publicInputs: readonly bigint[], proof: Proof): void {
  if (key.protocol !== "groth16" || key.curve !== "bn128" || key.IC.length !== key.nPublic + 1) {
    throw new VitalproofError("PROOF_MALFORMED", "The verification key is not one of Groth16 over bn128.");
  }
  if (publicInputs.length !== key.nPublic) {
    throw new VitalproofError(
      "PROOF_MALFORMED",
      `The key takes ${key.nPublic} public inputs, given are ${publicInputs.length}.`,
      { details: { wanted: key.nPublic, given: publicInputs.length } },
    );
  }
  publicInputs.forEach((value, i) => {
    if (!isFieldElement(value)) {
      throw new VitalproofError("PROOF_MALFORMED", `Public input ${i} is not a field element.`, {
        details: { input: i },
      });
    }
  });

  const { Fp12 } = bn254.fields;
  const a = g1("a", proof.a);
  const b = g2("b", proof.b);
  const c = g1("c", proof.c);
  const ic = key.IC.map((point, i) => g1(`IC[${i}]`, pair(point)));
  // Nothing here is a secret, so that no multiplication has to take the same time for every value.
  const inputs = publicInputs.reduce((sum, value, i) => sum.add(ic[i + 1]!.multiplyUnsafe(value)), ic[0]!);
  // e(-A, B) · e(alpha, beta) · e(inputs, gamma) · e(C, delta) = 1; points at infinity contribute nothing.
  const product = bn254.pairingBatch(
    [
      { g1: a.negate(), g2: b },
      { g1: g1("alpha", pair(key.vk_alpha_1)), g2: g2("beta", halves(key.vk_beta_2)) },
      { g1: inputs, g2: g2("gamma", halves(key.vk_gamma_2)) },
      { g1: c, g2: g2("delta", halves(key.vk_delta_2)) },
    ].filter((side) => !side.g1.is0() && !side.g2.is0()),
  );
  if (!Fp12.eql(product, Fp12.ONE)) {
    throw new VitalproofError("PROOF_INVALID", "The proof does not verify against these public inputs.", {
      hint: "Check that key, circuit and public inputs belong together.",
    });
  }
}

/** As `verifyProof`, for callers who want an answer instead of a reason. */
export function isValidProof(key: VerificationKey, publicInputs: readonly bigint[], proof: Proof): boolean {
  try {
    verifyProof(key, publicInputs, proof);
    return true;
  } catch (error) {
    if (error instanceof VitalproofError) return false;
    throw error;
  }
}

type G1 = InstanceType<typeof bn254.G1.Point>;
type G2 = InstanceType<typeof bn254.G2.Point>;

function g1(name: string, [x, y]: readonly [bigint, bigint]): G1 {
  try {
    const point = x === 0n && y === 0n ? bn254.G1.Point.ZERO : bn254.G1.Point.fromAffine({ x, y });
    if (!point.is0()) point.assertValidity();
    return point;
  } catch {
    throw notAPoint(name, "G1");
  }
}

function g2(name: string, [x, y]: readonly [readonly [bigint, bigint], readonly [bigint, bigint]]): G2 {
  try {
    const infinite = [...x, ...y].every((value) => value === 0n);
    const point = infinite
      ? bn254.G2.Point.ZERO
      : bn254.G2.Point.fromAffine({ x: { c0: x[0], c1: x[1] }, y: { c0: y[0], c1: y[1] } });
    if (!point.is0()) point.assertValidity();
    return point;
  } catch {
    throw notAPoint(name, "G2");
  }
}

function notAPoint(name: string, group: string): VitalproofError {
  return new VitalproofError("PROOF_MALFORMED", `${name} is not a point of ${group}.`, { details: { name } });
}

function pair(list: readonly string[]): [bigint, bigint] {
  return [BigInt(list[0] ?? "-1"), BigInt(list[1] ?? "-1")];
}

function halves(list: readonly (readonly string[])[]): [[bigint, bigint], [bigint, bigint]] {
  return [pair(list[0] ?? []), pair(list[1] ?? [])];
}
