// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { CircomError } from "../errors.ts";

/**
 * What a finding is.
 *
 * - `unforced`: the inputs do not force a wire
 * - `survivor`: a second witness with the same inputs
 * - `private`: a private input that can take another value, every public signal staying as it is
 * - `public`: a public input that can, every other public signal staying as it is
 */
export type FreedomKind = "unforced" | "survivor" | "private" | "public";

/** Freedom that witnesses of some circuits have, and why it is harmless. */
export interface Explanation {
  readonly kinds: readonly FreedomKind[];
  /** Matches the whole plain name of a signal. */
  readonly signals: RegExp;
  /** Covers only changes by a multiple of it. */
  readonly step?: bigint;
  /** Instances that have it. One of them without it makes the explanation stale. */
  readonly circuits: readonly string[];
  readonly why: string;
}

/**
 * Reads the list of explained findings: `{ "explained": [{ "kinds": […], "signals": "…", "step": "…", "circuits": […], "why": "…" }] }`.
 * @throws CircomError EXPLANATIONS_INVALID, naming the entry
 */
export async function readExplanations(root: string, file: string): Promise<Explanation[]> {
  const shown = relative(root, file);
  const invalid = (what: string, cause?: Error) =>
    new CircomError("EXPLANATIONS_INVALID", `${shown}: ${what}`, {
      location: shown,
      ...(cause === undefined ? {} : { cause }),
    });
  let list: { explained?: unknown } | null;
  try {
    list = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw invalid(`cannot be read: ${(error as Error).message}`, error as Error);
  }
  if (!Array.isArray(list?.explained)) throw invalid("`explained` must be a list");
  return list.explained.map((entry: Record<string, unknown>, index) => {
    const { kinds, signals, step, circuits, why } = entry;
    const texts = (value: unknown): value is string[] =>
      Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && one !== "");
    if (!texts(kinds) || kinds.some((kind) => !KINDS.includes(kind as FreedomKind)))
      throw invalid(`entry ${index}: \`kinds\` must be a list of ${KINDS.join(", ")}`);
    if (!texts(circuits)) throw invalid(`entry ${index}: \`circuits\` must be a list of instances`);
    if (typeof why !== "string" || why.length < 20)
      throw invalid(`entry ${index}: \`why\` must say why the freedom is harmless`);
    if (typeof signals !== "string")
      throw invalid(`entry ${index}: \`signals\` must be a regular expression`);
    if (step !== undefined && (typeof step !== "string" || !/^[1-9]\d*$/.test(step)))
      throw invalid(`entry ${index}: \`step\` must be a whole number from 1, as text`);
    try {
      return {
        kinds: kinds as FreedomKind[],
        signals: new RegExp(`^(?:${signals})$`),
        ...(step === undefined ? {} : { step: BigInt(step) }),
        circuits,
        why,
      };
    } catch (error) {
      throw invalid(`entry ${index}: \`signals\`: ${(error as Error).message}`, error as Error);
    }
  });
}

const KINDS: readonly FreedomKind[] = ["unforced", "survivor", "private", "public"];

/** Whether an explanation covers a finding about a circuit. */
export function covers(
  explanation: Explanation,
  kind: FreedomKind,
  circuit: string,
  { signal, from, to }: { readonly signal: string; readonly from?: bigint; readonly to?: bigint },
): boolean {
  const { kinds, circuits, signals, step } = explanation;
  if (!kinds.includes(kind) || !circuits.includes(circuit) || !signals.test(signal)) return false;
  return step === undefined || from === undefined || to === undefined || (to - from) % step === 0n;
}
