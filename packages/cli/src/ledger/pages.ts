// SPDX-License-Identifier: GPL-3.0-or-later
import type { PageAddress } from "@vitalproof/sdk/ledger";
import type { DeploymentOptions } from "../chain/deployment.ts";
import type { Chain } from "../connect.ts";
import type { Io } from "../io.ts";
import { usage } from "../usage.ts";
import { archivedPage, firstBlockOf, type ReadPage, readPage } from "./chain.ts";

/** A page that was read; undefined for others. */
export type PageOf = (address: PageAddress) => ReadPage | undefined;

/** Reads the pages of these addresses from the chain, each once. All are of the node's chain. */
export async function pagesOf(
  io: Io,
  options: DeploymentOptions,
  chain: Chain,
  addresses: readonly PageAddress[],
): Promise<PageOf> {
  const wanted = new Map(addresses.map((address) => [nameOf(address), address]));
  const found = new Map<string, ReadPage>();
  for (const [name, address] of wanted) {
    const fromBlock = await firstBlockOf(io, options, address);
    found.set(name, await readPage(io, chain, address, { fromBlock }));
  }
  return (address) => found.get(nameOf(address));
}

/** The pages of archives. Nothing in them is compared with the chain. */
export async function archivedPages(io: Io, files: readonly string[]): Promise<PageOf> {
  const found = new Map<string, ReadPage>();
  for (const file of files) {
    const read = await archivedPage(io, file);
    const { address } = read.history;
    if (found.has(nameOf(address)))
      throw usage(`Two archives are of page ${address.page}.`, "Pass the one that goes further.");
    found.set(nameOf(address), read);
  }
  return (address) => found.get(nameOf(address));
}

function nameOf({ chainId, ledger, page }: PageAddress): string {
  return `${chainId}|${ledger.toLowerCase()}|${page}`;
}
