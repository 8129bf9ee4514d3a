// SPDX-License-Identifier: GPL-3.0-or-later
import type { Circuit } from "./circuit.ts";

export const SEED = 20_261_120;

export const read = (circuit: Circuit, witness: readonly bigint[], name: string) =>
  witness[circuit.system.wire(name)]!;
