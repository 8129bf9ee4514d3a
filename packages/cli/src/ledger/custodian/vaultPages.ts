// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's pages in a vault. Each kind of record has its own folder, so that listing what waits does not open every
// access that was ever logged.
import { type Store, VitalproofError } from "@vitalproof/sdk";
import type { PageAddress } from "@vitalproof/sdk/ledger";
import { getAddress } from "ethers";
import type { Vault } from "../../vault.ts";

const STATES = "custodian/state/";
const FINALITY = "custodian/finality";
const NAME = /^(\d+)-([0-9a-f]{40})-(\d+)$/;

/** The pages that a vault keeps, in the order of their numbers. */
export async function pagesIn(vault: Vault): Promise<PageAddress[]> {
  const names = (await vault.store.keys(STATES)).map((key) => NAME.exec(key.slice(STATES.length)));
  return names
    .flatMap((name) =>
      name === null
        ? []
        : [{ chainId: BigInt(name[1]!), ledger: getAddress(`0x${name[2]}`), page: BigInt(name[3]!) }],
    )
    .sort((a, b) => Number(a.page - b.page));
}

/**
 * The page that a command is about.
 * @param number undefined where the vault has a single one
 * @throws NOT_THERE; USAGE where a number is needed
 */
export async function pageIn(vault: Vault, number: bigint | undefined): Promise<PageAddress> {
  const pages = await pagesIn(vault);
  const [found, ...more] = pages.filter(({ page }) => number === undefined || page === number);
  if (found === undefined)
    throw new VitalproofError(
      "NOT_THERE",
      number === undefined
        ? `${vault.folder} keeps no page of the health ledger.`
        : `${vault.folder} does not keep page ${number}.`,
      {
        details: { folder: vault.folder, page: number, pages: pages.map(({ page }) => page) },
        hint:
          pages.length === 0
            ? "Open one with `vitalproof ledger open-page`, or name another --vault."
            : `It keeps ${pages.map(({ page }) => `page ${page}`).join(", ")}.`,
      },
    );
  if (more.length === 0) return found;
  const all = [found, ...more].map(({ page }) => page);
  throw new VitalproofError("USAGE", `${vault.folder} keeps ${all.length} pages.`, {
    details: { pages: all },
    hint: `Name one with --page: ${all.join(", ")}.`,
  });
}

/** A vault serves one ledger, so that the number of a page says which one is meant. @throws NOT_ALLOWED */
export async function assertOneLedger(vault: Vault, address: PageAddress): Promise<void> {
  const [other] = (await pagesIn(vault)).filter(
    ({ chainId, ledger }) =>
      chainId !== address.chainId || ledger.toLowerCase() !== address.ledger.toLowerCase(),
  );
  if (other === undefined) return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${vault.folder} keeps pages of ledger ${other.ledger} on chain ${other.chainId}.`,
    {
      details: { kept: other.ledger, chainId: other.chainId, wanted: address.ledger },
      hint: "Use a vault for each ledger: --vault names another folder.",
    },
  );
}

/** The store of pages in a vault. */
export function pageStore({ store }: Vault): Store {
  return {
    read: (key) => store.read(kept(key)),
    write: (key, text) => store.write(kept(key), text),
    remove: (key) => store.remove(kept(key)),
    keys: async (prefix) => (await store.keys(kept(prefix))).map(given),
  };
}

/** Whether a node of the vault's chain had a finalized block once: then confirmations never count again. */
export async function knowsFinalized({ store }: Vault): Promise<boolean> {
  return (await store.read(FINALITY)) !== undefined;
}

export async function noteFinalized(vault: Vault): Promise<void> {
  if (!(await knowsFinalized(vault))) await vault.store.write(FINALITY, "{}");
}

/** "ledger/31337/ab…/1/queue/x" as "custodian/queue/31337-ab…-1/x" */
function kept(key: string): string {
  const [, chain, ledger, page, kind, ...rest] = key.split("/");
  return ["custodian", kind, `${chain}-${ledger}-${page}`, ...rest].join("/");
}

function given(key: string): string {
  const [, kind, name, ...rest] = key.split("/");
  return ["ledger", ...name!.split("-"), kind, ...rest].join("/");
}
