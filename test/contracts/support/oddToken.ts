// SPDX-License-Identifier: GPL-3.0-or-later
import type { TestToken } from "../../../types/ethers-contracts/index.js";
import { ethers, load } from "./network.ts";
import { benefit, holder, root } from "./values.ts";
import { deployWorld } from "./world.ts";

export const sum = benefit * 3n;

/** A program in an odd token, funded, with two credited policies: one of the controller, one of `other`. */
export async function withToken(name: string, args: unknown[] = []) {
  const world = await load(deployWorld);
  const { custody, insurer, controller, other, createProgram, issue, grant, anchorPeriod, claim } = world;
  const odd = (await ethers.deployContract(name, args)) as unknown as TestToken;
  const program = await createProgram({ token: await odd.getAddress() });
  await odd.mint(insurer.address, sum * 2n);
  await odd.connect(insurer).approve(custody, sum);
  const escrow = await world.escrowOf(program);
  return {
    ...world,
    odd,
    program,
    fundOdd: async () => custody.connect(insurer).fund(escrow, sum),
    credit: async () => {
      const firstEpoch = await world.nextEpoch();
      const one = await issue({ program, periods: 1n, firstEpoch });
      const two = await issue({
        program,
        periods: 1n,
        firstEpoch,
        holder: holder + 1n,
        controller: other.address,
      });
      await anchorPeriod(one, 0n, root);
      await claim(one, 0n, await grant({ program }, controller));
      await claim(two, 0n, await grant({ program, patient: other.address }, other));
      return [one, two] as const;
    },
    ledger: async () => {
      const { free, committed } = await world.moneyOf(program);
      return {
        free,
        committed,
        balance: await odd.balanceOf(custody),
        accounted: await custody.accountedIn(odd),
      };
    },
  };
}
