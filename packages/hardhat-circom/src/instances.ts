// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { CircomError } from "./errors.ts";
import type { CircomConfig, CircuitInstance } from "./types.ts";

export interface InstanceSelection {
  /** These, whatever their group. */
  names?: readonly string[];
  /** All of one group; default `default`. */
  group?: string;
  /** Every instance of the list. */
  all?: boolean;
}

/**
 * Reads and checks the list of circuits.
 * @throws CircomError LIST_NOT_FOUND, LIST_INVALID or INSTANCE_DUPLICATE, with file and line
 */
export async function loadInstances(config: CircomConfig): Promise<CircuitInstance[]> {
  const shown = relative(config.root, config.circuits);
  let text: string;
  try {
    text = await readFile(config.circuits, "utf8");
  } catch (error) {
    throw new CircomError(
      "LIST_NOT_FOUND",
      `no list of circuits at ${shown}; create it or set \`circom.circuits\` in the Hardhat config`,
      { cause: error as Error },
    );
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new CircomError("LIST_INVALID", `${shown} is not JSON: ${(error as Error).message}`, {
      location: shown,
      cause: error as Error,
    });
  }
  const entries = (list as { instances?: unknown } | null)?.instances;
  if (!Array.isArray(entries))
    throw new CircomError("LIST_INVALID", `${shown}: \`instances\` must be a list`);

  const seen = new Map<string, number>();
  const verifiers = new Map<string, string>();
  return entries.map((entry: unknown, index) => {
    const instance = parseInstance(entry, index, shown, dirname(config.circuits));
    const { name, verifier } = instance;
    if (seen.has(name)) {
      const location = `${shown}:${lineOf(text, name, 2)}`;
      throw new CircomError(
        "INSTANCE_DUPLICATE",
        `two instances are called "${name}" (entries ${seen.get(name)} and ${index}), the second at ${location}; names must be unique`,
        { instance: name, location },
      );
    }
    seen.set(name, index);
    if (verifier !== null) {
      const other = verifiers.get(verifier);
      if (other !== undefined) {
        throw new CircomError(
          "LIST_INVALID",
          `${shown}: instances "${other}" and "${name}" both export the verifier ${verifier}; give each its own`,
          { instance: name },
        );
      }
      verifiers.set(verifier, name);
    }
    return instance;
  });
}

function parseInstance(entry: unknown, index: number, shown: string, folder: string): CircuitInstance {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    throw new CircomError("LIST_INVALID", `${shown}: instance ${index} must be an object`);
  }
  const raw = entry as Record<string, unknown>;
  const { name, version, main, verifier, maxDomain, group = "default" } = raw;
  const label = typeof name === "string" ? `instance "${name}"` : `instance ${index}`;
  const need: (ok: boolean, key: string, what: string) => asserts ok = (ok, key, what) => {
    if (ok) return;
    throw new CircomError(
      "LIST_INVALID",
      `${shown}: ${label}: \`${key}\` must be ${what}, not ${JSON.stringify(raw[key]) ?? "missing"}`,
      typeof name === "string" ? { instance: name } : {},
    );
  };
  need(typeof name === "string" && /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name), "name", "letters, digits and -");
  need(
    typeof version === "number" && Number.isInteger(version) && version > 0,
    "version",
    "a whole number from 1",
  );
  need(typeof main === "string" && main.endsWith(".circom"), "main", "the path of a .circom file");
  need(
    verifier === null || (typeof verifier === "string" && /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(verifier)),
    "verifier",
    "a contract name, or null for none",
  );
  need(
    typeof maxDomain === "number" && Number.isInteger(maxDomain) && maxDomain >= 1 && maxDomain <= 27,
    "maxDomain",
    "k of the largest domain 2^k, 1 to 27",
  );
  need(typeof group === "string" && group !== "", "group", "a group name");
  return { name, version, main: resolve(folder, main), verifier, maxDomain, group, raw };
}

/**
 * Picks instances in the order of the list.
 * @throws CircomError INSTANCE_UNKNOWN, with the nearest name
 */
export function selectInstances(
  instances: readonly CircuitInstance[],
  selection: InstanceSelection = {},
): CircuitInstance[] {
  const { names = [], group = "default", all = false } = selection;
  for (const name of names) {
    if (instances.some((instance) => instance.name === name)) continue;
    throw new CircomError(
      "INSTANCE_UNKNOWN",
      `no circuit instance is called "${name}"${hint(name, instances)}`,
      {
        instance: name,
      },
    );
  }
  if (names.length > 0) return instances.filter(({ name }) => names.includes(name));
  if (all) return [...instances];
  const chosen = instances.filter((instance) => instance.group === group);
  if (chosen.length === 0 && group !== "default") {
    const groups = [...new Set(instances.map((instance) => instance.group))].join(", ");
    throw new CircomError(
      "INSTANCE_UNKNOWN",
      `no circuit instance is in the group "${group}"; groups are: ${groups}`,
    );
  }
  return chosen;
}

function hint(name: string, instances: readonly CircuitInstance[]): string {
  const ranked = instances
    .map((instance) => ({ name: instance.name, distance: editDistance(name, instance.name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(best.name.length / 2))) {
    return `; did you mean "${best.name}"?`;
  }
  return `; the list has: ${instances.map((instance) => instance.name).join(", ")}`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Line of the nth `"name": "<name>"` in the list, from 1. */
function lineOf(text: string, name: string, nth: number): number {
  const pattern = new RegExp(`"name"\\s*:\\s*"${name}"`, "g");
  let position = 0;
  for (let i = 0; i < nth; i++) position = pattern.exec(text)?.index ?? position;
  return text.slice(0, position).split("\n").length;
}
