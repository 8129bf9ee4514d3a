// SPDX-License-Identifier: GPL-3.0-or-later
import { covers, type Explanation, type FreedomKind } from "./explanations.ts";
import { Forger } from "./forger.ts";
import { type Mutation, survivors } from "./mutations.ts";
import { plainName } from "./names.ts";
import { rulesOf } from "./rules.ts";
import { Solver } from "./solver.ts";
import type { ConstraintSystem } from "./system.ts";

/** Freedom that a witness has: of what kind, where, and why it is harmless where that is explained. */
export interface Finding {
  readonly kind: FreedomKind;
  /** Plain name of the signal (`plainName`). */
  readonly signal: string;
  /** Of a second witness: the values before and after. */
  readonly from?: bigint;
  readonly to?: bigint;
  readonly why?: string;
}

export interface SystemAttack {
  /** Wires that the inputs force. */
  readonly forced: number;
  readonly findings: readonly Finding[];
  /** Changes tried. */
  readonly tried: number;
}

/** Free wires looked for one by one. With more holes than that, whatever is left is reported as it is. */
const MOST_HOLES = 200;

/**
 * Looks for freedom beyond the inputs: wires that the equations do not force, second witnesses with the same inputs,
 * private inputs that nothing depends on, and public inputs that another value may take.
 *
 * @param witness satisfies every constraint
 * @param explanations of this project; those of `circuit` are used
 */
export function attackSystem(
  system: ConstraintSystem,
  witness: readonly bigint[],
  circuit: string,
  explanations: readonly Explanation[],
  mutation: Mutation = {},
): SystemAttack {
  const findings: Finding[] = [];
  const explain = (kind: FreedomKind, finding: Pick<Finding, "signal" | "from" | "to">) =>
    explanations.find((explanation) => covers(explanation, kind, circuit, finding))?.why;
  const report = (kind: FreedomKind, { signal, from, to }: Pick<Finding, "signal" | "from" | "to">) => {
    const why = explain(kind, { signal, from, to });
    const values = from === undefined ? {} : { from, to };
    findings.push({ kind, signal, ...values, ...(why === undefined ? {} : { why }) });
  };

  const solver = new Solver(system);
  for (const wire of system.inputs) solver.give(wire, witness[wire]!);
  solver.solve();
  let left = solver.unforced();
  const forced = system.wires - 1 - left.length;
  const signalOf = (wire: number) => plainName(system.nameOf(wire));
  const roots: number[] = [];
  let holes = 0;
  // What is explained is given first: what follows from it needs no explanation of its own.
  for (; left.length > 0; left = solver.unforced()) {
    const explained = left.filter((wire) => explain("unforced", { signal: signalOf(wire) }) !== undefined);
    // An output that follows from something free is not what is free.
    const [next] = left.filter((wire) => wire > system.outputs.length).concat(left);
    const given = explained.length > 0 ? explained : holes < MOST_HOLES ? [next!] : left;
    if (explained.length === 0) holes++;
    for (const wire of given) {
      if (solver.value(wire) !== undefined) continue;
      solver.give(wire, witness[wire]!);
      roots.push(wire);
      report("unforced", { signal: signalOf(wire) });
    }
    solver.solve();
  }
  for (let wire = 1; wire < system.wires; wire++) {
    const value = solver.value(wire);
    if (value !== undefined && value !== witness[wire])
      throw new Error(`the solver derived another value of ${signalOf(wire)} than a valid witness has`);
  }

  const forger = new Forger(system, system.inputs, [], rulesOf(solver));
  let tried = 0;
  const lie = (kind: FreedomKind, wires: Iterable<number>, how: Mutation) => {
    const { found, tried: told } = survivors(forger, witness, wires, how);
    tried += told;
    for (const survivor of found) report(kind, survivor);
  };
  lie("survivor", new Set([...forger.hints, ...roots]), mutation);
  // Another input with another output is another statement.
  const same = { ...mutation, keep: system.outputs };
  lie("private", system.privateInputs, same);
  // Few wires: each meets every change.
  lie("public", system.publicInputs, { ...same, tries: Number.POSITIVE_INFINITY });
  return { forced, findings, tried };
}
