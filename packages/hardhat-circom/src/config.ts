// SPDX-License-Identifier: GPL-3.0-or-later
import { dirname, join, resolve } from "node:path";
import { type ConfigProblem, ceremonyProblems, resolveCeremonies } from "./configCeremonies.ts";
import { CircomError } from "./errors.ts";
import type { CircomConfig, CircomUserConfig } from "./types.ts";

const KEYS: Readonly<Record<string, "string" | "strings" | "object">> = {
  circuits: "string",
  out: "string",
  verifiers: "string",
  committed: "string",
  include: "strings",
  compiler: "object",
  production: "object",
  attack: "object",
  lint: "object",
};

/** Checks the `circom` entry of a user's config; an empty list means that it is fine. */
export function configProblems(user: unknown): ConfigProblem[] {
  if (user === undefined) return [];
  if (!isRecord(user)) return [{ path: [], message: "must be an object" }];
  const problems: ConfigProblem[] = [];
  const expect = (ok: boolean, path: string[], message: string) => {
    if (!ok) problems.push({ path, message });
  };
  for (const [key, value] of Object.entries(user)) {
    const kind = KEYS[key];
    if (kind === undefined) {
      problems.push({ path: [key], message: `unknown; known are ${Object.keys(KEYS).join(", ")}` });
    } else if (value !== undefined) {
      if (kind === "string") expect(isText(value), [key], "must be a path");
      if (kind === "strings")
        expect(Array.isArray(value) && value.every(isText), [key], "must be a list of folders");
      if (kind === "object") expect(isRecord(value), [key], "must be an object");
    }
  }
  if (isRecord(user.compiler)) {
    const { native, concurrency } = user.compiler;
    if (native !== undefined)
      expect(isText(native), ["compiler", "native"], "must be the path of a circom binary");
    if (concurrency !== undefined) {
      const ok = Number.isInteger(concurrency) && Number(concurrency) >= 1;
      expect(ok, ["compiler", "concurrency"], "must be a whole number of at least 1");
    }
  }
  if (isRecord(user.production)) {
    const { ptau, blake2b } = user.production;
    expect(isText(ptau), ["production", "ptau"], "must be the path of a powers of tau file");
    const ok = typeof blake2b === "string" && /^(0x)?[0-9a-fA-F]{128}$/.test(blake2b);
    expect(ok, ["production", "blake2b"], "must be the file's BLAKE2b-512 hash, 128 hex digits");
    problems.push(...ceremonyProblems(user.production.ceremonies));
  }
  for (const [key, paths] of Object.entries(PATHS)) {
    const part = user[key];
    if (!isRecord(part)) continue;
    for (const [name, value] of Object.entries(part)) {
      if (!paths.includes(name)) expect(false, [key, name], `unknown; known are ${paths.join(", ")}`);
      else if (value !== undefined) expect(isText(value), [key, name], "must be a path");
    }
  }
  return problems;
}

/** Entries that hold paths only. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  attack: ["inputs", "explanations"],
  lint: ["exceptions"],
};

/**
 * Fills in the defaults and makes every path absolute.
 * @param root project root
 * @throws CircomError CONFIG_INVALID
 */
export function resolveConfig(user: CircomUserConfig | undefined, root: string): CircomConfig {
  const [problem] = configProblems(user);
  if (problem !== undefined) {
    throw new CircomError(
      "CONFIG_INVALID",
      `config entry ${["circom", ...problem.path].join(".")}: ${problem.message}`,
    );
  }
  const at = (path: string) => resolve(root, path);
  const maybe = (path: string | undefined) => (path === undefined ? undefined : at(path));
  const circuits = at(user?.circuits ?? "circuits/circuits.json");
  const defaultInclude = ["node_modules", "node_modules/circomlib/circuits", dirname(circuits)];
  return {
    root,
    circuits,
    out: at(user?.out ?? "build/circuits"),
    verifiers: at(user?.verifiers ?? "contracts/verifiers"),
    committed: at(user?.committed ?? join(dirname(circuits), "artifacts")),
    include: (user?.include ?? defaultInclude).map(at),
    compiler: {
      native: maybe(user?.compiler?.native),
      concurrency: user?.compiler?.concurrency ?? 2,
    },
    production:
      user?.production === undefined
        ? undefined
        : {
            ptau: at(user.production.ptau),
            blake2b: user.production.blake2b.replace(/^0x/, "").toLowerCase(),
            ceremonies: resolveCeremonies(user.production.ceremonies),
          },
    attack: { inputs: maybe(user?.attack?.inputs), explanations: maybe(user?.attack?.explanations) },
    lint: { exceptions: maybe(user?.lint?.exceptions) },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
