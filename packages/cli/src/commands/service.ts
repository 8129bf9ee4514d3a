// SPDX-License-Identifier: GPL-3.0-or-later
//
// What operators do with a service that runs for weeks. `@vitalproof/services` is loaded by these commands alone.
import { resolve } from "node:path";
import { authorizationOf, VitalproofError } from "@vitalproof/sdk";
import { type Json, jsonOf, ROLES, type Role } from "@vitalproof/sdk/wire";
import { Argument, type Command, Option } from "commander";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import {
  type ConfigOptions,
  configOf,
  EXAMPLE_URLS,
  type ServiceName,
  withConfig,
  withStore,
} from "../serviceConfig.ts";
import { tokenOf } from "../serviceToken.ts";
import { statusLines } from "../statusText.ts";
import { stopped } from "../stopped.ts";
import { instantText, parseInstant } from "../time.ts";

const DAY = 86_400;
/** Seconds for which a backup is kept when nobody says how long. */
const KEPT = 30 * DAY;
/** A token of each service, as name and role. */
const EXAMPLE_TOKENS: Readonly<Record<ServiceName, string>> = {
  attester: "ward-3 sealer",
  custodian: "ehr recorder",
  gateway: "desk operator",
  relayer: "grafana monitor",
};

/** Adds `run`, `status`, `doctor`, `backup`, `restore`, `migrate` and `token` to a service's command. */
export function registerService(parent: Command, io: Io, service: ServiceName): void {
  registerRun(parent, io, service);
  registerStatus(parent, io, service);
  registerDoctor(parent, io, service);
  registerBackup(parent, io, service);
  registerRestore(parent, io, service);
  registerMigrate(parent, io, service);
  registerToken(parent, io, service);
}

function registerRun(parent: Command, io: Io, service: ServiceName): void {
  const run = withConfig(
    parent,
    "run",
    `Run the ${service} until it is stopped. Its log goes to standard output, a JSON line each.`,
  );
  if (service === "gateway") {
    run.option(
      "--instance <name>",
      "where several processes run with one configuration: a name for this one, the same at every start",
      instanceName,
    );
  }
  run.action(async (_: unknown, command: Command) => {
    const options = command.optsWithGlobals<ConfigOptions & { readonly instance?: string }>();
    const config = await configOf(io, options, service);
    const { logger, runAttester, runCustodian, runGateway, runRelayer } = await import(
      "@vitalproof/services"
    );
    const log = logger({
      name: service,
      ...(config.log?.level === undefined ? {} : { level: config.log.level }),
    });
    const { instance } = options;
    const start = {
      attester: runAttester,
      custodian: runCustodian,
      gateway: runGateway,
      relayer: runRelayer,
    }[service];
    const running = await start(config, { log, ...(instance === undefined ? {} : { instance }) });
    log.info({ port: Number(new URL(running.url).port) }, "listening");
    await stopped(io.signal);
    log.info("stopping");
    await running.close();
  });
}

/** It becomes a part of MQTT client ids. @throws INVALID_ARGUMENT */
function instanceName(text: string): string {
  if (/^[A-Za-z0-9_-]{1,20}$/.test(text)) return text;
  throw new VitalproofError("INVALID_ARGUMENT", "--instance is not a name of a process.", {
    hint: "Use 1 to 20 letters, digits, _ and -.",
  });
}

type Status = { problems: { what: string; todo: string }[] } & { [figure: string]: Json };

function registerStatus(parent: Command, io: Io, service: ServiceName): void {
  parent
    .command("status")
    .description(
      `Show how a running ${service} is doing, and what to do. Exit code 1 when something is wrong.`,
    )
    .requiredOption("--url <url>", `where it listens, such as ${EXAMPLE_URLS[service]}`)
    .requiredOption("--token-file <file>", "file with a token of an operator or monitor")
    .addHelpText(
      "after",
      `\nExample:\n  vitalproof ${service} status --url ${EXAMPLE_URLS[service]} --token-file token.txt\n`,
    )
    .action(async (options: { url: string; tokenFile: string }) => {
      const status = await askStatus(service, options.url, await tokenOf(io, options.tokenFile));
      const { problems, ...figures } = status;
      const lines = statusLines(figures);
      const wrong = problems.flatMap(({ what, todo }) => ["", what, `  ${todo}`]);
      io.report([...lines, ...(problems.length === 0 ? ["", "Nothing is wrong."] : wrong)], status);
      if (problems.length > 0) io.exitCode = EXIT.no;
    });
}

