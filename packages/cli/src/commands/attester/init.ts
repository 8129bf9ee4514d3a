// SPDX-License-Identifier: GPL-3.0-or-later
import { AnchorClient, ASSURANCE_CLASSES, type AssuranceClass, VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { assertNoAttester, saveAttester } from "../../attester.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { addressOption, big, whole } from "../../numbers.ts";
import { COST_HELP } from "../../scryptCost.ts";
import { durationText, parseDuration } from "../../time.ts";
import { withVault } from "../../vault.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

type Options = WalletOptions & {
  anchors: string;
  group?: bigint;
  newGroup?: boolean;
  assurance: AssuranceClass;
  intakeTime: string;
  graceTime: string;
  correctionTime: string;
  scryptCost?: number;
};

export function registerInit(attester: Command, io: Io): void {
  withWalletOptions(attester.command("init"))
    .description("Set up a vault to serve a group, which is on the chain already or is made now.")
    .requiredOption("--anchors <address>", "the anchor registry", addressOption)
    .option("--group <n>", "serve this group; the account must be its attester", big)
    .option("--new-group", "open a new group; its times and class never change")
    .addOption(
      new Option("--assurance <class>", "for a new group: what its devices are")
        .choices(ASSURANCE_CLASSES)
        .default("self-attested"),
    )
    .option("--intake-time <time>", "for a new group: how long after its end an epoch may arrive", "6h")
    .option("--grace-time <time>", "for a new group: how long after that a day may be anchored", "12h")
    .option("--correction-time <time>", "for a new group: how long after that a day may be corrected", "2d")
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof attester init --new-group --anchors 0x… --keystore attester.json --vault ~/attester\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if ((options.group === undefined) === (options.newGroup !== true)) {
        throw new VitalproofError("USAGE", "Name a group with --group, or open one with --new-group.", {
          hint: "Use exactly one of the two.",
        });
      }
      const times = {
        intakeTime: parseDuration(options.intakeTime),
        graceTime: parseDuration(options.graceTime),
        correctionTime: parseDuration(options.correctionTime),
      };
      const config = await withVault(
        io,
        options,
        async (vault) => {
          await assertNoAttester(vault);
          const made = await groupOf(io, options, times);
          await saveAttester(vault, made);
          return made;
        },
        { create: true, ...(options.scryptCost === undefined ? {} : { logN: options.scryptCost }) },
      );
      io.report(
        [
          `Group ${config.group} on chain ${config.domain.chainId}, class ${config.assurance}, attester ${config.attester}.`,
          `Heads arrive within ${durationText(config.intakeTime)} of an epoch's end. A day is anchored within ${durationText(config.graceTime)} after that.`,
        ],
        config,
      );
    });
}

/** The group that is named, or a new one. @throws NOT_ALLOWED where the account is not its attester */
function groupOf(
  io: Io,
  options: Options,
  times: { intakeTime: number; graceTime: number; correctionTime: number },
) {
  return withChain(io, options, async (chain) => {
    const wallet = await walletOf(io, chain, options);
    const anchors = new AnchorClient(options.anchors, wallet);
    const group =
      options.group ??
      (
        await io.during("opening the group", () =>
          anchors.createGroup({ ...times, assurance: options.assurance }),
        )
      ).result;
    const found = await anchors.group(group);
    if (found.attester !== wallet.address) {
      throw new VitalproofError(
        "NOT_ALLOWED",
        `Group ${group}'s attester is ${found.attester}, not ${wallet.address}.`,
        {
          details: { group, attester: found.attester, account: wallet.address },
          hint: "Use the account with which the group was opened.",
        },
      );
    }
    return { group, domain: await anchors.domain(), ...found };
  });
}
