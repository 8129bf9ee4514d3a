// SPDX-License-Identifier: GPL-3.0-or-later
import { AnchorClient, leafAndDayOf, VitalproofError } from "@vitalproof/sdk";
import { ANCHOR_PATHS, SIGNED_HEADS } from "@vitalproof/sdk/wire";
import type { Command } from "commander";
import { withAttester } from "../../attester.ts";
import { withChain } from "../../connect.ts";
import { readDocument, writeDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { element, needed } from "../../numbers.ts";
import { dayText, parseDay } from "../../time.ts";
import { type WalletOptions, withWalletOptions } from "../../wallet.ts";
import { assertChain } from "./chain.ts";
import { OUT, type Out } from "./out.ts";

export function registerCloseDay(attester: Command, io: Io): void {
  attester
    .command("close-day <day>")
    .description("Close a day permanently and show its root. Nothing is sent to the chain.")
    .addHelpText("after", "\nExample:\n  vitalproof attester close-day 2026-03-02\n")
    .action(async (text: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions>();
      const day = parseDay(text);
      const closed = await withAttester(io, options, { signs: false }, ({ attester: at }) =>
        at.closeDay(day),
      );
      io.report(
        [
          closed === undefined
            ? `${dayText(day)} holds no head: there is nothing to anchor.`
            : `${dayText(day)}: root ${closed.root} over ${leaves(closed.leaves)}.`,
        ],
        { day, date: dayText(day), root: closed?.root ?? null, leaves: closed?.leaves ?? 0 },
      );
    });
}

export function registerAnchor(attester: Command, io: Io): void {
  withWalletOptions(attester.command("anchor"))
    .description("Write the roots of closed days to the chain, once each.")
    .option("--day <day>", "only this day, a UTC date (default: every day that may be anchored now)")
    .addHelpText("after", "\nExample:\n  vitalproof attester anchor --keystore attester.json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<WalletOptions & { day?: string }>();
      const wanted = options.day === undefined ? undefined : parseDay(options.day);
      const anchored = await withAttester(io, options, { signs: true }, ({ attester: at, config, signer }) =>
        withChain(io, options, async ({ provider, chainId }) => {
          assertChain(chainId, config);
          const client = new AnchorClient(config.domain.anchors, signer.connect(provider));
          const done: { day: number; root: bigint; leaves: number; hash: string; gasUsed: bigint }[] = [];
          for (const day of wanted === undefined ? at.dueDays() : [wanted]) {
            if (wanted === undefined && (await client.anchorOf(config.group, day)) !== undefined) continue;
            const written = await io.during(`anchoring ${dayText(day)}`, () => at.anchor(client, day));
            if (written === undefined) continue;
            const { hash, gasUsed } = written.sent;
            done.push({ ...written.closed, hash, gasUsed });
          }
          return done;
        }),
      );
      io.report(
        anchored.length === 0
          ? ["Nothing to anchor: no day with heads is open for it."]
          : anchored.map(
              ({ day, root, leaves: count, gasUsed }) =>
                `${dayText(day)}: root ${root} over ${leaves(count)}, ${gasUsed} gas`,
            ),
        { anchored: anchored.map((entry) => ({ ...entry, date: dayText(entry.day) })) },
      );
    });
}

export function registerPath(attester: Command, io: Io): void {
  type Options = WalletOptions & Out & { heads?: string; day?: string; leaf?: bigint };
  attester
    .command("path")
    .description("Write the paths from leaves to their days' roots, which patients need for proofs.")
    .option("--heads <file>", "for the heads of this file")
    .option("--leaf <n>", "for one leaf (`vitalproof log show --json` has it)", element)
    .option("--day <day>", "the anchor day of --leaf, a UTC date")
    .requiredOption(...OUT)
    .option("--force", "replace the file")
    .addHelpText("after", "\nExample:\n  vitalproof attester path --heads heads.json --out paths.json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if ((options.heads === undefined) === (options.leaf === undefined)) {
        throw new VitalproofError("USAGE", "Name leaves with --heads FILE, or one with --leaf and --day.", {
          hint: "Use exactly one of the two.",
        });
      }
      const wanted =
        options.heads === undefined
          ? [{ leaf: options.leaf!, day: parseDay(needed(options.day, "--day", "with --leaf")) }]
          : (await readDocument(io, SIGNED_HEADS, options.heads)).heads.map(leafAndDayOf);
      const body = await withAttester(io, options, { signs: false }, async ({ attester: at }) => ({
        group: at.group,
        paths: await io.during("reading paths", () =>
          Promise.all(wanted.map(async ({ leaf, day }) => ({ day, ...(await at.path(day, leaf)) }))),
        ),
      }));
      await writeDocument(io, ANCHOR_PATHS, options.out, body, options);
      io.report(
        [
          `${body.paths.length} ${body.paths.length === 1 ? "path" : "paths"} in ${options.out}, for the patient.`,
        ],
        { file: options.out, ...body },
      );
    });
}

function leaves(count: number): string {
  return `${count} ${count === 1 ? "leaf" : "leaves"}`;
}
