// SPDX-License-Identifier: GPL-3.0-or-later
import type { Curve } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { createDevice, listDevices, loadDevice } from "../device.ts";
import { EXIT } from "../exit.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { withVault } from "../vault.ts";
import { damagedLines } from "../vaultRecords.ts";

const SELF_ATTESTED =
  "Self-attested: anyone who holds this key can sign any readings. It proves nothing about a sensor. Only groups of the class self-attested accept it.";

export function registerDevice(program: Command, io: Io): void {
  const device = program
    .command("device")
    .description("Make and list the keys that sign sealed readings.")
    .addHelpText("after", "\nExample:\n  vitalproof device simulate\n");

  device
    .command("simulate")
    .description("Make a software key that acts as a device. What it signs is self-attested.")
    .option("--name <name>", "name of the key in the vault", "simulated")
    .addOption(new Option("--curve <curve>", "its curve").choices(["p256", "ed25519"]).default("p256"))
    .addHelpText("after", "\nExample:\n  vitalproof device simulate --name cgm\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { name: string; curve: Curve }>();
      const { curve, publicKey } = await withVault(io, options, (vault) =>
        createDevice(vault, options.name, options.curve),
      );
      io.report([`Simulated device "${options.name}" (${curve})`, `public key ${publicKey}`, SELF_ATTESTED], {
        name: options.name,
        curve,
        publicKey,
        assurance: "self-attested",
      });
    });

  device
    .command("list")
    .description("List the vault's device keys. The exit code is 1 if the record of one is damaged.")
    .addHelpText("after", "\nExample:\n  vitalproof device list --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { devices, damaged } = await withVault(io, options, async (vault) => {
        const { names, damaged } = await listDevices(vault);
        const found = await Promise.all(
          names.map(async (name) => {
            const { curve, publicKey } = await loadDevice(vault, name);
            return { name, curve, publicKey, assurance: "self-attested" };
          }),
        );
        return { devices: found, damaged };
      });
      if (damaged.length > 0) io.exitCode = EXIT.no;
      io.report(
        [
          ...(devices.length + damaged.length === 0
            ? ["No device. Make one with `vitalproof device simulate`."]
            : devices.map(({ name, curve, publicKey }) => `${name}  ${curve}  ${publicKey}  self-attested`)),
          ...damagedLines(damaged),
        ],
        { devices, ...(damaged.length === 0 ? {} : { damaged }) },
      );
    });
}
