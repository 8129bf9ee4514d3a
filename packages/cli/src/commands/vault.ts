// SPDX-License-Identifier: GPL-3.0-or-later
import { readIdentity, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { GROUP_KEYS } from "../attester.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit.ts";
import { readText, writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { dayText } from "../time.ts";
import { restoreVault, type Vault, withVault } from "../vault.ts";

export function registerVault(program: Command, io: Io): void {
  const vault = program
    .command("vault")
    .description("Check, copy and restore the sealed place of identity, devices and logs.")
    .addHelpText("after", "\nExample:\n  vitalproof vault check\n");

  vault
    .command("check")
    .description("Open every record and name the damaged ones. The exit code is 1 if there are any.")
    .addHelpText("after", "\nExample:\n  vitalproof vault check --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { folder, keys, damaged } = await withVault(io, options, async (open) => ({
        folder: open.folder,
        ...(await io.during("opening every record", () => checkRecords(open))),
      }));
      io.report(
        [
          `${counted(keys, "record")} of ${folder} ${keys === 1 ? "opens" : "open"}.`,
          ...damaged.map(({ record, file }) => `damaged: ${record ?? "an unknown record"} (${file}.json)`),
          ...(damaged.length === 0 ? [] : ["Put these files back from a copy of the folder."]),
        ],
        { vault: folder, records: keys, damaged },
      );
      if (damaged.length > 0) io.exitCode = EXIT.no;
    });

  vault
    .command("copy")
    .description("Write everything to one file, sealed under the vault's passphrase.")
    .requiredOption("--out <file>", "where to write it")
    .addHelpText(
      "after",
      "\nThe copy is as new as its date. The page and the command both restore it.\n" +
        "\nExample:\n  vitalproof vault copy --out copy.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { out: string }>();
      await withVault(io, options, async ({ sealed }) => {
        await writeText(io, options.out, `${await sealed.copy()}\n`);
      });
      io.report([`Copy in ${options.out}. It opens with the vault's passphrase.`], { file: options.out });
    });

  vault
    .command("restore <file>")
    .description("Make a vault from a copy, in a folder that has none.")
    .addHelpText("after", "\nExample:\n  vitalproof vault restore copy.json --vault ~/.vitalproof-new\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { folder, subject } = await restoreVault(io, options, await readText(io, file), async (open) => ({
        folder: open.folder,
        subject: (await readIdentity(open.store))?.subject,
      }));
      io.report([`Vault restored in ${folder}.`], { vault: folder, subject });
    });
}

type Damaged = { readonly file: string; readonly record: string | undefined };

async function checkRecords({ sealed, store }: Vault): Promise<{ keys: number; damaged: Damaged[] }> {
  const { keys, damaged } = await sealed.check();
  const expected = damaged.length === 0 ? [] : await expectedKeys(keys, store);
  const byName = new Map(expected.map((key) => [sealed.nameOf(key), key]));
  return { keys: keys.length, damaged: damaged.map((file) => ({ file, record: inWords(byName.get(file)) })) };
}

/** Keys that a whole vault would have, by what its readable records say. */
async function expectedKeys(keys: readonly string[], store: Vault["store"]): Promise<string[]> {
  const logs = new Set(keys.flatMap((key) => /^(?:log|opened)\/([^/]+)/.exec(key)?.[1] ?? []));
  const expected = ["identity", ...GROUP_KEYS, "device/simulated"];
  for (const log of logs) {
    expected.push(`opened/${log}`, `log/${log}/state`, `log/${log}/journal`);
    const epochs = keys.flatMap((key) => {
      const [, name, epoch] = /^log\/([^/]+)\/epoch\/(\d+)$/.exec(key) ?? [];
      return name === log ? [Number(epoch)] : [];
    });
    const state = await store.read(`log/${log}/state`).catch((error: unknown) => {
      if (VitalproofError.find(error, "VAULT_DAMAGED") !== undefined) return undefined;
      throw error;
    });
    const {
      firstEpoch,
      nextEpoch,
      pieces = [],
    } = JSON.parse(state ?? "{}") as {
      firstEpoch?: number;
      nextEpoch?: number;
      pieces?: [day: number, side: number][];
    };
    for (const [day, side] of pieces) expected.push(`log/${log}/pending/${day}-${side}`);
    // Without the state, the neighbours of what is there.
    const from = firstEpoch ?? Math.min(...epochs) - 1;
    const to = nextEpoch ?? Math.max(...epochs) + 2;
    for (let epoch = from; epoch < to; epoch++) expected.push(`log/${log}/epoch/${epoch}`);
  }
  return expected;
}

function inWords(key: string | undefined): string | undefined {
  const [, log, kind, number] = /^log\/([^/]+)\/(epoch|pending)\/(\d+)(?:-[01])?$/.exec(key ?? "") ?? [];
  if (number === undefined) return key;
  return kind === "epoch"
    ? `epoch ${number} of log ${log}`
    : `readings of ${dayText(Number(number))} that log ${log} has not sealed`;
}
