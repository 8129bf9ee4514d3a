// SPDX-License-Identifier: GPL-3.0-or-later
import { keccak256 } from "ethers";
import { coder } from "./network.ts";

export interface ProofInputs {
  holder: bigint;
  anchorRoot: bigint;
  terms: bigint;
  scope: bigint;
}

export interface Proof {
  a: [bigint, bigint];
  b: [[bigint, bigint], [bigint, bigint]];
  c: [bigint, bigint];
}

/** What MockVerifier takes as a proof of exactly these inputs. */
export function mockProof(inputs: ProofInputs): Proof {
  const hash = keccak256(
    coder.encode(["uint256[4]"], [[inputs.holder, inputs.anchorRoot, inputs.terms, inputs.scope]]),
  );
  return {
    a: [BigInt(hash), 0n],
    b: [
      [0n, 0n],
      [0n, 0n],
    ],
    c: [0n, 0n],
  };
}
