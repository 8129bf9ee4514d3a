// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Drop one constraint" mutants. A mutant is the circuit without the constraints
// of one statement of the sources (all its copies: one per slot, code or level).
// A lie is a public circuit that is false, with a witness for it; the lie kills
// a mutant when the only constraints it violates are those that the mutant lacks.
//
// At O0 this is the same as editing the sources: without `a === b` the compiler
// writes the same system less these constraints, and `<--` in place of `<==`
// likewise. It goes further, since the constraints of library gadgets and the
// copies into components are mutants too.
import { type ConstraintSystem, type Forger, mod, solve, wiresOf } from "@vitalproof/hardhat-circom/attack";

/** Inside of a Poseidon permutation, which has a test of its own (poseidon.test.ts). */
const HASH = /\.GatedPoseidon_\d+_\d+(\[\d+\])*\.(full|partial|fifth)/;

/** `Num2Bits_12_345[7].out[3]` → `Num2Bits[].out[]`. */
const plain = (name: string) =>
  name
    .replace(/^main\./, "")
    .replace(/(?<=[A-Za-z0-9])_\d+_\d+/g, "")
    .replace(/\[\d+\]/g, "[]");

export interface Mutant {
  /** The signals of the dropped circuit, or the whole constraint when there is one copy. */
  readonly label: string;
  readonly constraints: readonly number[];
}

/** All constraints outside the hash permutations, by the circuit they come from. */
export function mutantsOf(system: ConstraintSystem): Mutant[] {
  const groups = new Map<string, { label: string; constraints: number[] }>();
  for (const [index, constraint] of system.constraints.entries()) {
    const wires = [...wiresOf(constraint)].filter((wire) => wire !== 0);
    const names = wires.map((wire) => system.nameOf(wire));
    if (names.some((name) => HASH.test(name))) continue;
    // Places in the source keep apart what is written twice.
    const key = [...new Set(names.map((name) => name.replace(/\[\d+\]/g, "[]")))].join(", ");
    const nonlinear = constraint.a.length > 0 && constraint.b.length > 0;
    const group = groups.get(`${nonlinear}${key}`);
    if (group !== undefined) group.constraints.push(index);
    else {
      const signals = [...new Set(names.map(plain))];
      const label = `${signals.slice(0, 5).join(", ")}${signals.length > 5 ? ", …" : ""}${nonlinear ? " (product)" : ""}`;
      groups.set(`${nonlinear}${key}`, { label, constraints: [index] });
    }
  }
  const seen = new Map<string, number>();
  return [...groups.values()].map(({ label, constraints }) => {
    const at = (seen.get(label) ?? 0) + 1;
    seen.set(label, at);
    return { label: at === 1 ? label : `${label} #${at}`, constraints };
  });
}

/** A false public circuit, with what an honest generator makes of it. */
export interface Base {
  readonly name: string;
  readonly witness: readonly bigint[];
}

/** Hears lies and notes which mutants they kill. */
export class Court {
  readonly system: ConstraintSystem;
  readonly forger: Forger;
  readonly mutants: readonly Mutant[];
  /** Mutant → the lie that killed it. */
  readonly killed = new Map<number, string>();
  lies = 0;
  readonly #mutantOf: Int32Array;
  readonly #publics: ReadonlySet<number>;
  readonly #told = new Set<string>();
  readonly #violated = new WeakMap<readonly bigint[], readonly number[]>();

  constructor(system: ConstraintSystem, forger: Forger, publics: readonly number[]) {
    this.system = system;
    this.forger = forger;
    this.mutants = mutantsOf(system);
    this.#mutantOf = new Int32Array(system.constraints.length).fill(-1);
    for (const [at, { constraints }] of this.mutants.entries())
      for (const index of constraints) this.#mutantOf[index] = at;
    this.#publics = new Set(publics);
  }

