// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pages of the ledger, each read on its own: one that cannot be read does not hide the others.
import { VitalproofError } from "@vitalproof/sdk";
import type { PageAddress } from "@vitalproof/sdk/ledger";
import type { DeploymentOptions } from "../chain/deployment.ts";
import type { Chain } from "../connect.ts";
import type { Io } from "../io.ts";
import { usage } from "../usage.ts";
import { archivedHistory, firstBlockOf, type ReadPage, readPage, rebuiltPage } from "./chain.ts";

/** A page that was read, or why it could not be; undefined for others. */
export type PageOf = (address: PageAddress) => ReadPage | VitalproofError | undefined;

/** Reads the pages of these addresses from the chain, each once. All are of the node's chain. */
export async function pagesOf(
  io: Io,
  options: DeploymentOptions,
  chain: Chain,
  addresses: readonly PageAddress[],
): Promise<PageOf> {
  const wanted = new Map(addresses.map((address) => [nameOf(address), address]));
  const found = new Map<string, ReadPage | VitalproofError>();
  for (const [name, address] of wanted) {
    const fromBlock = await firstBlockOf(io, options, address);
    found.set(name, await orFault(readPage(io, chain, address, { fromBlock })));
  }
  return (address) => found.get(nameOf(address));
}

/** The pages of archives. Nothing in them is compared with the chain. @throws FILE_UNREADABLE, DOCUMENT_INVALID */
export async function archivedPages(io: Io, files: readonly string[]): Promise<PageOf> {
  const found = new Map<string, ReadPage | VitalproofError>();
  for (const file of files) {
    const history = await archivedHistory(io, file);
    const { address } = history;
    if (found.has(nameOf(address)))
      throw usage(`Two archives are of page ${address.page}.`, "Pass the one that goes further.");
    found.set(nameOf(address), await orFault(rebuiltPage(io, file, history)));
  }
  return (address) => found.get(nameOf(address));
}

async function orFault(reading: Promise<ReadPage>): Promise<ReadPage | VitalproofError> {
  return reading.catch((error: unknown) => {
    if (error instanceof VitalproofError && error.code !== "ABORTED") return error;
    throw error;
  });
}

function nameOf({ chainId, ledger, page }: PageAddress): string {
  return `${chainId}|${ledger.toLowerCase()}|${page}`;
}
