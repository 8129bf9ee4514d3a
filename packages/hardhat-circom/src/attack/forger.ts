// SPDX-License-Identifier: GPL-3.0-or-later
//
// A forward solver: what a liar does who changes some values and then makes
// everything that follows from them fit. Inputs and hints (`<--`) are free;
// every other wire is defined by the one constraint in which it is the last
// unknown, linearly. What is left over are the checks. Hints with a rule are
// found again as the honest prover would, unless the liar sets them.
import { inverse, mod, R } from "../internal/field.ts";
import { type Constraint, type ConstraintSystem, evaluate, type Term, wiresOf } from "./system.ts";

interface Step {
  readonly wire: number;
  /** The constraint that defines the wire, or how the honest prover finds the hint. */
  readonly by: number | HintRule;
  /** 1 / slope of the constraint in the wire, where no other value changes it. */
  readonly reciprocal?: bigint;
}

/** How the honest prover finds one hint from values known before it. */
export interface HintRule {
  readonly wire: number;
  readonly needs: readonly number[];
  /** @param known values of `needs`, in their order */
  value(known: readonly bigint[]): bigint;
}

export class Forger {
  readonly system: ConstraintSystem;
  /** Wires that nothing defines: hints. Public and private inputs not included. */
  readonly hints: readonly number[];
  readonly #steps: readonly Step[];
  readonly #stepsTouching: readonly (readonly number[])[];
  readonly #defining: ReadonlySet<number>;
  /** Checks on one wire alone, such as b·(b - 1) = 0: cheap to ask at once. */
  readonly #lonely: readonly (readonly number[])[];
  /** Checks whose last wire, in the order of the steps, this is: once a step has set it, no other wire changes any more. */
  readonly #readyAfter: readonly (readonly number[])[];
  /** Steps to be taken; all 0 between two changes. */
  readonly #due: Uint8Array;
  #scratch: bigint[] = [];
  #scratchOf: readonly bigint[] | undefined;

