// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { covers, type FreedomKind, readExplanations, type Survivor } from "@vitalproof/hardhat-circom/attack";
import { root } from "./compile.ts";

const explanations = await readExplanations(root, join(root, "test/circuits/attack/explained.json"));

/** Survivors that test/circuits/attack/explained.json does not cover. */
export function holesOf(
  circuit: string,
  found: readonly Survivor[],
  kind: FreedomKind = "survivor",
): string[] {
  return found
    .filter((survivor) => !explanations.some((explanation) => covers(explanation, kind, circuit, survivor)))
    .map(({ signal, from, to }) => `${signal}: ${from} -> ${to}`);
}
