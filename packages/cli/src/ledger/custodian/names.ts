// SPDX-License-Identifier: GPL-3.0-or-later
//
// Purposes, roles and classes by the ledger's names, as custodians write them on a command line.
import { LEDGER_CLASSES, LEDGER_PURPOSES, LEDGER_ROLES, type Rights } from "@vitalproof/sdk/ledger";
import { type Command, Option } from "commander";
import { parseDay, parseInstant } from "../../time.ts";
import { usage } from "../../usage.ts";

export const PURPOSES: readonly string[] = LEDGER_PURPOSES.map(({ name }) => name);
const DAY_MINUTES = 1440;

export type RightsOptions = { purposes?: string[]; roles?: string[]; classes?: string[]; until?: string };

/** Adds the options that say what a consent allows. */
export function withRightsOptions(command: Command): Command {
  return command
    .addOption(new Option("--purposes <names...>", "what it allows access for").choices(PURPOSES))
    .addOption(new Option("--roles <names...>", "who may look").choices([...LEDGER_ROLES]))
    .addOption(new Option("--classes <names...>", "at which data").choices([...LEDGER_CLASSES]))
    .option("--until <date>", "when it ends: a date, at whose beginning in UTC, or a time with its zone");
}

/** Whether any of them is given. */
export function hasRights({ purposes, roles, classes, until }: RightsOptions): boolean {
  return [purposes, roles, classes, until].some((each) => each !== undefined);
}

/** @param now Unix seconds @throws USAGE for one that is left out, and for an end that is over */
export function rightsOf(options: RightsOptions, now: number): Rights {
  const { purposes, roles, classes, until } = options;
  if (purposes === undefined || roles === undefined || classes === undefined || until === undefined)
    throw usage(
      "A consent needs --purposes, --roles, --classes and --until.",
      "See --help for the names. Nothing is allowed that is not named.",
    );
  const end = /^\d{4}-\d{2}-\d{2}$/.test(until)
    ? parseDay(until) * DAY_MINUTES
    : Math.floor(parseInstant(until) / 60);
  if (end * 60 <= now) throw usage(`--until ${until} is over.`, "Name a time in the future.");
  return {
    purposes: maskOf(PURPOSES, purposes),
    roles: maskOf(LEDGER_ROLES, roles),
    classes: maskOf(LEDGER_CLASSES, classes),
    until: end,
  };
}

function maskOf(all: readonly string[], names: readonly string[]): number {
  return names.reduce((mask, name) => mask | (1 << all.indexOf(name)), 0);
}
