// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Happened } from "@vitalproof/sdk/ledger";
import { type Command, Option } from "commander";
import type { Chain } from "../../connect.ts";
import { counted } from "../../counted.ts";
import type { Io } from "../../io.ts";
import { isSame } from "../../ledger/chain.ts";
import { type DeskOptions, SIZES, withDesk, withPageOptions } from "../../ledger/custodian/desk.ts";
import { settleFinal } from "../../ledger/custodian/finality.ts";
import { waitingJson, waitingLines } from "../../ledger/custodian/report.ts";
import { proverLines } from "../../proof.ts";
import { parseDuration } from "../../time.ts";
import { usage } from "../../usage.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

type Options = Omit<DeskOptions, "lag"> & WalletOptions & { lag: number; dueOnly?: boolean };

export function registerBatch(ledger: Command, io: Io): void {
  withWalletOptions(withPageOptions(ledger.command("batch")))
    .description("Prove and send what waits: consents, revocations and accesses.")
    .option("--due-only", "leave accesses and consents that do not fill a batch for later")
    .option("--lag <time>", "accesses of this last time may still be recorded afterwards", parseDuration, 60)
    .addOption(new Option("--size <n>", "accesses of one batch").choices([...SIZES]).default("64"))
    .addHelpText(
      "after",
      "\nBatches that a reorganisation took away are sent again, and what is final is settled first. Send all batches of a page from\n" +
        "one account. Accesses cannot be recorded for a time that a batch has closed: record a log before.\n" +
        "\nExample:\n  vitalproof ledger batch --keystore hospital.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const { lag, ...given } = command.optsWithGlobals<Options>();
      if (lag < 60 || lag > 60_000) throw usage("--lag is 1 minute to 1,000 minutes.", "Such as 15m.");
      const options = { ...given, lag: Math.ceil(lag / 60) };
      let step = (_text: string) => {};
      let account = "";
      const runner = async (chain: Chain) => {
        const wallet = await walletOf(io, chain, options);
        account = wallet.address;
        return wallet;
      };
      const done = await withDesk(
        io,
        options,
        async (desk) => {
          const { page, chain, vault, address, client, now } = desk;
          const { custodian } = await client.page(address.page);
          if (!isSame(custodian, account))
            throw new VitalproofError(
              "NOT_ALLOWED",
              `Page ${address.page}'s custodian is ${custodian}, not ${account}.`,
              {
                details: { page: address.page, custodian, account },
                hint: "Name its keystore. Batches from several accounts could overtake each other.",
              },
            );
          const report = await io.during(`batches of page ${address.page}`, (say) => {
            step = say;
            return options.dueOnly === true ? page.advance(now) : page.close(now);
          });
          const { confirmations } = options;
          const { status, final } = await settleFinal(vault, chain, page, { confirmations, now });
          return {
            page: address.page,
            happened: report.happened,
            status,
            final,
            prover: await desk.prover.note(),
          };
        },
        { runner, say: (text) => step(text) },
      );
      const { happened, status, final, prover } = done;
      io.report(
        [
          ...(happened.length === 0 ? [`Page ${done.page}: nothing to send.`] : happened.map(lineOf)),
          ...(prover === undefined ? [] : proverLines(prover)),
          ...waitingLines(status, final),
        ],
        {
          page: done.page,
          happened: happened.map((each) => ({ ...each })),
          ...{ toGive: status.toGive, toRevoke: status.toRevoke },
          ...waitingJson(status, final),
          ...(prover === undefined ? {} : { prover }),
        },
      );
    });
}

function lineOf({ what, kind, hash, count, late }: Happened): string {
  const of =
    kind === "accesses"
      ? `${late ? "late batch with " : ""}${counted(count, "access", "accesses")}`
      : counted(count, "new consent or revocation", "new consents and revocations");
  const said = { sent: "Sent", "sent-again": "Sent again", lost: "Not on the chain any more" }[what];
  return `${said}: ${of}, transaction ${hash}.`;
}
