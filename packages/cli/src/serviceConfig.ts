// SPDX-License-Identifier: GPL-3.0-or-later
//
// What commands for services have in common: the installation's configuration and its store.
import { resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import type { Database } from "@vitalproof/services";
import type { Command } from "commander";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";

const SERVICES = ["attester", "custodian", "gateway", "relayer"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where a service listens in the examples: the ports of docs/operations.md. */
export const EXAMPLE_URLS: Readonly<Record<ServiceName, string>> = {
  attester: "http://127.0.0.1:8600",
  relayer: "http://127.0.0.1:8601",
  gateway: "http://127.0.0.1:8602",
  custodian: "http://127.0.0.1:8603",
};

export type ConfigOptions = GlobalOptions & { readonly config: string };

/** A command below a service's own, with `--config`. @param example its arguments and options, as its help shows them */
export function withConfig(parent: Command, usage: string, description: string, example = ""): Command {
  const [name] = usage.split(" ");
  const service = parent.name();
  const words = [`vitalproof ${service} ${name}`, example, `--config ${service}.json`].filter(
    (each) => each !== "",
  );
  return parent
    .command(usage)
    .description(description)
    .requiredOption("--config <file>", "the installation's configuration (docs/operations.md)")
    .addHelpText("after", `\nExample:\n  ${words.join(" ")}\n`);
}

/**
 * @param service which the command is for
 * @throws DOCUMENT_INVALID, also for the configuration of another service; NOT_THERE
 */
export async function configOf(io: Io, { config }: Pick<ConfigOptions, "config">, service: ServiceName) {
  const { loadConfig } = await import("@vitalproof/services");
  const loaded = await loadConfig(resolve(io.cwd, config));
  if (loaded[service] !== undefined) return loaded;
  const others = SERVICES.filter((name) => loaded[name] !== undefined);
  throw new VitalproofError("DOCUMENT_INVALID", `${config} has no member ${service}.`, {
    details: { file: config, has: others },
    hint: `It is the configuration of: ${others.join(", ") || "no service"}. Name the file of the ${service}.`,
  });
}

/** Opens the configuration's store and acts. @throws as `configOf` */
export async function withStore<T>(
  io: Io,
  options: Pick<ConfigOptions, "config">,
  service: ServiceName,
  act: (database: Database) => Promise<T>,
): Promise<T> {
  const config = await configOf(io, options, service);
  const { openDatabase } = await import("@vitalproof/services");
  const database = await openDatabase(config.store);
  try {
    return await act(database);
  } finally {
    await database.close();
  }
}
