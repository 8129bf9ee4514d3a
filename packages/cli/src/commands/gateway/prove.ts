// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../../io.ts";
import { type ConfigOptions, configOf, withConfig } from "../../serviceConfig.ts";
import { stopped } from "../../stopped.ts";

/** `gateway prove`: proves for the gateways of one store, on this machine. */
export function registerProver(parent: Command, io: Io): void {
  withConfig(
    parent,
    "prove",
    "Prove claims for the gateways of one PostgreSQL store until it is stopped, on this or another machine.",
  ).action(async (_: unknown, command: Command) => {
    const config = await configOf(io, command.optsWithGlobals<ConfigOptions>(), "gateway");
    const { logger, runProver } = await import("@vitalproof/services");
    const log = logger({
      name: "prover",
      ...(config.log?.level === undefined ? {} : { level: config.log.level }),
    });
    const running = await runProver(config, { log });
    await stopped(io.signal);
    log.info("stopping");
    await running.close();
  });
}