  /**
   * @param inputs   wires of all inputs
   * @param declared names of the signals that the sources assign with `<--`, those
   *     first that others depend on: where several wires could be the free one,
   *     the first of this list is
   * @param rules for hints that are to be found honestly where they are not changed
   * @param targets inputs that the circuit only compares with: nothing is derived from them backwards
   */
  constructor(
    system: ConstraintSystem,
    inputs: readonly number[],
    declared: readonly RegExp[] = [],
    rules: readonly HintRule[] = [],
    targets: readonly number[] = [],
  ) {
    this.system = system;
    const known = new Uint8Array(system.wires);
    const unknowns = system.constraints.map(
      ({ a, b, c }) => new Set([...a, ...b, ...c].map(([wire]) => wire).filter((wire) => wire !== 0)),
    );
    const steps: Step[] = [];
    const ruleOf = new Map(rules.map((rule) => [rule.wire, rule]));
    const given = new Set(targets);
    const defining = new Set<number>();
    const queue: number[] = [];
    // Rules by what they wait for.
    const waitingFor = new Map<number, HintRule[]>();
    const lacking = new Map<HintRule, number>();
    const ready: number[] = [];
    for (const rule of ruleOf.values()) {
      const needs = new Set(rule.needs);
      lacking.set(rule, needs.size);
      if (needs.size === 0) ready.push(rule.wire);
      for (const need of needs) {
        const waiting = waitingFor.get(need);
        if (waiting === undefined) waitingFor.set(need, [rule]);
        else waiting.push(rule);
      }
    }
    const learn = (wire: number) => {
      if (known[wire]) return;
      known[wire] = 1;
      for (const rule of waitingFor.get(wire) ?? []) {
        const left = lacking.get(rule)! - 1;
        lacking.set(rule, left);
        if (left === 0) ready.push(rule.wire);
      }
      for (const index of system.touching[wire]!) {
        unknowns[index]!.delete(wire);
        if (unknowns[index]!.size === 1) queue.push(index);
      }
    };
    // Equations like in·out = 0 define nothing where in is 0: they wait until nothing else does.
    const doubtful: number[] = [];
    const settle = (last = false) => {
      const from = last ? doubtful : queue;
      for (let index = from.pop(); index !== undefined; index = from.pop()) {
        const [wire] = unknowns[index]!;
        // A hint with a rule is found by its rule: the constraint stays a check.
        if (
          wire === undefined ||
          ruleOf.has(wire) ||
          given.has(wire) ||
          !solvable(system.constraints[index]!, wire)
        )
          continue;
        if (!last && !alwaysSolvable(system.constraints[index]!, wire)) {
          doubtful.push(index);
          continue;
        }
        steps.push({ wire, by: index, ...constantSlope(system.constraints[index]!, wire) });
        defining.add(index);
        learn(wire);
        if (last) return;
      }
    };
    for (const wire of [0, ...inputs]) if (!given.has(wire)) learn(wire);
    for (const [index, wires] of unknowns.entries()) if (wires.size === 1) queue.push(index);
    settle();
    const hints: number[] = [];
    const order = Array.from({ length: system.wires }, (_, wire) => wire).filter(
      (wire) => !known[wire] && !given.has(wire),
    );
    const rank = new Map(
      order.map((wire) => {
        const names = system.namesOf(wire);
        const at = declared.findIndex((pattern) => names.some((name) => pattern.test(name)));
        return [wire, at < 0 ? declared.length : at];
      }),
    );
    order.sort((a, b) => rank.get(a)! - rank.get(b)! || a - b);
    for (let next = 0; ; ) {
      // All rules that can be followed come before any equation is solved: no hint is found backwards.
      if (ready.length > 0) {
        for (const wire of ready.splice(0)) {
          if (known[wire] || given.has(wire)) continue;
          hints.push(wire);
          steps.push({ wire, by: ruleOf.get(wire)! });
          learn(wire);
        }
        settle();
        continue;
      }
      if (doubtful.length > 0) {
        settle(true);
        settle();
        continue;
      }
      while (next < order.length && (known[order[next]!] || ruleOf.has(order[next]!))) next++;
      // Where every wire that is left has a rule that waits for another, one is free all the same.
      const free = order[next] ?? order.find((wire) => !known[wire]);
      if (free === undefined) break;
      hints.push(free);
      learn(free);
      settle();
    }
    this.hints = hints;
    this.#steps = steps;
    this.#due = new Uint8Array(steps.length);
    this.#defining = defining;
    const touching: number[][] = Array.from({ length: system.wires }, () => []);
    for (const [at, { wire, by }] of steps.entries()) {
      for (const other of typeof by === "number" ? wiresOf(system.constraints[by]!) : by.needs)
        if (other !== wire) touching[other]!.push(at);
    }
    this.#stepsTouching = touching;
    const stepOf = new Map(steps.map(({ wire }, at) => [wire, at]));
    const lonely: number[][] = Array.from({ length: system.wires }, () => []);
    const readyAfter: number[][] = Array.from({ length: system.wires }, () => []);
    for (const [index, constraint] of system.constraints.entries()) {
      const wires = [...wiresOf(constraint)].filter((wire) => wire !== 0);
      if (wires.length === 1) lonely[wires[0]!]!.push(index);
      const last = wires.reduce((a, b) => ((stepOf.get(a) ?? -1) >= (stepOf.get(b) ?? -1) ? a : b), 0);
      if (!defining.has(index) && stepOf.has(last)) readyAfter[last]!.push(index);
    }
    this.#lonely = lonely;
    this.#readyAfter = readyAfter;
  }

  /** Constraints that define no wire: what has to be violated by a lie. */
  get checks(): number {
    return this.system.constraints.length - this.#defining.size;
  }

  /**
   * Changes some wires of a valid witness and recomputes what follows.
   *
   * @returns the constraints that the forged witness violates, of those that
   *     touch a changed wire; none means that the lie went through
   */
  forge(
    witness: readonly bigint[],
    changes: ReadonlyMap<number, bigint>,
  ): { witness: bigint[]; violated: number[] } {
    const forged = [...witness];
    const changed = this.#propagate(forged, changes, () => true);
    return { witness: forged, violated: this.system.violated(forged, this.#touchedBy(changed)) };
  }

  /** The same without asking the constraints: the forged witness, and the wires that changed. */
  retell(
    witness: readonly bigint[],
    changes: ReadonlyMap<number, bigint>,
  ): { witness: bigint[]; changed: ReadonlySet<number> } {
    const forged = [...witness];
    return { witness: forged, changed: this.#propagate(forged, changes, () => true) };
  }

  /** Whether a lie goes through; gives up at the first violated constraint. */
  survives(witness: readonly bigint[], changes: ReadonlyMap<number, bigint>): boolean {
    // Hundreds of changes of one witness: it is copied once, and put right again after each.
    if (this.#scratchOf !== witness) {
      this.#scratch = [...witness];
      this.#scratchOf = witness;
    }
    const forged = this.#scratch;
    let caught = false;
    const changed = this.#propagate(forged, changes, (wire, follows) => {
      const ready = follows ? this.#readyAfter : this.#lonely;
      caught = ready[wire]!.some((index) => !this.system.holds(index, forged));
      return !caught;
    });
    if (!caught) {
      const asked = new Set<number>();
      for (const wire of changed) {
        for (const index of this.system.touching[wire]!) {
          if (asked.has(index)) continue;
          asked.add(index);
          caught = !this.system.holds(index, forged);
          if (caught) break;
        }
        if (caught) break;
      }
    }
    for (const wire of changed) forged[wire] = witness[wire]!;
    return !caught;
  }

  #touchedBy(wires: ReadonlySet<number>): Set<number> {
    const touched = new Set<number>();
    for (const wire of wires) for (const index of this.system.touching[wire]!) touched.add(index);
    return touched;
  }

