// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import {
  CONSENT_OFFER,
  type ConsentOffer,
  type PageAddress,
  REVOCATION_REQUEST,
  SIGNED_GRANT,
  unpackRights,
} from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { getAddress, isAddress } from "ethers";
import { withHints } from "../../chain/hints.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { assertLedger } from "../../ledger/chain.ts";
import { type Desk, type PageOptions, withDesk, withPageOptions } from "../../ledger/custodian/desk.ts";
import { hasRights, type RightsOptions, rightsOf, withRightsOptions } from "../../ledger/custodian/names.ts";
import { pageIn } from "../../ledger/custodian/vaultPages.ts";
import { namedRights, rightsLines } from "../../ledger/words.ts";
import { instantText, parseDuration } from "../../time.ts";
import { usage } from "../../usage.ts";
import type { Vault } from "../../vault.ts";

type OfferOptions = PageOptions & RightsOptions & { grantee: string; out: string; openFor: number };

export function registerOffer(ledger: Command, io: Io): void {
  withRightsOptions(withPageOptions(ledger.command("offer")))
    .description("Offer the next slot of a page to one patient.")
    .requiredOption(
      "--grantee <who>",
      "whom the consent is for: a number of `ledger register`, or an account",
    )
    .requiredOption("--out <file>", "where to write the offer, for the patient")
    .option("--open-for <time>", "how long the slot is held for the patient", parseDuration, 86_400)
    .addHelpText(
      "after",
      "\nThe file holds the audit key of the slot: give it to one patient and nobody else. A slot is offered once. Consents after it\n" +
        "wait for the answer until --open-for is over. Then the slot is spent on an empty consent, and the patient needs a new offer.\n" +
        "On a page with a form the rights may be left out.\n" +
        "\nExample:\n  vitalproof ledger offer --purposes treatment payment --roles physician nurse --classes laboratory medication \\\n" +
        "    --until 2030-01-01 --grantee 1 --out offer.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<OfferOptions>();
      const { out } = options;
      // A slot that is offered is spent.
      if (existsSync(resolve(io.cwd, out)))
        throw new VitalproofError("FILE_EXISTS", `${out} is there already.`, {
          details: { file: out },
          hint: "Choose another name. An offer is not replaced: its patient may have it.",
        });
      const made = await withDesk(io, options, async (desk) => {
        const { page, status, now } = desk;
        const isFormed = status.form !== 0n && !hasRights(options);
        const rights = isFormed ? unpackRights(status.form) : rightsOf(options, now);
        const grantee = await granteeOf(desk, options.grantee);
        const { expires, ...offer } = await page.offer({ rights, grantee: grantee.number });
        const form = status.form === 0n ? {} : { form: status.form };
        const body: ConsentOffer = { ...offer, ...form };
        await writeDocument(io, CONSENT_OFFER, out, body).catch(async (error: unknown) => {
          await page.withdraw(offer.slot);
          throw error;
        });
        return { address: offer.address, slot: offer.slot, rights, grantee, expires };
      });
      const { address, slot, rights, grantee, expires } = made;
      const whom =
        grantee.account === undefined ? "a number that no account has" : `account ${grantee.account}`;
      io.report(
        [
          `${out} offers slot ${slot} of page ${address.page} to one patient, until ${instantText(expires)}.`,
          `For grantee ${grantee.number}, ${whom}:`,
          ...rightsLines(rights),
          "It holds the key that reads the records of this slot: give it to the patient alone.",
        ],
        { page: address.page, slot, expires, grantee, ...namedRights(rights), file: out },
      );
    });
}

/** @throws NOT_THERE for an account without a number; USAGE */
async function granteeOf(
  { client }: Desk,
  text: string,
): Promise<{ readonly number: number; readonly account: string | undefined }> {
  if (/^\d{1,10}$/.test(text)) {
    const number = Number(text);
    if (number < 2 ** 32) return { number, account: await withHints(() => client.accountOf(number)) };
  }
  if (!isAddress(text)) throw usage(`"${text}" is neither a grantee's number nor an account.`, "See --help.");
  const account = getAddress(text);
  const number = await withHints(() => client.granteeOf(account));
  if (number !== 0) return { number, account };
  throw new VitalproofError("NOT_THERE", `Account ${account} has no number as a grantee.`, {
    details: { account },
    hint: "Its owner gets one with `vitalproof ledger register`.",
  });
}

export function registerTake(ledger: Command, io: Io): void {
  withPageOptions(ledger.command("take <grant>"))
    .description("Take a consent that a patient signed for an offer. The next batch enters it.")
    .addHelpText(
      "after",
      "\nIt is taken only as it was offered, and signed for its slot. The same file again changes nothing while it waits.\n" +
        "\nExample:\n  vitalproof ledger take grant.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PageOptions>();
      const { address, slot, grant } = await readDocument(io, SIGNED_GRANT, file);
      await withDesk(io, options, ({ page }) => page.accept(grant), {
        at: pageOf(file, address, options.page),
      });
      io.report([`Taken for slot ${slot} of page ${address.page}. \`vitalproof ledger batch\` enters it.`], {
        page: address.page,
        slot,
        taken: true,
      });
    });
}

export function registerTakeRevocation(ledger: Command, io: Io): void {
  withPageOptions(ledger.command("take-revocation <request>"))
    .description("Take a patient's revocation. Accesses are refused at once, and the next batch sends it.")
    .addHelpText("after", "\nExample:\n  vitalproof ledger take-revocation revocation.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PageOptions>();
      const { address, slot, secret } = await readDocument(io, REVOCATION_REQUEST, file);
      await withDesk(io, options, ({ page }) => page.revoke(slot, secret), {
        at: pageOf(file, address, options.page),
      });
      io.report(
        [
          `The consent in slot ${slot} of page ${address.page} ends. \`vitalproof ledger batch\` sends it: until then the chain shows it as given.`,
        ],
        { page: address.page, slot, taken: true },
      );
    });
}

/** The vault's page that a patient's file is for. @throws USAGE where `--page` names another one */
function pageOf(
  file: string,
  address: PageAddress,
  wanted: bigint = address.page,
): (vault: Vault) => Promise<PageAddress> {
  if (wanted !== address.page)
    throw usage(`${file} is for page ${address.page}, not for page ${wanted}.`, "Leave --page out.");
  return async (vault) => {
    const kept = await pageIn(vault, address.page);
    assertLedger(file, address, kept, kept.ledger);
    return kept;
  };
}
