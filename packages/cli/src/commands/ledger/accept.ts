// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  assertGiven,
  CONSENT_OFFER,
  type ConsentOffer,
  LedgerClient,
  LedgerWallet,
  type OpenConsent,
  type PageRecord,
  packRights,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { clockOf } from "../../clock.ts";
import { type Chain, withChain } from "../../connect.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { assertLedger, type DeployedLedger, ledgerOf, readPage } from "../../ledger/chain.ts";
import { keepConsent, listConsents } from "../../ledger/keptConsents.ts";
import { minuteText, namedRights, rightsLines } from "../../ledger/words.ts";
import { withVault } from "../../vault.ts";

type Options = DeploymentOptions & { out?: string; force?: boolean };

export function registerAccept(ledger: Command, io: Io): void {
  withDeploymentOptions(ledger.command("accept <offer>"))
    .description("Explain a custodian's offer, and with --out sign it and keep the consent in the vault.")
    .option(
      "--out <file>",
      "where to write the signed grant, for the custodian; without it nothing is signed",
    )
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nThe consent is given when the custodian has entered it: `ledger consents` compares it with what was signed.\n" +
        "Make a copy of the vault afterwards (`vault copy`): a backup of the identity does not have the key that reads your accounting.\n" +
        "\nExamples:\n  vitalproof ledger accept offer.json --deployment deployment.json\n" +
        "  vitalproof ledger accept offer.json --deployment deployment.json --out grant.json\n",
    )
    .action(async (file: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const offer = await readDocument(io, CONSENT_OFFER, file);
      const now = await clockOf(io, options);
      const { address, slot, rights } = offer;
      const place = `slot ${slot} of page ${address.page}`;
      const { page, account, leaves } = await withChain(io, options, async (chain) => {
        const deployed = await ledgerOf(io, options, chain);
        assertLedger(file, address, chain, deployed.ledger);
        return lookAt(io, chain, deployed, offer);
      });
      assertPossible(offer, page, now);
      const explained = explain(offer, page, account);
      const told = {
        ...{ page: address.page, slot, ledger: address.ledger, custodian: page.custodian },
        ...{ rights: namedRights(rights), inPublic: page.form !== 0n },
        grantee: { number: offer.grantee, account },
      };
      const { out } = options;
      if (out === undefined) {
        io.report([...explained, "Nothing was signed. Pass --out FILE to sign it."], {
          ...told,
          signed: false,
        });
        return;
      }
      const { name, given } = await withVault(io, options, async (vault) => {
        const { grant, consent, kept } = new LedgerWallet(await loadIdentity(vault)).accept(offer);
        const before = leaves === undefined ? false : isGiven(file, consent, slot, leaves);
        // Kept first: without its audit key the consent's records could never be read.
        await keepConsent(vault, kept);
        if (!before) await writeDocument(io, SIGNED_GRANT, out, { address, slot, grant }, options);
        const { consents } = await listConsents(vault);
        return {
          name: consents.find(({ kept: each }) => each.slot === slot && isAt(each.address, address))!.name,
          given: before,
        };
      });
      io.report(
        [
          ...explained,
          given
            ? `It is given already, in ${place}. The vault keeps it as ${name}, and nothing has to be sent.`
            : `Signed: ${out}. Send it to the custodian, and keep it from others: it holds the key that reads the records.`,
          ...(given
            ? []
            : [
                `The vault keeps the consent as ${name}. \`vitalproof ledger consents\` says when it is given. \`vitalproof vault copy\` saves it.`,
              ]),
        ],
        { ...told, signed: !given, given, consent: name, ...(given ? {} : { file: out }) },
      );
    });
}

/** What the chain knows about the page of an offer. Leaves only where the slot is in use. */
async function lookAt(
  io: Io,
  chain: Chain,
  { ledger, fromBlock }: DeployedLedger,
  { address, slot, grantee }: ConsentOffer,
): Promise<{
  page: PageRecord;
  account: string | undefined;
  leaves: readonly bigint[] | undefined;
}> {
  const client = new LedgerClient(ledger, chain.provider);
  const page = await withHints(() => client.page(address.page));
  const account = await io.during("looking up the grantee", () =>
    client.accountOf(grantee, fromBlock === undefined ? {} : { fromBlock }),
  );
  if (slot >= page.filled) return { page, account, leaves: undefined };
  const { leaves } = (await readPage(io, chain, address, { fromBlock })).page;
  return { page, account, leaves };
}

/** @throws NOT_ALLOWED for an offer that cannot be given, or not as it says */
function assertPossible({ slot, rights, address }: ConsentOffer, { form }: PageRecord, now: number): void {
  const refused = (what: string) =>
    new VitalproofError("NOT_ALLOWED", what, {
      details: { page: address.page, slot },
      hint: "Ask the custodian for another offer.",
    });
  if (rights.until * 60 <= now) throw refused(`The offered consent ended at ${minuteText(rights.until)}.`);
  if (form !== 0n && form !== packRights(rights))
    throw refused(`Page ${address.page} takes other rights only: its form is not that of the offer.`);
}

/** Whether the slot holds exactly this consent. @throws NOT_ALLOWED when it holds another */
function isGiven(file: string, consent: OpenConsent, slot: number, leaves: readonly bigint[]): boolean {
  try {
    assertGiven(consent, slot, leaves);
    return true;
  } catch (cause) {
    throw new VitalproofError("NOT_ALLOWED", `Slot ${slot} of ${file} is in use for another consent.`, {
      details: { slot },
      hint: "A slot is used once. Ask the custodian for an offer in a free slot.",
      cause,
    });
  }
}

function explain(
  { address, slot, rights, grantee }: ConsentOffer,
  { custodian, form }: PageRecord,
  account: string | undefined,
): string[] {
  return [
    `An offer for slot ${slot} of page ${address.page}, kept by custodian ${custodian}.`,
    account === undefined
      ? `You would allow grantee ${grantee}, a number that no account on this chain has. Ask the custodian whose it is.`
      : `You would allow grantee ${grantee}, which is account ${account}.`,
    ...rightsLines(rights),
    "Only what has a purpose, a role and a class of this list is allowed. In an emergency the custodian can log an access outside",
    "of it, also after a revocation. Everyone sees the number of emergencies, and your accounting shows yours.",
    form === 0n
      ? "Everyone sees when the slot is given and revoked, and not what it allows or whose it is."
      : "Everyone sees when the slot is given and revoked, and what it allows: all consents of this page allow the same. Not whose it is.",
    "You can revoke it at any time, with the custodian or without.",
  ];
}

function isAt(one: ConsentOffer["address"], other: ConsentOffer["address"]): boolean {
  return one.chainId === other.chainId && one.page === other.page && one.ledger === other.ledger;
}
