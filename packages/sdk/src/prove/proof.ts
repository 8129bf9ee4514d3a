// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

/** A Groth16 proof over BN254, coordinates as numbers; `b` as snarkjs writes it: real part first. */
export type Proof = {
  a: readonly [bigint, bigint];
  b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  c: readonly [bigint, bigint];
};

/** A proof as the verifier contracts take it: the two halves of each coordinate of `b` swapped. */
export type ProofCalldata = {
  a: [bigint, bigint];
  b: [[bigint, bigint], [bigint, bigint]];
  c: [bigint, bigint];
};

/** The form in which snarkjs gives and takes proofs. */
export type SnarkjsProof = {
  protocol: string;
  curve: string;
  pi_a: readonly string[];
  pi_b: readonly (readonly string[])[];
  pi_c: readonly string[];
};

/** @throws PROOF_MALFORMED for anything that snarkjs would not have written */
export function proofFromSnarkjs(proof: SnarkjsProof): Proof {
  const at = (list: readonly string[] | undefined, i: number): bigint => {
    const text = list?.[i];
    if (typeof text !== "string" || !/^\d{1,78}$/.test(text)) {
      throw new VitalproofError("PROOF_MALFORMED", "The proof is not in the form that snarkjs writes.");
    }
    return BigInt(text);
  };
  return {
    a: [at(proof.pi_a, 0), at(proof.pi_a, 1)],
    b: [
      [at(proof.pi_b?.[0], 0), at(proof.pi_b?.[0], 1)],
      [at(proof.pi_b?.[1], 0), at(proof.pi_b?.[1], 1)],
    ],
    c: [at(proof.pi_c, 0), at(proof.pi_c, 1)],
  };
}

export function proofToSnarkjs(proof: Proof): SnarkjsProof {
  const point = ([x, y]: readonly [bigint, bigint]): string[] => [x.toString(), y.toString(), "1"];
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: point(proof.a),
    pi_b: [...proof.b.map((pair) => pair.map(String)), ["1", "0"]],
    pi_c: point(proof.c),
  };
}

export function proofCalldata(proof: Proof): ProofCalldata {
  const [[x0, x1], [y0, y1]] = proof.b;
  return {
    a: [...proof.a],
    b: [
      [x1, x0],
      [y1, y0],
    ],
    c: [...proof.c],
  };
}

/** The inverse of `proofCalldata`. */
export function proofFromCalldata({ a, b, c }: ProofCalldata): Proof {
  const [[x1, x0], [y1, y0]] = b;
  return {
    a: [...a],
    b: [
      [x0, x1],
      [y0, y1],
    ],
    c: [...c],
  };
}