  /**
   * Sets the changes and what follows from them; stops when `goOn` says so after a wire was set, which is told whether it
   * follows from others.
   */
  #propagate(
    forged: bigint[],
    changes: ReadonlyMap<number, bigint>,
    goOn: (wire: number, follows: boolean) => boolean,
  ): Set<number> {
    const changed = new Set<number>();
    const due = this.#due;
    let [first, last] = [this.#steps.length, -1];
    const stop = () => {
      due.fill(0, first, last + 1);
      return changed;
    };
    const set = (wire: number, value: bigint, follows: boolean): boolean => {
      const next = mod(value);
      if (forged[wire] === next) return true;
      forged[wire] = next;
      changed.add(wire);
      for (const at of this.#stepsTouching[wire]!) {
        due[at] = 1;
        if (at < first) first = at;
        if (at > last) last = at;
      }
      return goOn(wire, follows);
    };
    for (const [wire, value] of changes) if (!set(wire, value, false)) return stop();
    for (let at = first; at <= last; at++) {
      if (!due[at]) continue;
      due[at] = 0;
      const { wire, by, reciprocal } = this.#steps[at]!;
      if (changes.has(wire)) continue;
      const value =
        typeof by === "number"
          ? solve(this.system.constraints[by]!, wire, forged, reciprocal)
          : by.value(by.needs.map((need) => forged[need]!));
      if (value !== undefined && !set(wire, value, true)) return stop();
    }
    return changed;
  }
}

function coefficient(terms: readonly Term[], wire: number): bigint {
  for (const [other, value] of terms) if (other === wire) return value;
  return 0n;
}

/** Whether the constraint is linear in the wire. */
function solvable({ a, b }: Constraint, wire: number): boolean {
  return !(coefficient(a, wire) !== 0n && coefficient(b, wire) !== 0n);
}

/** Whether it is, with a slope that no other wire can make 0. */
function alwaysSolvable(constraint: Constraint, wire: number): boolean {
  const { a, b } = constraint;
  const constant = (terms: readonly Term[]) => terms.every(([other]) => other === 0);
  return (coefficient(a, wire) === 0n || constant(b)) && (coefficient(b, wire) === 0n || constant(a));
}

function constantSlope({ a, b, c }: Constraint, wire: number): Pick<Step, "reciprocal"> {
  if (coefficient(a, wire) !== 0n || coefficient(b, wire) !== 0n) return {};
  return { reciprocal: mod(-inverse(coefficient(c, wire))) };
}

/**
 * The value that makes the constraint hold; undefined when it depends on no value of the wire.
 * @param reciprocal 1 / slope, where it is known
 */
export function solve(
  { a, b, c }: Constraint,
  wire: number,
  witness: bigint[],
  reciprocal?: bigint,
): bigint | undefined {
  const saved = witness[wire]!;
  witness[wire] = 0n;
  const [left, right, out] = [evaluate(a, witness), evaluate(b, witness), evaluate(c, witness)];
  witness[wire] = saved;
  if (reciprocal !== undefined) return mod((out - left * right) * reciprocal);
  // (left + α w)(right + β w) = out + γ w with α β = 0
  const slope = mod(coefficient(a, wire) * right + coefficient(b, wire) * left - coefficient(c, wire));
  if (slope === 0n) return undefined;
  const rest = out - left * right;
  return slope === 1n ? mod(rest) : slope === R - 1n ? mod(-rest) : mod(rest * inverse(slope));
}
