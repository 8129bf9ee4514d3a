// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an operator tells a gateway while it runs.
import { httpGateway } from "@vitalproof/sdk";
import { LOG_OPENING } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { readDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { EXAMPLE_URLS } from "../../serviceConfig.ts";
import { tokenOf } from "../../serviceToken.ts";
import { instantText } from "../../time.ts";

type CallOptions = { readonly url: string; readonly tokenFile: string };

function calling(parent: Command, usage: string, description: string, example: string): Command {
  return parent
    .command(usage)
    .description(description)
    .requiredOption("--url <url>", `where the gateway listens, such as ${EXAMPLE_URLS.gateway}`)
    .requiredOption("--token-file <file>", "file with a token of an operator")
    .addHelpText(
      "after",
      `\nExample:\n  vitalproof gateway ${example} --url ${EXAMPLE_URLS.gateway} --token-file token.txt\n`,
    );
}

async function clientOf(io: Io, { url, tokenFile }: CallOptions) {
  return httpGateway(`${url.replace(/\/$/, "")}/gateway`, { token: await tokenOf(io, tokenFile) });
}

export function registerConfirmClock(gateway: Command, io: Io): void {
  calling(
    gateway,
    "confirm-clock",
    "Say that the clock of the gateway's machine is right, after comparing it with another one.",
    "confirm-clock",
  ).action(async (options: CallOptions) => {
    const now = await (await clientOf(io, options)).confirmClock();
    io.report([`The gateway goes on. Its clock says ${instantText(now)}.`], { now });
  });
}

export function registerOpenLog(gateway: Command, io: Io): void {
  calling(
    gateway,
    "open-log <log> <opening>",
    "Let a log that was stopped, or that the attester has already, go on from what the attester said.",
    "open-log p17.glucose-mg-dl-5min opening.json",
  )
    .addHelpText(
      "after",
      "\nFirst end any other gateway that seals the log. `gateway request` writes what `attester continue-log` needs,\n" +
        "which writes the opening.\n",
    )
    .action(async (log: string, file: string, options: CallOptions) => {
      const { opening } = await readDocument(io, LOG_OPENING, file);
      await (await clientOf(io, options)).openLog(log, opening);
      const { firstEpoch } = opening;
      io.report([`${log} goes on with epoch ${firstEpoch}.`], { log, firstEpoch });
    });
}
