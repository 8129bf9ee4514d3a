// SPDX-License-Identifier: GPL-3.0-or-later
//
// Circuits of a product on record, with their real verifiers. Their development keys have a known trapdoor, so a proof of any public
// inputs is made in a moment, true or not: what a contract refuses it refuses itself.
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type FamilyFields, proofCalldata } from "@vitalproof/sdk";
import { encodeBytes32String } from "ethers";
import type { CircuitRegistry } from "../../../types/ethers-contracts/index.js";
import { simulatedProof } from "../../support/simulatedProof.ts";
import { circuitId, proposal } from "./circuits.ts";
import type { Proof } from "./mockProof.ts";
import { ethers, time } from "./network.ts";
import { circuitKey, deployKey } from "./proofs.ts";
import { delay } from "./values.ts";

/** A family's name in 16 bytes, as the contract has it. */
export const familyOf = (name: string): string => encodeBytes32String(name).slice(0, 34);
export const idOf = (name: string): string => circuitId(name, 1n);

/** A proof that verifies for exactly these inputs. */
export function simulated(name: string, inputs: readonly bigint[]): Proof {
  const { trapdoor, points } = circuitKey(name);
  return proofCalldata(simulatedProof(trapdoor, points, inputs, 7n));
}

/**
 * Puts circuits on record, version 1 each.
 * @param verifiers contracts by the circuits' names
 */
export async function putOnRecord(
  { circuits, governor }: { readonly circuits: CircuitRegistry; readonly governor: HardhatEthersSigner },
  verifiers: Readonly<Record<string, string>>,
  fieldsOf: (circuit: string, inputs: number) => FamilyFields | undefined,
): Promise<void> {
  const proposals = await Promise.all(
    Object.entries(verifiers).map(async ([name, verifier]) => {
      const key = circuitKey(name);
      const { inputs, period, ...fields } = fieldsOf(name, key.points.length - 1)!;
      return proposal(await ethers.deployContract(verifier), {
        ...{ name, version: 1n, inputs: BigInt(inputs), period: BigInt(period), ...fields },
        verificationKey: await deployKey(key.bytes),
      });
    }),
  );
  for (const each of proposals) await circuits.connect(governor).propose(each);
  await time.increase(delay);
  for (const each of proposals) await circuits.add(each);
}
