// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { EXIT } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../../serviceConfig.ts";

export function registerRotateKey(gateway: Command, io: Io): void {
  withConfig(
    gateway,
    "rotate-key",
    "Wrap all persons' keys under the configured master key, while gateways run.",
  )
    .addHelpText(
      "after",
      "\nFirst make the new key `masterKey` and the old one a member of `olderMasterKeys`, and start all gateways again.\n" +
        "Afterwards the old one can be removed. Backups from before still need it.\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConfigOptions>();
      const { gatewayPartOf, migrate, openGateway, rotateMasterKey } = await import("@vitalproof/services");
      const own = gatewayPartOf(await configOf(io, options, "gateway"));
      const result = await withStore(io, options, "gateway", async (database) => {
        await migrate(database);
        const { masterKeys } = await openGateway(own, database, () => Math.floor(io.now()));
        return io.during("Wrapping", (say) =>
          rotateMasterKey(database, masterKeys, (rewrapped) => say(`${rewrapped} keys`)),
        );
      });
      const { current, old, rewrapped, cleaned } = result;
      const isDone = old === 0 && cleaned;
      io.report(
        [
          `${rewrapped} keys were wrapped anew. ${current} are under the new master key, ${old} under another one.`,
          isDone
            ? "The old master key can be removed from the configuration."
            : "Run it again: a backup or a long read was in the way. Keep the old master key until then.",
        ],
        result,
      );
      if (!isDone) io.exitCode = EXIT.no;
    });
}
