// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/hardhat-circom/attack": constraint systems, what their equations force, and second witnesses.
export { inverse, mod, R, squareRoot } from "../internal/field.ts";
export { attackSystem, type Finding, type SystemAttack } from "./attackSystem.ts";
export { Contradiction } from "./contradiction.ts";
export { covers, type Explanation, type FreedomKind, readExplanations } from "./explanations.ts";
export { Forger, type HintRule, solve } from "./forger.ts";
export { type Mutation, type Survivor, survivors } from "./mutations.ts";
export { plainName } from "./names.ts";
export { rulesOf } from "./rules.ts";
export { type Derivation, Solver } from "./solver.ts";
export {
  type Constraint,
  ConstraintSystem,
  evaluate,
  type NamedSignal,
  parseSymbols,
  type Term,
  wiresOf,
} from "./system.ts";
export { type CircuitInput, type InputValue, witnessOf } from "./witness.ts";
