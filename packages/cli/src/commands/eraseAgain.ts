// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { ERASING, STILL_IN_FILES } from "../erasing.ts";
import { EXIT } from "../exit.ts";
import { readText } from "../files.ts";
import type { Io } from "../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../serviceConfig.ts";

/** A backup from before an erasure brings a person back. */
export function registerEraseAgain(parent: Command, io: Io, service: keyof typeof ERASING): void {
  withConfig(
    parent,
    "erase-again <evidence>",
    "After a restore, erase who was erased before it. Without --yes, show who came back.",
    "erased.json --yes",
  )
    .option("--yes", "do it. It cannot be undone")
    .option("--by <name>", "who does it, for the evidence", "operator")
    .addHelpText("after", `\nRun it before the ${service} starts: until then they are back.\n`)
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions & { yes?: boolean; by: string }>();
      const { assertCurrent, assertOwnStore, readErasures } = await import("@vitalproof/services");
      const config = await configOf(io, options, service);
      const list = readErasures(await readText(io, file), file);
      await withStore(io, options, service, async (database) => {
        await assertCurrent(database);
        await assertOwnStore(database, service, config);
        const erasures = await ERASING[service].open(database, io);
        const { shown } = ERASING[service];
        const returned = (await erasures.returned(list)).map(shown);
        if (options.yes !== true) {
          io.report(
            returned.length === 0
              ? ["No one of them is in the store."]
              : [`Nothing was erased. Back in the store: ${returned.join(", ")}.`],
            { returned, erased: [] },
          );
          if (returned.length > 0) io.exitCode = EXIT.refused;
          return;
        }
        const done = await io.during("Erasing", () => erasures.reapply(list, { by: options.by }));
        const { cleaned } = done;
        const erased = done.returned.map(shown);
        io.report(
          [
            erased.length === 0 ? "No one of them was in the store." : `Erased again: ${erased.join(", ")}.`,
            "None of them can come back under the same name.",
            ...(cleaned ? [] : [STILL_IN_FILES]),
          ],
          { returned, erased, cleaned },
        );
      });
    });
}
