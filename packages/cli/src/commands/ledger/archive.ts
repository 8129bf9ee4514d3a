// SPDX-License-Identifier: GPL-3.0-or-later
import { type VerificationKey, VitalproofError } from "@vitalproof/sdk";
import {
  archiveOf,
  LEDGER_ARCHIVE,
  ledgerCircuitOfId,
  type PageHistory,
  verifyArchive,
} from "@vitalproof/sdk/ledger";
import { documentText } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { verificationKeyOf } from "../../artifacts.ts";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withChain } from "../../connect.ts";
import { counted } from "../../counted.ts";
import { writeText } from "../../files.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { archivedHistory, archivedPage, assertLedger, ledgerOf, readPage } from "../../ledger/chain.ts";
import { gapLines, noGapsText } from "../../ledger/words.ts";
import { big } from "../../numbers.ts";

export function registerArchive(ledger: Command, io: Io): void {
  type Options = DeploymentOptions & { out: string; previous?: string; force?: boolean };
  withDeploymentOptions(ledger.command("archive <page>"))
    .description("Write everything about a page to a file, for the time when nodes have dropped its blocks.")
    .requiredOption("--out <file>", "where to write it")
    .option("--previous <file>", "an earlier archive of the page: only later blocks are asked for")
    .option("--force", "replace the file, also the earlier archive")
    .addHelpText(
      "after",
      "\nThe file holds what is public on the chain, and no key. It is written only when it gives the contract's page.\n" +
        "\nExamples:\n  vitalproof ledger archive 1 --deployment deployment.json --out page-1.json\n" +
        "  vitalproof ledger archive 1 --deployment deployment.json --previous page-1.json --out page-1.json --force\n",
    )
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const number = big(text);
      const { out, previous } = options;
      const known = previous === undefined ? undefined : await archivedHistory(io, previous);
      const { history } = await withChain(io, options, async (chain) => {
        const { ledger: at, fromBlock } = await ledgerOf(io, options, chain);
        if (known !== undefined) assertLedger(previous!, known.address, chain, at);
        return readPage(io, chain, { ledger: at, page: number }, { fromBlock, known });
      });
      await writeText(io, out, documentText(LEDGER_ARCHIVE, archiveOf(history)), options);
      const transactions = history.transactions.length;
      const added = transactions - (known?.transactions.length ?? 0);
      io.report(
        [
          `${out}: page ${number} up to block ${history.block}, ${counted(transactions, "transaction")}, ${added} of them new.`,
        ],
        { page: number, file: out, block: history.block, transactions, added },
      );
    });
}

export function registerCheckArchive(ledger: Command, io: Io): void {
  withDeploymentOptions(ledger.command("check-archive <archive>"))
    .description(
      "Verify an archive: rebuild its page, verify every proof again, and compare it with the chain.",
    )
    .addHelpText(
      "after",
      "\nWhat came after the archive is read from the node. Verification keys are those of the command, or of --artifacts.\n" +
        "Exit code 1 and the transaction where something does not fit.\n" +
        "\nExample:\n  vitalproof ledger check-archive page-1.json --deployment deployment.json\n",
    )
    .action(async (file: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const { history: known } = await archivedPage(io, file);
      const { address } = known;
      const { history } = await withChain(io, options, async (chain) => {
        const { ledger: at, fromBlock } = await ledgerOf(io, options, chain);
        assertLedger(file, address, chain, at);
        return readPage(io, chain, address, { fromBlock, known });
      });
      const verificationKeys = await keysFor(io, options, history);
      const { page, proofs, withoutProof } = await io.during("verifying proofs", async (say) =>
        verifyArchive(archiveOf(history), {
          verificationKeys,
          page: history.state,
          onProgress: (done, of) => say(`${done} of ${of}`),
        }),
      );
      const later = history.transactions.length - known.transactions.length;
      io.report(
        [
          `${file} gives page ${address.page} as the contract has it at block ${history.block}. ${counted(proofs, "proof")} verified again.`,
          ...(later === 0
            ? []
            : [
                `${counted(later, "transaction")} came after the archive and ${later === 1 ? "was" : "were"} read from the node.`,
              ]),
          ...(withoutProof.length === 0
            ? []
            : [
                `${counted(withoutProof.length, "revocation")} came from a contract, so the proof is not in the archive. The chain of hashes has ${withoutProof.length === 1 ? "it" : "them"}.`,
              ]),
          ...(page.gaps.length === 0
            ? [noGapsText(page.batches.length)]
            : [
                "Gaps in time. A batch in one of them can be missing from the archive, and the chain's events decide:",
                ...gapLines(page.gaps, 10),
              ]),
        ],
        {
          ...{ file, page: address.page, fits: true, block: history.block, archived: known.block, later },
          ...{ proofs, withoutProof, gaps: page.gaps },
        },
      );
    });
}

/** Keys of the circuits that a history has proofs of. @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH */
async function keysFor(
  io: Io,
  options: Pick<GlobalOptions, "artifacts">,
  { entries }: PageHistory,
): Promise<Record<string, VerificationKey>> {
  const ids = entries.flatMap((entry) => {
    return "carried" in entry && entry.carried !== undefined ? [entry.carried.circuit] : [];
  });
  // Unknown circuits are the archive's fault, and verifying names them.
  const circuits = [...new Set(ids)].flatMap((id) => ledgerCircuitOfId(id) ?? []);
  const keys = circuits.map(async ({ name, version }) => {
    const found = await verificationKeyOf(io, options, name);
    if (found.version === version) return [name, found.key] as const;
    throw new VitalproofError("ARTIFACT_MISMATCH", `The key of ${name} is of version ${found.version}.`, {
      details: { circuit: name, wanted: version, got: found.version },
      hint: "Take the artifacts of this version of the command.",
    });
  });
  return Object.fromEntries(await Promise.all(keys));
}
