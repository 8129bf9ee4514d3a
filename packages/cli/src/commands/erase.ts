// SPDX-License-Identifier: GPL-3.0-or-later
import type { Erased, ErasurePreview } from "@vitalproof/services";
import type { Command } from "commander";
import { ERASING, STILL_IN_FILES } from "../erasing.ts";
import { EXIT } from "../exit.ts";
import { writeText } from "../files.ts";
import type { Io } from "../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../serviceConfig.ts";
import { instantText } from "../time.ts";

type EraseOptions = ConfigOptions & { yes?: boolean; out?: string; force?: boolean; by: string };

/** Nothing of it needs a gateway's master key: a person can be erased who cannot be opened any more. */
export function registerErase(parent: Command, io: Io, service: keyof typeof ERASING): void {
  const { argument, example, description, afterwards, ...erasing } = ERASING[service];
  withConfig(
    parent,
    `erase <${argument}>`,
    `${description} Without --yes, show what that would be.`,
    `${example} --yes --out erased.json`,
  )
    .option("--yes", "do it. It cannot be undone")
    .option("--by <name>", "who does it, for the evidence", "operator")
    .option("--out <file>", "where to write the evidence. Keep it apart from the backups")
    .option("--force", "replace the file")
    .action(async (given: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<EraseOptions>();
      const { assertCurrent, assertOwnStore, writeErasures } = await import("@vitalproof/services");
      const config = await configOf(io, options, service);
      const person = await erasing.personOf(given);
      const onChain = await erasing.remains(config, person);
      await withStore(io, options, service, async (database) => {
        await assertCurrent(database);
        await assertOwnStore(database, service, config);
        const erasures = await erasing.open(database, io);
        if (options.yes !== true)
          return tellPreview(io, erasing.shown(person), await erasures.preview(person), onChain);
        const erased = await io.during("Erasing", () => erasures.erase(person, { by: options.by, onChain }));
        if (options.out !== undefined) await writeText(io, options.out, writeErasures([erased]), options);
        tellErased(io, erasing.shown(person), erased, { afterwards, out: options.out });
      });
    });
}

function tellPreview(
  io: Io,
  person: string,
  { destroys, backups }: ErasurePreview,
  onChain: readonly string[],
): void {
  io.report(
    [
      `Nothing was erased. With --yes, this of ${person} is destroyed:`,
      ...rowsOf(destroys),
      ...backupsOf(backups),
      ...remainsOf(onChain),
    ],
    { person, erased: false, destroys, backups: [...backups], onChain: [...onChain] },
  );
  io.exitCode = EXIT.refused;
}

function tellErased(
  io: Io,
  person: string,
  erased: Erased,
  { afterwards, out }: { readonly afterwards: string; readonly out: string | undefined },
): void {
  const { evidence, hash, before, cleaned } = erased;
  const { erasedAt, destroyed, backups, onChain } = evidence;
  io.report(
    [
      `${person} ${before ? "was erased before," : "is erased,"} at ${instantText(erasedAt)}. Destroyed:`,
      ...rowsOf(destroyed),
      ...backupsOf(backups),
      ...remainsOf(onChain),
      cleaned ? "The store's files are free of it." : STILL_IN_FILES,
      afterwards,
      `Evidence ${hash}${out === undefined ? ": write it to a file with --out, and keep it apart from the backups" : ` is in ${out}`}.`,
    ],
    { person, erased: true, before, cleaned, hash, evidence, ...(out === undefined ? {} : { file: out }) },
  );
}

function rowsOf(tables: Readonly<Record<string, number>>): string[] {
  return Object.entries(tables).map(([table, rows]) => `  ${table}: ${rows}`);
}

function backupsOf(backups: readonly { readonly place: string; readonly keptUntil: number }[]): string[] {
  if (backups.length === 0) return ["No noted backup holds it."];
  return [
    "Backups that still hold it:",
    ...backups.map(({ place, keptUntil }) => `  ${place}, until ${instantText(keptUntil)}`),
  ];
}

function remainsOf(onChain: readonly string[]): string[] {
  return onChain.length === 0 ? [] : ["What remains:", ...onChain.map((each) => `  ${each}`)];
}
