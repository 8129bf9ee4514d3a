// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient's consents in the vault. Each holds an audit key, which no backup of the identity brings back.
import { VitalproofError } from "@vitalproof/sdk";
import { consentLeafOf, KEPT_CONSENT, type KeptConsent, type PageAddress } from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import type { Vault } from "../vault.ts";
import { type DamagedRecord, damagedLines, listRecords } from "../vaultRecords.ts";

const PREFIX = "ledger/consent/";

/** A consent and its shortest unique name. */
export type NamedConsent = { readonly name: string; readonly kept: KeptConsent };

/** Keeps a consent. @throws ALREADY_THERE for another one in the same slot */
export async function keepConsent(vault: Vault, kept: KeptConsent): Promise<void> {
  const before = await readKept(vault, keyOf(kept.address, kept.slot));
  if (before === undefined)
    return vault.store.write(keyOf(kept.address, kept.slot), documentText(KEPT_CONSENT, kept));
  if (consentLeafOf(before.consent) === consentLeafOf(kept.consent)) return;
  const name = `${kept.address.page}/${kept.slot}`;
  throw new VitalproofError("ALREADY_THERE", `The vault holds another consent for slot ${name} already.`, {
    details: { page: kept.address.page, slot: kept.slot },
    hint: "Ask the custodian for an offer in another slot. Two grants for one slot let the custodian choose between them.",
  });
}

/** All consents of the vault by page and slot, and what is known of damaged ones. */
export async function listConsents(
  vault: Vault,
): Promise<{ consents: NamedConsent[]; damaged: DamagedRecord[] }> {
  const { keys, damaged } = await listRecords(vault, PREFIX);
  const kept = (await Promise.all(keys.map((key) => readKept(vault, key)))).filter(
    (each) => each !== undefined,
  );
  kept.sort(
    (a, b) =>
      order(a.address.chainId, b.address.chainId) ||
      order(a.address.ledger, b.address.ledger) ||
      order(a.address.page, b.address.page) ||
      a.slot - b.slot,
  );
  const name = namerOf(kept);
  return { consents: kept.map((each) => ({ name: name(each), kept: each })), damaged };
}

/**
 * The consents that a name means; all of them without a name.
 * @throws USAGE for a name that is not one, or means several; NOT_THERE; VAULT_DAMAGED where a record does not open
 */
export async function consentsOf(vault: Vault, wanted: string | undefined): Promise<NamedConsent[]> {
  const { consents, damaged } = await listConsents(vault);
  const found = wanted === undefined ? consents : named(consents, wanted);
  if (found.length > 0 && (wanted !== undefined || damaged.length === 0)) return found;
  if (damaged.length > 0)
    throw new VitalproofError("VAULT_DAMAGED", "A consent of the vault does not open.", {
      details: { files: damaged.map(({ file }) => file) },
      hint: damagedLines(damaged).at(-1)!,
    });
  throw new VitalproofError(
    "NOT_THERE",
    wanted === undefined
      ? `${vault.folder} holds no consent of the health ledger.`
      : `${vault.folder} holds no consent ${wanted}.`,
    {
      details: { folder: vault.folder, consent: wanted },
      hint:
        wanted === undefined
          ? "Accept an offer with `vitalproof ledger accept`."
          : "`vitalproof ledger consents` lists them.",
    },
  );
}

/** The consent of a name. @throws as `consentsOf` */
export async function consentOf(vault: Vault, wanted: string): Promise<NamedConsent> {
  return (await consentsOf(vault, wanted))[0]!;
}

const NAME = /^(?:(?:(\d{1,78}):)?(0x[0-9a-fA-F]{40})\/)?(\d{1,78})\/(\d{1,3})$/;

function named(consents: readonly NamedConsent[], wanted: string): NamedConsent[] {
  const [whole, chain, ledger, page, slot] = NAME.exec(wanted) ?? [];
  if (whole === undefined)
    throw new VitalproofError("USAGE", `"${wanted}" is not the name of a consent.`, {
      details: { consent: wanted },
      hint: "Write page and slot, such as 1/3. `vitalproof ledger consents` lists them.",
    });
  const found = consents.filter(
    ({ kept: { address, slot: own } }) =>
      (chain === undefined || address.chainId === BigInt(chain)) &&
      (ledger === undefined || address.ledger.toLowerCase() === ledger.toLowerCase()) &&
      address.page === BigInt(page!) &&
      own === Number(slot),
  );
  if (found.length < 2) return found;
  throw new VitalproofError("USAGE", `"${wanted}" means several consents.`, {
    details: { consent: wanted, found: found.map(({ name }) => name) },
    hint: `Name one of them: ${found.map(({ name }) => name).join(", ")}.`,
  });
}

/** "1/3"; with the ledger's address where there are several ledgers, and with the chain where two have one address. */
function namerOf(all: readonly KeptConsent[]): (kept: KeptConsent) => string {
  const places = new Set(all.map(({ address }) => placeOf(address)));
  const ledgers = new Set(all.map(({ address }) => address.ledger.toLowerCase()));
  return ({ address, slot }) => {
    const { chainId, ledger, page } = address;
    const chain = places.size > ledgers.size ? `${chainId}:` : "";
    return `${places.size > 1 ? `${chain}${ledger}/` : ""}${page}/${slot}`;
  };
}

function placeOf({ chainId, ledger }: PageAddress): string {
  return `${chainId}-${ledger.toLowerCase()}`;
}

function keyOf(address: PageAddress, slot: number): string {
  return `${PREFIX}${placeOf(address)}-${address.page}-${slot}`;
}

async function readKept(vault: Vault, key: string): Promise<KeptConsent | undefined> {
  const text = await vault.store.read(key);
  return text === undefined ? undefined : parseDocument(KEPT_CONSENT, text, key);
}

function order<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
