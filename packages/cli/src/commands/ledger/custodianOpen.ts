// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  LedgerClient,
  ledgerEvents,
  type PageAddress,
  packRights,
  unpackRights,
} from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import type { Wallet } from "ethers";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { clockOf } from "../../clock.ts";
import { type Chain, withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { type DeployedLedger, isSame, ledgerOf } from "../../ledger/chain.ts";
import { openDesk, type PageOptions } from "../../ledger/custodian/desk.ts";
import { hasRights, type RightsOptions, rightsOf, withRightsOptions } from "../../ledger/custodian/names.ts";
import { assertOneLedger, pagesIn } from "../../ledger/custodian/vaultPages.ts";
import { namedRights, rightsLines } from "../../ledger/words.ts";
import { big, whole } from "../../numbers.ts";
import { COST_HELP } from "../../scryptCost.ts";
import { usage } from "../../usage.ts";
import { withVault } from "../../vault.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

type Options = DeploymentOptions &
  WalletOptions &
  RightsOptions &
  PageOptions & { form?: boolean; scryptCost?: number };

export function registerOpenPage(ledger: Command, io: Io): void {
  withRightsOptions(withWalletOptions(withDeploymentOptions(ledger.command("open-page"))))
    .description("Open a page as its custodian, and set up the vault to keep it.")
    .option(
      "--form",
      "all consents of the page allow the same, in public: what --purposes, --roles, --classes and --until say",
    )
    .option(
      "--page <n>",
      "instead: keep this page, which the account opened and nobody has used, such as after an interruption",
      big,
    )
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText(
      "after",
      "\nThe vault holds the master of audit keys, which reads all records of the page. Without it, nothing can be added to the page\n" +
        "any more: make a copy with `vault copy` after each batch. A copy without the page's last consents cannot go on.\n" +
        "\nExamples:\n  vitalproof ledger open-page --deployment deployment.json --keystore hospital.json --vault ~/hospital\n" +
        "  vitalproof ledger open-page --form --purposes treatment payment --roles physician nurse --classes laboratory \\\n" +
        "    --until 2030-01-01 --deployment deployment.json --keystore hospital.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.form !== true && hasRights(options))
        throw usage("What a page's consents allow is said with --form.", "Without it each offer says so.");
      if (options.form === true && options.page !== undefined)
        throw usage("--form is of a page that is opened now.", "A page that is there has its form.");
      const form = options.form === true ? packRights(rightsOf(options, await clockOf(io, options))) : 0n;
      const made = await withVault(
        io,
        options,
        (vault) =>
          withChain(io, options, async (chain) => {
            const at = await ledgerOf(io, options, chain);
            const place = { chainId: chain.chainId, ledger: at.ledger };
            // Before anything is sent.
            await assertOneLedger(vault, { ...place, page: 0n });
            const wallet = await walletOf(io, chain, options);
            const { address, fromBlock } =
              options.page === undefined
                ? await openNew(io, at, chain, wallet, form)
                : await find(at, chain, wallet, options.page);
            const kept = await pagesIn(vault);
            const wasKept = kept.some(({ page }) => page === address.page);
            const { status } = await openDesk(io, options, vault, chain, address, {}, { fromBlock });
            return { address, custodian: wallet.address, form: status.form, wasKept };
          }),
        { create: true, ...(options.scryptCost === undefined ? {} : { logN: options.scryptCost }) },
      );
      const { address, custodian, wasKept } = made;
      const rights = made.form === 0n ? undefined : unpackRights(made.form);
      io.report(
        [
          `Page ${address.page} of ledger ${address.ledger}, kept by custodian ${custodian}${wasKept ? ". The vault kept it already" : ""}.`,
          ...(rights === undefined
            ? ["What its consents allow is not public."]
            : ["All its consents allow the same, in public:", ...rightsLines(rights)]),
          "The vault holds the keys that read its records. `vitalproof vault copy` saves it.",
        ],
        {
          ...{ ...address, custodian, kept: wasKept },
          ...(rights === undefined ? {} : { rights: namedRights(rights) }),
        },
      );
    });
}

type Opened = { readonly address: PageAddress; readonly fromBlock: number };

async function openNew(
  io: Io,
  { ledger }: DeployedLedger,
  { chainId }: Chain,
  wallet: Wallet,
  form: bigint,
): Promise<Opened> {
  const client = new LedgerClient(ledger, wallet);
  const sent = await io.during("opening the page", () => withHints(() => client.openPage(form)));
  return { address: { chainId, ledger, page: sent.result }, fromBlock: sent.blockNumber };
}

/** A page that is on the chain already. @throws NOT_ALLOWED where the account is not its custodian */
async function find(
  { ledger, fromBlock = 0 }: DeployedLedger,
  { chainId, provider }: Chain,
  wallet: Wallet,
  page: bigint,
): Promise<Opened> {
  const { custodian } = await withHints(() => new LedgerClient(ledger, provider).page(page));
  if (!isSame(custodian, wallet.address))
    throw new VitalproofError(
      "NOT_ALLOWED",
      `Page ${page}'s custodian is ${custodian}, not ${wallet.address}.`,
      {
        details: { page, custodian, account: wallet.address },
        hint: "Use the account with which the page was opened.",
      },
    );
  const [opened] = await ledgerEvents(ledger, provider).pageEvents(page, fromBlock);
  return { address: { chainId, ledger, page }, fromBlock: opened?.blockNumber ?? fromBlock };
}
