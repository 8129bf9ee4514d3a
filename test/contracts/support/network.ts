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
