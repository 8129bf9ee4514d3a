// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  assertGiven,
  LedgerClient,
  LedgerWallet,
  REVOCATION_REQUEST,
  type RevocationRequest,
} from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { withChain } from "../../connect.ts";
import { writeDocument } from "../../documentFiles.ts";
import { loadIdentity } from "../../identity.ts";
import type { Io } from "../../io.ts";
import { assertLedger, firstBlockOf, readPage } from "../../ledger/chain.ts";
import { consentOf, type NamedConsent } from "../../ledger/keptConsents.ts";
import { senderOf } from "../../ledger/sender.ts";
import { proofOf, proverLines } from "../../proof.ts";
import { usage } from "../../usage.ts";
import { withVault } from "../../vault.ts";
import { type WalletOptions, withWalletOptions } from "../../wallet.ts";

type Options = DeploymentOptions & WalletOptions & { out?: string; force?: boolean };
type Own = NamedConsent & { readonly wallet: LedgerWallet };

export function registerRevoke(ledger: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(ledger.command("revoke <consent>")))
    .description("Revoke a consent permanently: with a file for the custodian, or by force and alone.")
    .option("--out <file>", "write the revocation for the custodian, or for anyone else who sends it")
    .option("--force", "revoke with your own transaction, in force at once. Nobody can delay it")
    .addHelpText(
      "after",
      "\nThe file holds the revocation secret of this slot. Who has it and knows the consent can revoke it, and do nothing else.\n" +
        "With --force the transaction comes from the account of --keystore or --dev-account, else from an account of the vault for\n" +
        "this slot alone. The chain links that account to the slot, permanently, and to the account that paid for its gas.\n" +
        "\nExamples:\n  vitalproof ledger revoke 1/3 --out revocation.json\n" +
        "  vitalproof ledger revoke 1/3 --force --keystore relayer.json\n",
    )
    .action(async (wanted: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { out, force } = options;
      if ((out === undefined) === (force !== true))
        throw usage(
          "Choose one way: --out FILE for the custodian, or --force.",
          "--force does not replace a file here. It revokes.",
        );
      const own = await withVault(io, options, async (vault) => {
        const identity = await loadIdentity(vault);
        return { ...(await consentOf(vault, wanted)), wallet: new LedgerWallet(identity), identity };
      });
      if (out !== undefined) return request(io, own, out);
      const { name, kept } = own;
      const { sent, from, prover } = await withChain(io, options, async (chain) => {
        assertLedger(`Consent ${name}`, kept.address, chain);
        const sender = await senderOf(io, chain, options, own.identity, kept);
        io.warn(
          `Everyone will see that account ${sender.address} revoked slot ${kept.slot} of page ${kept.address.page}. The two stay linked.`,
        );
        const fromBlock = await firstBlockOf(io, options, kept.address);
        const { leaves, live } = (await readPage(io, chain, kept.address, { fromBlock })).page;
        assertGiven(kept.consent, kept.slot, leaves, { live });
        const witness = own.wallet.forcedRevocation(kept, leaves);
        const { proof, prover: note } = await proofOf(io, options, "proving that the slot is yours", witness);
        const client = new LedgerClient(kept.address.ledger, sender);
        const done = await io.during("revoking", () =>
          withHints(() => client.revokeByForce(kept.address.page, kept.slot, proof)),
        );
        return { sent: done, from: sender.address, prover: note };
      });
      io.report(
        [
          `Consent ${name} is revoked permanently, from block ${sent.blockNumber} on. Its accounting stays readable.`,
          `The transaction came from ${from}.`,
          ...proverLines(prover),
        ],
        {
          ...{ consent: name, page: kept.address.page, slot: kept.slot, byForce: true, sender: from },
          ...{ transaction: sent.hash, block: sent.blockNumber, gasUsed: sent.gasUsed, prover },
        },
      );
    });
}

async function request(io: Io, { name, kept, wallet }: Own, out: string): Promise<void> {
  const { slot, secret } = wallet.revocationOf(kept);
  const body: RevocationRequest = { address: kept.address, slot, secret };
  await writeDocument(io, REVOCATION_REQUEST, out, body).catch((error: unknown) => {
    if (!(error instanceof VitalproofError) || error.code !== "FILE_EXISTS") throw error;
    throw new VitalproofError("FILE_EXISTS", error.shortMessage, {
      details: error.details,
      hint: "Choose another name. --force does not replace a file here.",
    });
  });
  io.report(
    [
      `${out} revokes consent ${name} once the custodian, or anyone else who knows the consent, sends it. Until then it is given.`,
      "`vitalproof ledger consents` says when it is revoked. With --force you need nobody.",
    ],
    { consent: name, page: kept.address.page, slot, byForce: false, file: out },
  );
}