/** @throws SERVICE_UNREACHABLE; NOT_ALLOWED where it refuses; DOCUMENT_INVALID for what is not the status of this service */
async function askStatus(service: ServiceName, url: string, token: string): Promise<Status> {
  const address = `${url.replace(/\/$/, "")}/status`;
  const response = await fetch(address, {
    headers: authorizationOf(token, address),
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: unknown) => {
    throw new VitalproofError("SERVICE_UNREACHABLE", "The service cannot be reached.", {
      details: { url: address },
      hint: "Is it running, and is the address right?",
      cause,
    });
  });
  const { ok, status } = response;
  if (!ok) {
    throw new VitalproofError("NOT_ALLOWED", `The service refused (HTTP ${status}).`, {
      details: { url: address, status },
      hint: refusedHint(status, url),
    });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (isStatusOf(service, answer)) return answer;
  throw new VitalproofError("DOCUMENT_INVALID", `The answer is not the status of a ${service}.`, {
    details: { url: address },
    hint: urlHint(url),
  });
}

function refusedHint(status: number, url: string): string {
  if (status === 404) return urlHint(url);
  if (status >= 500) return "Its own log says why. Try again in some seconds.";
  return "Use a token of an operator or monitor that has not expired.";
}

/** The services' own endpoints have paths; their status has none. */
function urlHint(url: string): string {
  return `--url is the address at which the service listens, without a path, such as ${new URL(url).origin}.`;
}

function isStatusOf(service: ServiceName, answer: unknown): answer is Status {
  const { service: name, problems } = (answer ?? {}) as Partial<Record<keyof Status, unknown>>;
  const isProblem = (each: unknown): boolean => {
    const { what, todo } = (each ?? {}) as Partial<Record<"what" | "todo", unknown>>;
    return typeof what === "string" && typeof todo === "string";
  };
  return name === service && Array.isArray(problems) && problems.every(isProblem);
}

function registerDoctor(parent: Command, io: Io, service: ServiceName): void {
  withConfig(
    parent,
    "doctor",
    "Look at everything that the service needs, and change nothing. Exit code 1 when something is wrong.",
  ).action(async (_: unknown, command: Command) => {
    const config = await configOf(io, command.optsWithGlobals<ConfigOptions>(), service);
    const { doctor } = await import("@vitalproof/services");
    const findings = await io.during("Looking", () => doctor(config));
    const lines = findings.flatMap(({ check, ok, text, hint }) => [
      `${ok ? "ok   " : "WRONG"} ${check}: ${text}`,
      ...(ok || hint === undefined ? [] : [`      ${hint}`]),
    ]);
    io.report(lines, findings);
    if (findings.some(({ ok }) => !ok)) io.exitCode = EXIT.no;
  });
}

function registerBackup(parent: Command, io: Io, service: ServiceName): void {
  withConfig(
    parent,
    "backup <file>",
    "Write a backup of the store to a new file, while services run.",
    "store.backup",
  )
    .option(
      "--keep-until <time>",
      "when the backup will be deleted, for evidence of erasures; in 30 days when left out",
    )
    .action(async (file: string, options: { keepUntil?: string }, command: Command) => {
      const { notedBackup } = await import("@vitalproof/services");
      const now = Math.floor(io.now());
      const keptUntil = options.keepUntil === undefined ? now + KEPT : parseInstant(options.keepUntil);
      const path = resolve(io.cwd, file);
      const { copied } = await withStore(io, command.optsWithGlobals<ConfigOptions>(), service, (database) =>
        io.during("Copying", () =>
          notedBackup(database, path, { clock: () => Math.floor(io.now()), keptUntil }),
        ),
      );
      const rows = rowsIn(copied);
      io.report([`${path} holds ${rows} rows. Delete it by ${instantText(keptUntil)}.`], {
        file: path,
        rows,
        keptUntil,
        tables: copied,
      });
    });
}

function registerRestore(parent: Command, io: Io, service: ServiceName): void {
  withConfig(
    parent,
    "restore <file>",
    "Fill the configuration's store, which must be empty, from a backup. Stop the services first.",
    "store.backup",
  ).action(async (file: string, _: unknown, command: Command) => {
    const { restore } = await import("@vitalproof/services");
    const copied = await withStore(io, command.optsWithGlobals<ConfigOptions>(), service, (database) =>
      io.during("Copying", (say) =>
        restore(resolve(io.cwd, file), database, { service, onRows: (rows) => say(`${rows} rows`) }),
      ),
    );
    const rows = rowsIn(copied);
    io.report([`The store holds ${rows} rows.`], { rows, tables: copied });
  });
}

function rowsIn(tables: Readonly<Record<string, number>>): number {
  return Object.values(tables).reduce((sum, each) => sum + each, 0);
}

function registerMigrate(parent: Command, io: Io, service: ServiceName): void {
  withConfig(
    parent,
    "migrate",
    "Bring the store's schema up to date. A service does the same when it starts.",
  ).action(async (_: unknown, command: Command) => {
    const { migrate, migrateJobs } = await import("@vitalproof/services");
    const options = command.optsWithGlobals<ConfigOptions>();
    const made = await withStore(io, options, service, (database) =>
      io.during("Migrating", () => migrate(database)),
    );
    await migrateJobs((await configOf(io, options, service)).store);
    io.report([made.length === 0 ? "The schema is up to date." : `Made: ${made.join(", ")}.`], { made });
  });
}

function registerToken(parent: Command, io: Io, service: ServiceName): void {
  parent
    .command("token <name>")
    .description(
      "Make a bearer token. The record goes into the configuration's access, the token to who will ask.",
    )
    .addArgument(new Argument("<roles...>", "what it may do").choices(ROLES))
    .addOption(new Option("--subject <subject>", "the one person whose data it reaches"))
    .option("--expires <time>", "when it ends; in a year when left out")
    .addHelpText(
      "after",
      `\nExample:\n  vitalproof ${service} token ${EXAMPLE_TOKENS[service]} --expires 2027-01-01T00:00Z\n`,
    )
    .action(async (name: string, roles: Role[], options: { subject?: string; expires?: string }) => {
      const { accessRecord, newToken } = await import("@vitalproof/services");
      const { token, sha256 } = newToken();
      const expires =
        options.expires === undefined ? Math.floor(io.now()) + 365 * DAY : parseInstant(options.expires);
      const record = {
        name,
        roles,
        expires,
        sha256,
        ...(options.subject === undefined ? {} : { subject: options.subject }),
      };
      accessRecord(record);
      io.report(
        [
          "The token, which is shown once:",
          "",
          `  ${token}`,
          "",
          "The record for access in the configuration:",
          "",
          `  ${jsonOf(record)}`,
        ],
        { token, record },
      );
    });
}
