// SPDX-License-Identifier: GPL-3.0-or-later
import { CircomError } from "./errors.ts";
import { readList } from "./list.ts";
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
export async function loadInstances(config: CircomConfig): Promise<readonly CircuitInstance[]> {
  return readList(config.root, config.circuits).instances;
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
