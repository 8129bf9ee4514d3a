// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { DAY } from "@vitalproof/sdk";
import { getAddress, ZeroAddress } from "ethers";
import { DEFAULT_TIMES } from "../../ignition/parameters.ts";
import { Refusal } from "./refusal.ts";

const ROLES = ["governor", "guardian", "pauser"] as const;
const TIMES = ["delay", "suspensionTime", "suspensionCooldown"] as const;
/** MAX_TIME of CircuitRegistry. */
const MAX_TIME = 3 * 365 * DAY;

type Role = (typeof ROLES)[number];
type Time = (typeof TIMES)[number];
export type OperatorParameters = Readonly<Record<Role, string> & Record<Time, number>>;

export interface ParameterSource {
  readonly path: string;
  /** Path as it is shown. */
  readonly shown: string;
  /** Whether the operator named the file, so that it must be there. */
  readonly named: boolean;
  /** On local chains what is missing is filled in from these accounts. */
  readonly local: boolean;
  readonly accounts: readonly string[];
  /** Seconds of the longest period of any circuit, which `delay` must exceed. */
  readonly longestPeriod: number;
}

/**
 * What only the operator can decide, from ignition/parameters/<network>.json:
 * `{ "Vitalproof": { "governor": …, "guardian": …, "pauser": …, "delay": seconds, … } }`.
 *
 * @throws Refusal PARAMETERS, naming the value
 */
export function readParameters(source: ParameterSource): OperatorParameters {
  const { path, shown, local, accounts } = source;
  const wrong = (message: string, wayOut: string) => new Refusal("PARAMETERS", message, wayOut);
  const given = existsSync(path) ? parseFile(path, shown) : undefined;
  if (given === undefined && (source.named || !local)) {
    throw wrong(
      `${shown} does not exist. On a public network no accounts are assumed.`,
      `Write it: { "Vitalproof": { "governor": "0x…", "guardian": "0x…", "pauser": "0x…" } }, with three different accounts. docs/deployment.md says what each may do.`,
    );
  }
  const values = given ?? {};
  for (const key of Object.keys(values)) {
    if ([...ROLES, ...TIMES].some((known) => known === key)) continue;
    throw wrong(
      `${shown}: "${key}" is not a parameter of a deployment.`,
      `Remove it. Parameters are ${[...ROLES, ...TIMES].join(", ")}. Only --allow-development-keys allows development keys.`,
    );
  }

  const roles = {} as Record<Role, string>;
  for (const [index, role] of ROLES.entries()) {
    // The first account deploys, the next three have the roles.
    const value = values[role] ?? (local ? accounts[index + 1] : undefined);
    if (value === undefined) {
      throw wrong(
        `${shown}: "${role}" is missing.`,
        local
          ? `Add it to ${shown}: this node offers ${accounts.length} accounts, and defaults take four.`
          : `Add "${role}": "0x…", an account that holds neither of the other two roles.`,
      );
    }
    roles[role] = address(value, role, shown);
  }
  for (const [role, other] of [
    ["governor", "guardian"],
    ["governor", "pauser"],
    ["guardian", "pauser"],
  ] as const) {
    if (local || roles[role] !== roles[other]) continue;
    throw wrong(
      `${shown}: ${role} and ${other} are the same account, ${roles[role]}.`,
      "Give each role an account of its own, so that no single key can both change and stop the system.",
    );
  }

  const times = {} as Record<Time, number>;
  for (const name of TIMES) {
    const value = values[name] ?? DEFAULT_TIMES[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0 || value > MAX_TIME) {
      throw wrong(
        `${shown}: "${name}" is ${JSON.stringify(value)}.`,
        `Use whole seconds from 1 to ${MAX_TIME}, as a number; the default is ${DEFAULT_TIMES[name]}.`,
      );
    }
    times[name] = value;
  }
  const ordered = times.delay <= times.suspensionTime && times.suspensionTime <= times.suspensionCooldown;
  if (!ordered) {
    throw wrong(
      `${shown}: the times are out of order: delay ${times.delay}, suspensionTime ${times.suspensionTime}, suspensionCooldown ${times.suspensionCooldown}.`,
      "Make delay ≤ suspensionTime ≤ suspensionCooldown: a suspension must last until a successor can be added.",
    );
  }
  if (times.delay <= source.longestPeriod) {
    throw wrong(
      `${shown}: "delay" is ${times.delay} s, not longer than the longest period, ${source.longestPeriod} s.`,
      `Make it more than ${source.longestPeriod}, so that no circuit changes within a period.`,
    );
  }
  return { ...roles, ...times };
}

function parseFile(path: string, shown: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Refusal(
      "PARAMETERS",
      `${shown} cannot be read: ${(cause as Error).message}`,
      "Correct the JSON.",
      {
        cause,
      },
    );
  }
  const values = (content as { Vitalproof?: unknown } | null)?.Vitalproof;
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new Refusal(
      "PARAMETERS",
      `${shown} has no object "Vitalproof".`,
      'Put the parameters under the module\'s name: { "Vitalproof": { … } }.',
    );
  }
  return values as Readonly<Record<string, unknown>>;
}

function address(value: unknown, role: Role, shown: string): string {
  let normal: string | undefined;
  try {
    if (typeof value === "string" && value.startsWith("0x")) normal = getAddress(value);
  } catch {
    // Said below, with the value.
  }
  if (normal === undefined || normal === ZeroAddress) {
    throw new Refusal(
      "PARAMETERS",
      `${shown}: "${role}" is ${JSON.stringify(value)}, which is not an account.`,
      "Use a non-zero address: 0x and 40 hex digits with the right checksum.",
    );
  }
  return normal;
}
