// SPDX-License-Identifier: GPL-3.0-or-later
import { type Comparison, countOf } from "./circuits.ts";

/** How the guide's circuit with everything a claim needs grows: fixed part, and per reading. */
export interface GuideRule {
  readonly fixed: number;
  readonly perReading: number;
}

/** Poseidon with 16 inputs. A constant input saves the three products of its first S-box. */
const BLOCK = 609;
const PADDING = 3;

function hash(readings: number): number {
  const blocks = Math.ceil(readings / 15);
  return BLOCK * blocks - PADDING * (blocks * 15 - readings);
}

/**
 * The rule behind one of the guide's claims: two small sizes give it, two others must follow it to the constraint.
 * Larger ones take minutes to compile.
 * @throws Error when a size does not follow it
 */
export async function guideRule(circuit: (readings: number) => Comparison): Promise<GuideRule> {
  const rest = async (readings: number) => (await countOf(circuit(readings))).constraints - hash(readings);
  const [a, b] = [await rest(60), await rest(100)];
  const perReading = (b - a) / 40;
  const rule = { fixed: a - 60 * perReading, perReading };
  for (const readings of [128, 288]) {
    const { constraints } = await countOf(circuit(readings));
    if (constraints !== guideClaim(rule, readings))
      throw new Error(
        `${circuit(readings).call} has ${constraints} constraints, not ${guideClaim(rule, readings)}: the rule does not hold`,
      );
  }
  return rule;
}

/** Constraints for a number of readings. */
export function guideClaim({ fixed, perReading }: GuideRule, readings: number): number {
  return fixed + perReading * readings + hash(readings);
}
