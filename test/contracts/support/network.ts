// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from "ethers";
import { network } from "hardhat";

export const connection = await network.create();
export const { ethers, networkHelpers } = connection;
export const { time } = networkHelpers;

export const coder = AbiCoder.defaultAbiCoder();

export async function codeHash(address: string): Promise<string> {
  return keccak256(await ethers.provider.getCode(address));
}

export async function domainOf(name: string, contract: { getAddress(): Promise<string> }) {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress() };
}

export const load = networkHelpers.loadFixture;

/**
 * For a `describe` that leaves hundreds of blocks: after it the chain is what it was. All files share one chain, and an audit
 * reads it from the first block (audit.test.ts).
 */
export function takesItsBlocksAlong(): void {
  let restore: () => Promise<void>;
  before(async () => {
    // A fixture from before would take the chain back beyond this.
    networkHelpers.clearSnapshots();
    ({ restore } = await networkHelpers.takeSnapshot());
  });
  after(async () => {
    await restore();
    networkHelpers.clearSnapshots();
  });
}
