// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../io.ts";
import { type ConfigOptions, configOf, withConfig } from "../serviceConfig.ts";
import { stopped } from "../stopped.ts";

const WHAT = {
  custodian: "Prove batches for the custodian",
  gateway: "Prove claims for the gateways",
} as const;

/** `prove`: proves for the services of one store, on this machine. */
export function registerProver(parent: Command, io: Io, service: keyof typeof WHAT): void {
  withConfig(
    parent,
    "prove",
    `${WHAT[service]} of one PostgreSQL store until it is stopped, on this or another machine.`,
  ).action(async (_: unknown, command: Command) => {
    const config = await configOf(io, command.optsWithGlobals<ConfigOptions>(), service);
    const { logger, runCustodianProver, runProver } = await import("@vitalproof/services");
    const log = logger({
      name: "prover",
      ...(config.log?.level === undefined ? {} : { level: config.log.level }),
    });
    const running = await { custodian: runCustodianProver, gateway: runProver }[service](config, { log });
    await stopped(io.signal);
    log.info("stopping");
    await running.close();
  });
}
