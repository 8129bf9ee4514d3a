// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type MasterOptions, tellMaster, withMasterOptions } from "../ledger/masterFile.ts";
import { type ConfigOptions, configOf, withConfig, withStore } from "../serviceConfig.ts";
import { registerProver } from "./prover.ts";
import { registerService } from "./service.ts";

export function registerCustodian(program: Command, io: Io): void {
  const custodian = program
    .command("custodian")
    .description("Run a custodian of the health ledger: take accesses, and log them in batches.")
    .addHelpText("after", "\nExample:\n  vitalproof custodian run --config custodian.json\n");
  registerProver(custodian, io, "custodian");
  registerService(custodian, io, "custodian");
  registerServiceMaster(custodian, io);
}

function registerServiceMaster(custodian: Command, io: Io): void {
  withMasterOptions(
    withConfig(
      custodian,
      "master",
      "Write the page's master of audit keys to a file for a regulator. Without --yes, say what it opens.",
      "--out master.txt --yes",
    ),
  ).action(async (_: unknown, command: Command) => {
    const options = command.optsWithGlobals<ConfigOptions & MasterOptions>();
    const { custodianMaster, migrate } = await import("@vitalproof/services");
    const config = await configOf(io, options, "custodian");
    await tellMaster(io, options, config.custodian!.page, () =>
      withStore(io, options, "custodian", async (database) => {
        await migrate(database);
        return custodianMaster(config, database, () => Math.floor(io.now()));
      }),
    );
  });
}
