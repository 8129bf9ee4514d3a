// SPDX-License-Identifier: GPL-3.0-or-later
import type { Circuit } from "./circuit.ts";

/** Wires of main's inputs, arrays with all their elements. An input that no constraint reads has none. */
export function inputWires(circuit: Circuit, inputs: readonly string[]): number[] {
  return circuit.system
    .names()
    .filter((name) => inputs.includes(name.replace(/\[.*$/, "")))
    .map((name) => circuit.system.wire(name));
}
