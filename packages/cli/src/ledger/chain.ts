// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger of a deployment, and pages as the chain or an archive has them.
import { VitalproofError } from "@vitalproof/sdk";
import {
  historyFromArchive,
  LEDGER_ARCHIVE,
  type PageAddress,
  type PageHistory,
  type RebuiltPage,
  readHistory,
  rebuildPage,
} from "@vitalproof/sdk/ledger";
import { claimsOf, type DeploymentOptions, readDeployment } from "../chain/deployment.ts";
import { withHints } from "../chain/hints.ts";
import { registryOf } from "../chain/registry.ts";
import type { Chain } from "../connect.ts";
import { readDocument } from "../documentFiles.ts";
import type { Io } from "../io.ts";

/** The ledger of a deployment. */
export type DeployedLedger = {
  readonly ledger: string;
  /** First block that can hold an event of it. */
  readonly fromBlock: number | undefined;
};

/** A page's history, and the page that follows from it. */
export type ReadPage = { readonly history: PageHistory; readonly page: RebuiltPage };

/** The ledger that the options name. @throws USAGE, NOT_ALLOWED as `claimsOf`; CONTRACT_CALL_FAILED */
export async function ledgerOf(io: Io, options: DeploymentOptions, chain: Chain): Promise<DeployedLedger> {
  const { claims, deployment } = await claimsOf(io, options, chain.chainId);
  if (deployment === undefined)
    return { ledger: await registryOf(claims, "ledger", chain), fromBlock: undefined };
  return { ledger: deployment.contracts.HealthLedger, fromBlock: deployment.fromBlock };
}

/**
 * First block to read for a page that a consent or an archive names. Only a deployment file of the same ledger gives it, and
 * none is needed.
 */
export async function firstBlockOf(
  io: Io,
  { claims, deployment: file }: DeploymentOptions,
  address: PageAddress,
): Promise<number | undefined> {
  if (claims !== undefined || file === undefined) return undefined;
  const { chainId, contracts, fromBlock } = await readDeployment(io, file);
  const same = BigInt(chainId) === address.chainId && isSame(contracts.HealthLedger, address.ledger);
  return same ? fromBlock : undefined;
}

export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/**
 * Refuses what is for another chain than the node's, or for another ledger than the deployment's.
 * @param what begins the sentence, such as "offer.json"
 * @throws NOT_ALLOWED
 */
export function assertLedger(
  what: string,
  address: PageAddress,
  { chainId }: Pick<Chain, "chainId">,
  ledger: string = address.ledger,
): void {
  if (address.chainId === chainId && isSame(address.ledger, ledger)) return;
  const wanted = isSame(address.ledger, ledger) ? `chain ${chainId}` : `${ledger} on chain ${chainId}`;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${what} is for ledger ${address.ledger} on chain ${address.chainId}, not for ${wanted}.`,
    {
      details: { given: { chainId: address.chainId, ledger: address.ledger }, wanted: { chainId, ledger } },
      hint: "Name the right node with --rpc and the right deployment, or do not use it.",
    },
  );
}

/**
 * Reads everything about a page, and checks that it adds up to the contract's page.
 * @param known read before, such as from an archive
 * @throws CONTRACT_REVERTED for an unknown page; CONTRACT_CALL_FAILED where the node has dropped blocks; LEDGER_MISMATCH
 */
export function readPage(
  io: Io,
  { provider }: Pick<Chain, "provider">,
  { ledger, page }: Pick<PageAddress, "ledger" | "page">,
  { fromBlock, known }: { fromBlock?: number | undefined; known?: PageHistory | undefined } = {},
): Promise<ReadPage> {
  return io.during(`reading page ${page}`, async (say) => {
    const history = await withHints(() =>
      readHistory(ledger, provider, page, {
        ...(fromBlock === undefined ? {} : { fromBlock }),
        ...(known === undefined ? {} : { known }),
      }),
    );
    return { history, page: rebuilt(history, say) };
  });
}

/** The page of an archive's file, as far as the file goes. Nothing in it is compared with the chain. */
export async function archivedPage(io: Io, file: string): Promise<ReadPage> {
  return rebuiltPage(io, file, await archivedHistory(io, file));
}

/** @param file where the history comes from @throws LEDGER_MISMATCH */
export function rebuiltPage(io: Io, file: string, history: PageHistory): Promise<ReadPage> {
  return io.during(`rebuilding ${file}`, async (say) => ({ history, page: rebuilt(history, say) }));
}

/** @throws FILE_UNREADABLE, DOCUMENT_INVALID, LEDGER_MISMATCH */
export async function archivedHistory(io: Io, file: string): Promise<PageHistory> {
  return historyFromArchive(await readDocument(io, LEDGER_ARCHIVE, file));
}

function rebuilt(history: PageHistory, say: (step: string) => void): RebuiltPage {
  return rebuildPage(history, (done, of) => say(`transaction ${done} of ${of}`));
}

/** Unix seconds of the latest block. */
export async function chainTime({ provider }: Pick<Chain, "provider">): Promise<number> {
  return (await provider.getBlock("latest"))!.timestamp;
}
