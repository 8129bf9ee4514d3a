// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { parseR1cs } from "./r1cs.ts";

export interface Parts {
  readonly publicSignals: readonly string[];
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * Assigns each non-linear constraint to the component of main that most of its wires belong to (`main` itself when
 * none does). Undefined if the r1cs is not there.
 */
export async function constraintsByPart(r1csPath: string, sym: string): Promise<Parts | undefined> {
  const bytes = await readFile(r1csPath).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const r1cs = parseR1cs(bytes);
  const owners = new Array<string | undefined>(r1cs.nWires);
  const names = new Array<string | undefined>(r1cs.nWires);
  for (const line of sym.split("\n")) {
    // label, wire (-1: optimised away), component, name
    const [, wireText, , name] = line.split(",");
    const wire = Number(wireText);
    if (name === undefined || wire < 0 || names[wire] !== undefined) continue;
    names[wire] = name;
    const path = name.split(".");
    owners[wire] = path.length > 2 ? partName(path[1]!) : undefined;
  }

  const counts = new Map<string, number>();
  const { constraints } = r1cs;
  let at = 0;
  for (let row = 0; row < r1cs.nConstraints; row++) {
    const votes = new Map<string, number>();
    let linear = false;
    for (let side = 0; side < 3; side++) {
      const terms = constraints.getUint32(at, true);
      at += 4;
      if (side < 2 && terms === 0) linear = true;
      for (let i = 0; i < terms; i++) {
        const owner = owners[constraints.getUint32(at, true)];
        at += 36;
        if (owner !== undefined) votes.set(owner, (votes.get(owner) ?? 0) + 1);
      }
    }
    if (linear) continue;
    let best = "main";
    let most = 0;
    for (const [owner, count] of votes) if (count > most) [best, most] = [owner, count];
    counts.set(best, (counts.get(best) ?? 0) + 1);
  }
  return {
    publicSignals: names.slice(1, r1cs.nPublic + 1).map((name) => (name ?? "?").replace(/^main\./, "")),
    parts: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
  };
}

/** Without array indices and without the numbers that circom appends to anonymous components. */
function partName(component: string): string {
  return component.replace(/\[.*$/, "").replace(/_\d+_\d+$/, "");
}
