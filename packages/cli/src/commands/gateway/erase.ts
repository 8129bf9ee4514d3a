// SPDX-License-Identifier: GPL-3.0-or-later
import type { Erased, ErasurePreview } from "@vitalproof/services";
import type { Command } from "commander";
import { EXIT } from "../../exit.ts";
import { writeText } from "../../files.ts";
import type { Io } from "../../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../../serviceConfig.ts";
import { instantText } from "../../time.ts";

type EraseOptions = ConfigOptions & { yes?: boolean; out?: string; force?: boolean; by: string };

/** Nothing of it needs the master key: a person can be erased who cannot be opened any more. */
export function registerErase(gateway: Command, io: Io): void {
  withConfig(
    gateway,
    "erase <person>",
    "Destroy a person's key and everything that is sealed under it. Without --yes, show what that would be.",
    "p17 --yes --out erased.json",
  )
    .option("--yes", "do it. It cannot be undone")
    .option("--by <name>", "who does it, for the evidence", "operator")
    .option("--out <file>", "where to write the evidence. Keep it apart from the backups")
    .option("--force", "replace the file")
    .action(async (person: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<EraseOptions>();
      const services = await import("@vitalproof/services");
      const config = await configOf(io, options);
      const own = services.gatewayPartOf(config);
      const { id, contracts } = config.chain;
      const onChain = services.remainsOnChain(own, person, { id, anchors: contracts.anchors });
      const clock = (): number => Math.floor(io.now());
      await withStore(io, options, async (database) => {
        await services.migrate(database);
        if (options.yes !== true) {
          const preview = await services.previewErasure(database, person, clock());
          if (preview === undefined) throw await services.absenceOf(database, person);
          return tellPreview(io, person, preview, onChain);
        }
        const personKeys = { forget: () => undefined };
        const erasures = services.gatewayErasures({ database, personKeys, clock });
        const erased = await io.during("Erasing", () => erasures.erase(person, { by: options.by, onChain }));
        if (options.out !== undefined)
          await writeText(io, options.out, services.writeErasures([erased]), options);
        tellErased(io, person, erased, options.out);
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

function tellErased(io: Io, person: string, erased: Erased, out: string | undefined): void {
  const { evidence, hash, before, cleaned } = erased;
  const { erasedAt, destroyed, backups, onChain } = evidence;
  io.report(
    [
      `${person} ${before ? "was erased before," : "is erased,"} at ${instantText(erasedAt)}. Destroyed:`,
      ...rowsOf(destroyed),
      ...backupsOf(backups),
      ...remainsOf(onChain),
      cleaned
        ? "The store's files are free of the wrapped key."
        : "The store's files still have the wrapped key: a backup or a long read sees it. A running gateway removes it, or this command again.",
      `No new proof can be made for ${person} here. Start running gateways again: they forget the device keys then.`,
      `Evidence ${hash}${out === undefined ? ": write it to a file with --out, and keep it apart from the backups" : ` is in ${out}`}.`,
    ],
    { person, erased: true, before, cleaned, hash, evidence, ...(out === undefined ? {} : { file: out }) },
  );
}

function rowsOf(tables: Readonly<Record<string, number>>): string[] {
  return Object.entries(tables).map(([table, rows]) => `  ${table}: ${rows}`);
}

function backupsOf(backups: readonly { readonly place: string; readonly keptUntil: number }[]): string[] {
  if (backups.length === 0) return ["No noted backup holds the wrapped key."];
  return [
    "Backups that still hold the wrapped key, under the master key:",
    ...backups.map(({ place, keptUntil }) => `  ${place}, until ${instantText(keptUntil)}`),
  ];
}

function remainsOf(onChain: readonly string[]): string[] {
  return onChain.length === 0 ? [] : ["What remains elsewhere:", ...onChain.map((each) => `  ${each}`)];
}
