// SPDX-License-Identifier: GPL-3.0-or-later

import { beaconName } from "../internal/ceremony/rules.ts";
import { signatureFault } from "../internal/ceremony/signatures.ts";
import { statementOf } from "../internal/ceremony/transcript.ts";
import { StepVerifier } from "../internal/ceremony/verifier/verifyStep.ts";
import type { Zkey } from "../internal/ceremony/zkey.ts";
import { sha256 } from "../internal/files.ts";
import type { CeremonyInstance } from "../types.ts";
import { type OpenCeremony, readKey, type Step } from "./folder.ts";

export interface ExaminedStep {
  readonly number: number;
  readonly kind: Step["kind"];
  /** The name that the keys carry; null for the initial keys and the beacon. */
  readonly contributor: string | null;
  /** Whether a valid signature of the announced key is there; true for what nobody signs. */
  readonly signed: boolean;
  /** What is wrong with it; a missing signature is not. */
  readonly problems: readonly string[];
}

export interface Examined {
  readonly steps: readonly ExaminedStep[];
  /** Hashes of all keys and contributions so far, as a transcript has them. */
  readonly instances: readonly CeremonyInstance[];
}

export interface ExamineOptions {
  /** Also compute that every key is the one before with one more contribution. Seconds for a large circuit. */
  readonly thorough: boolean;
  readonly onProgress?: (message: string) => void;
}

/** Looks at every step of a ceremony, circuit by circuit, so that two keys are in memory at a time. */
export async function examine(ceremony: OpenCeremony, options: ExamineOptions): Promise<Examined> {
  const { announcement, steps } = ceremony;
  const problems = steps.map((): string[] => []);
  const names = steps.map(() => new Set<string | null>());
  const instances: CeremonyInstance[] = [];
  for (const instance of announcement.instances) {
    const keys: string[] = [];
    const verifier = new StepVerifier();
    let before: Zkey | undefined;
    let contributions: string[] = [];
    for (const [i, step] of steps.entries()) {
      const wrong = (reason: string) => problems[i]!.push(`${instance.name}: ${reason}`);
      try {
        const { key, bytes } = await readKey(step, instance);
        keys.push(sha256(bytes));
        if (step.kind === "initial") {
          if (keys[0] !== instance.key) wrong(`the key is not the announced one, ${instance.key}`);
          if (Buffer.from(key.circuitHash).toString("hex") !== instance.circuit) {
            wrong("the key is about another circuit or other powers of tau");
          }
          if (key.contributions.length > 0) wrong("the key has contributions before the first one");
        } else if (before !== undefined) {
          if (options.thorough) options.onProgress?.(`${instance.name}: verifying step ${step.number}`);
          const broken = options.thorough ? verifier.broken(before, key) : quickStep(before, key);
          for (const reason of broken) wrong(reason);
          names[i]!.add(key.contributions.at(-1)?.name ?? null);
        }
        before = key;
        contributions = key.contributions.map(({ hash }) => hash);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        wrong(error.message);
        before = undefined;
      }
    }
    const { name, version, r1cs, circuit } = instance;
    instances.push({ name, version, r1cs, circuit, keys, contributions });
  }
  const seen = new Set<string>();
  const examined = steps.map(async (step, i): Promise<ExaminedStep> => {
    const { number, kind } = step;
    const contributor = [...names[i]!][0] ?? null;
    if (kind === "contribution") {
      problems[i]!.push(...nameProblems(ceremony, names[i]!, seen));
      if (contributor !== null) seen.add(contributor);
    }
    if (kind === "beacon" && contributor !== beaconName(ceremony.pin)) {
      problems[i]!.push(`the beacon is called ${contributor}, not ${beaconName(ceremony.pin)}`);
    }
    if (kind !== "contribution")
      return { number, kind, contributor: null, signed: true, problems: problems[i]! };
    const { signed, wrong } = await judgeSignature(ceremony, instances, step, contributor);
    if (wrong !== undefined) problems[i]!.push(wrong);
    return { number, kind, contributor, signed, problems: problems[i]! };
  });
  return { instances, steps: await Promise.all(examined) };
}

/** What shows without a computation on points. */
function quickStep(before: Zkey, after: Zkey): string[] {
  const count = before.contributions.length;
  const same = before.contributions.every(({ hash }, i) => hash === after.contributions[i]?.hash);
  return same && after.contributions.length === count + 1 ? [] : ["it does not follow the key before"];
}

function nameProblems(
  { pin }: OpenCeremony,
  names: ReadonlySet<string | null>,
  seen: ReadonlySet<string>,
): string[] {
  if (names.size > 1) return [`its keys carry different names: ${[...names].join(", ")}`];
  const [name] = names;
  if (name === undefined) return [];
  if (name === null || !pin.contributors.some((one) => one.name === name)) {
    return [`${name ?? "its contributor"} is not among the announced contributors`];
  }
  return seen.has(name) ? [`${name} has contributed before`] : [];
}

async function judgeSignature(
  { pin, announcement }: OpenCeremony,
  instances: readonly CeremonyInstance[],
  { number, statement, signature }: Step,
  contributor: string | null,
): Promise<{ signed: boolean; wrong?: string }> {
  const announced = pin.contributors.find(({ name }) => name === contributor);
  if (announced === undefined) return { signed: false };
  const { ceremony, powersOfTau } = announcement;
  const expected = statementOf({ ceremony, powersOfTau, instances }, announced.name, number - 1);
  if (statement !== expected) {
    return { signed: false, wrong: "its statement does not name exactly its contributions" };
  }
  if (signature === undefined) return { signed: false };
  const fault = await signatureFault(statement, signature, announced);
  return fault === undefined ? { signed: true } : { signed: false, wrong: `its signature ${fault}` };
}
