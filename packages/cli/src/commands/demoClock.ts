// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { isLocalChain } from "@vitalproof/sdk/node";
import type { Command } from "commander";
import { withChain } from "../connect.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { instantText, parseInstant } from "../time.ts";

export function registerDemoClock(program: Command, io: Io): void {
  program
    .command("demo-clock [time]")
    .description("Show a chain's time. On a local development node, let time pass until then.")
    .addHelpText(
      "after",
      "\nWith --clock chain, the other commands take a local chain's time for now, so that data of the past can be\n" +
        "sealed and anchored as if today.\n" +
        "\nExample:\n  vitalproof demo-clock 2026-03-03T07:00Z\n",
    )
    .action(async (time: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const wanted = time === undefined ? undefined : parseInstant(time);
      const { chainId, now } = await withChain(io, options, async (chain) => {
        const latest = async (): Promise<number> => (await chain.provider.getBlock("latest"))!.timestamp;
        if (wanted === undefined) return { chainId: chain.chainId, now: await latest() };
        if (!isLocalChain(chain.chainId)) {
          throw new VitalproofError(
            "NOT_ALLOWED",
            `Chain ${chain.chainId} is not local, so its time cannot be set.`,
            {
              details: { chainId: chain.chainId },
            },
          );
        }
        const before = await latest();
        if (wanted < before) {
          throw new VitalproofError("NOT_ALLOWED", `The chain's time is ${instantText(before)} already.`, {
            details: { now: before, wanted },
            hint: "Time does not run backwards: start the node with an earlier time.",
          });
        }
        if (wanted > before) {
          await chain.provider.send("evm_setNextBlockTimestamp", [wanted]);
          await chain.provider.send("evm_mine", []);
        }
        return { chainId: chain.chainId, now: await latest() };
      });
      io.report([`On chain ${chainId} it is ${instantText(now)}.`], { chainId, now, time: instantText(now) });
    });
}