  /** The one mutant that a lie kills, if any. A lie that violates nothing is a hole in the circuit. */
  hear(name: string, base: Base, changes: ReadonlyMap<number, bigint>, depth = 0): number | undefined {
    for (const wire of changes.keys())
      if (this.#publics.has(wire)) throw new Error(`${name}: a lie must not change the circuit`);
    this.lies++;
    const { witness, changed } = this.forger.retell(base.witness, changes);
    let before = this.#violated.get(base.witness);
    if (before === undefined) {
      before = this.system.violated(base.witness);
      this.#violated.set(base.witness, before);
    }
    const doubtful = new Set<number>(before);
    for (const wire of changed) for (const index of this.system.touching[wire]!) doubtful.add(index);
    const violated: number[] = [];
    let mutant: number | undefined;
    for (const index of doubtful) {
      if (this.system.holds(index, witness)) continue;
      const of = this.#mutantOf[index]!;
      if (of < 0 || (mutant !== undefined && of !== mutant)) return undefined;
      mutant = of;
      violated.push(index);
    }
    if (mutant === undefined) throw new Error(`HOLE: "${base.name}: ${name}" satisfies every constraint`);
    const first = !this.killed.has(mutant);
    if (first) this.killed.set(mutant, `${base.name}${name === "" ? "" : `; ${name}`}`);
    const told = `${mutant} ${base.name}`;
    const fresh = !this.#told.has(told);
    this.#told.add(told);
    if (fresh && (first || name === "" || depth > 0) && depth < 4)
      this.#shift(name, base, changes, witness, violated, depth);
    return mutant;
  }

  /**
   * Pushes the blame on: where an equation fails, one of its signals is bent until
   * the equation holds, and what defines or checks that signal has to object instead.
   */
  #shift(
    name: string,
    base: Base,
    changes: ReadonlyMap<number, bigint>,
    witness: readonly bigint[],
    violated: readonly number[],
    depth: number,
  ): void {
    const candidates = violated.map((index) =>
      [...wiresOf(this.system.constraints[index]!)].filter(
        (wire) => wire !== 0 && !this.#publics.has(wire) && !changes.has(wire),
      ),
    );
    const most = Math.min(...candidates.map((wires) => wires.length));
    for (let at = 0; at < most; at++) {
      const bent = new Map(changes);
      const copy = [...witness];
      for (const [i, index] of violated.entries()) {
        const wire = candidates[i]![at]!;
        const value = solve(this.system.constraints[index]!, wire, copy);
        if (value !== undefined) bent.set(wire, value);
      }
      const label = plain(this.system.nameOf(candidates[0]![at]!));
      this.hear(`${name === "" ? "" : `${name}, `}${label} bent`, base, bent, depth + 1);
    }
  }

  /** Takes single signals, and whole arrays, from another world. */
  splice(base: Base, donor: Base): void {
    const groups = new Map<string, number[]>();
    for (let wire = 1; wire < this.system.wires; wire++) {
      if (this.#publics.has(wire) || base.witness[wire] === donor.witness[wire]) continue;
      const name = this.system.nameOf(wire);
      if (HASH.test(name)) continue;
      const key = name.replace(/\[\d+\]/g, "[]");
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [wire]);
      else group.push(wire);
    }
    for (const wires of groups.values()) {
      const choices = [wires];
      if (wires.length > 1) {
        if (wires.length <= 3) for (const wire of wires) choices.push([wire]);
        else for (const at of [0, 1, 2, 3, wires.length - 1]) choices.push([wires[at]!]);
      }
      for (const choice of choices) {
        const pending = choice.some((wire) => this.system.touching[wire]!.some((index) => this.#open(index)));
        if (!pending) continue;
        const label = plain(this.system.nameOf(choice[0]!));
        this.hear(
          `${label} from "${donor.name}"`,
          base,
          new Map(choice.map((wire) => [wire, donor.witness[wire]!])),
        );
      }
    }
  }

  /** Signals that a constant defines, set to something else. */
  constants(base: Base): void {
    for (const [at, { constraints }] of this.mutants.entries()) {
      if (this.killed.has(at)) continue;
      for (const index of constraints) {
        const wires = [...wiresOf(this.system.constraints[index]!)].filter((wire) => wire !== 0);
        if (wires.length !== 1 || this.forger.hints.includes(wires[0]!)) continue;
        const wire = wires[0]!;
        for (const value of [0n, base.witness[wire]! + 1n, base.witness[wire]! + 50n]) {
          const name = `${plain(this.system.nameOf(wire))} = ${value < 1000n ? value : "something else"}`;
          this.hear(name, base, new Map([[wire, mod(value)]]));
        }
      }
    }
  }

  /** Whether nothing has killed what a constraint belongs to. */
  #open(index: number): boolean {
    const mutant = this.#mutantOf[index]!;
    return mutant >= 0 && !this.killed.has(mutant);
  }

  /**
   * Why dropping a copy `a = b` changes nothing, when that can be seen from the
   * system: one side goes nowhere, or only passes on a private input that the
   * prover chooses freely anyway.
   */
  harmless(mutant: Mutant, privates: ReadonlySet<number>): string | undefined {
    let reason: string | undefined;
    for (const index of mutant.constraints) {
      const { a, b } = this.system.constraints[index]!;
      if (a.length > 0 && b.length > 0) return undefined;
      const wires = [...wiresOf(this.system.constraints[index]!)].filter((wire) => wire !== 0);
      const why = wires.map((wire) => this.#free(wire, index, privates)).find((found) => found !== undefined);
      if (why === undefined) return undefined;
      reason = why;
    }
    return reason;
  }

  /** Whether a wire can be set to any value when the constraint `via` does not count. */
  #free(wire: number, via: number, privates: ReadonlySet<number>): string | undefined {
    if (this.#publics.has(wire)) return undefined;
    const others = this.system.touching[wire]!.filter((index) => index !== via);
    if (others.length === 0)
      return privates.has(wire)
        ? "hands on a private input, which the prover chooses anyway"
        : "leads nowhere: no other constraint reads the signal";
    let reason: string | undefined;
    for (const index of others) {
      const { a, b } = this.system.constraints[index]!;
      if (a.length > 0 && b.length > 0) return undefined;
      const next = [...wiresOf(this.system.constraints[index]!)].filter((w) => w !== 0 && w !== wire);
      if (next.length !== 1) return undefined;
      reason = this.#free(next[0]!, index, privates);
      if (reason === undefined) return undefined;
    }
    return reason;
  }
}
