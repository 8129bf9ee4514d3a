// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { RECEIPTS, SIGNED_HEADS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withAttester } from "../../attester.ts";
import { counted } from "../../counted.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import { EXIT } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { type WalletOptions, withWalletOptions } from "../../wallet.ts";
import { OUT, type Out } from "./out.ts";

export function registerIntake(attester: Command, io: Io): void {
  withWalletOptions(attester.command("intake <heads>"))
    .description("Accept signed heads and return signed receipts.")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nHeads are accepted in order. The answer names each refused one and why; the exit code is then 5.\n" +
        "\nExample:\n  vitalproof attester intake heads.json --keystore attester.json --out receipts.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & Out>();
      const { heads } = await readDocument(io, SIGNED_HEADS, file);
      const body = await withAttester(io, options, { signs: true }, async ({ attester: at, config }) => {
        const answer = await io.during("accepting heads", (say) =>
          at
            .submitHeads(heads, (done) => say(`${done} of ${heads.length}`))
            .catch((error: unknown) => {
              if (!(error instanceof VitalproofError) || error.code !== "INVALID_ARGUMENT") throw error;
              throw new VitalproofError("DOCUMENT_INVALID", `${file}: ${error.shortMessage}`, {
                details: error.details,
                hint: error.hint,
              });
            }),
        );
        return { domain: config.domain, group: config.group, ...answer };
      });
      await writeDocument(io, RECEIPTS, options.out, body, options);
      if (body.refused.length > 0) io.exitCode = EXIT.refused;
      io.report(
        [
          `${body.receipts.length} of ${counted(heads.length, "head")} accepted; ${options.out} is for the patient.`,
          ...body.refused.map(({ epoch, code, message }) => `epoch ${epoch} refused: ${message} [${code}]`),
        ],
        {
          file: options.out,
          taken: body.receipts.length,
          refused: body.refused,
          nextEpoch: body.state.nextEpoch,
        },
      );
    });
}
