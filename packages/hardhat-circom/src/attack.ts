// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { attackSystem, type Finding } from "./attack/attackSystem.ts";
import { covers, type Explanation, readExplanations } from "./attack/explanations.ts";
import type { Mutation } from "./attack/mutations.ts";
import { ConstraintSystem, parseSymbols } from "./attack/system.ts";
import { type CircuitInput, witnessOf } from "./attack/witness.ts";
import { CircomError } from "./errors.ts";
import { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
import { instanceFiles } from "./manifest.ts";
import type { CircomConfig, CircuitInstance } from "./types.ts";

export interface AttackOptions extends InstanceSelection, Mutation {
  /** A JSON file with one input, or a list of inputs, for the one instance named. Default: the configured samples. */
  input?: string;
  /** Use the first so many sample inputs of each instance. Default: all. */
  samples?: number;
  onProgress?: (event: { readonly instance: string; readonly doing: string }) => void;
}

export interface AttackReport {
  readonly name: string;
  /** Nothing unexplained, and no explanation of something that is not there. */
  readonly ok: boolean;
  readonly constraints: number;
  readonly wires: number;
  /** Inputs from which the attack started. */
  readonly samples: number;
  /** Wires that the inputs force, in the sample where they force least. */
  readonly forced: number;
  /** Changes tried. */
  readonly tried: number;
  /** Explained ones with `why`. Each kind, signal and reason once. */
  readonly findings: readonly Finding[];
  readonly unexplained: readonly Finding[];
  /** Patterns of explanations that name this instance and match nothing of it. None where samples were left out. */
  readonly stale: readonly string[];
  readonly seconds: number;
}

/**
 * Attacks built instances: what the constraints leave free, beyond what the committed list explains.
 * @throws CircomError INSTANCE_UNKNOWN, ATTACK_INPUT, EXPLANATIONS_INVALID or R1CS_INVALID
 */
export async function attackCircuits(
  config: CircomConfig,
  options: AttackOptions = {},
): Promise<AttackReport[]> {
  const chosen = selectInstances(await loadInstances(config), options);
  if (options.input !== undefined && chosen.length !== 1)
    throw new CircomError("ATTACK_INPUT", "an input file is for one instance; name it");
  const explanations =
    config.attack.explanations === undefined
      ? []
      : await readExplanations(config.root, config.attack.explanations);
  const reports: AttackReport[] = [];
  for (const instance of chosen) reports.push(await attackOne(config, instance, explanations, options));
  return reports;
}

async function attackOne(
  config: CircomConfig,
  instance: CircuitInstance,
  explanations: readonly Explanation[],
  { input, samples: most, tries, seed, onProgress }: AttackOptions,
): Promise<AttackReport> {
  const { name } = instance;
  const started = performance.now();
  const { r1cs, sym, wasm } = instanceFiles(config, instance);
  for (const file of [r1cs, sym, wasm]) {
    if (existsSync(file)) continue;
    throw new CircomError(
      "ATTACK_INPUT",
      `instance "${name}" is not built: ${relative(config.root, file)} does not exist; run \`hardhat circuits build ${name}\``,
      { instance: name },
    );
  }
  const system = await readFile(r1cs)
    .then(async (bytes) => new ConstraintSystem(bytes, parseSymbols(await readFile(sym, "utf8"))))
    .catch((error: Error) => {
      throw new CircomError("R1CS_INVALID", `instance "${name}": ${error.message}`, {
        instance: name,
        cause: error,
      });
    });
  const samples = (await samplesOf(config, instance, input)).slice(0, most);
  const byKey = new Map<string, Finding>();
  let [forced, tried] = [system.wires - 1, 0];
  for (const [i, sample] of samples.entries()) {
    onProgress?.({ instance: name, doing: `sample ${i + 1} of ${samples.length}` });
    const witness = await witnessOf(wasm, sample).catch((error: Error) => {
      throw new CircomError(
        "ATTACK_INPUT",
        `instance "${name}": input ${i + 1} has no witness: ${error.message}`,
        {
          instance: name,
          cause: error,
        },
      );
    });
    const attack = attackSystem(system, witness, name, explanations, {
      ...(tries === undefined ? {} : { tries }),
      ...(seed === undefined ? {} : { seed }),
    });
    forced = Math.min(forced, attack.forced);
    tried += attack.tried;
    for (const finding of attack.findings) {
      // One unexplained change of a signal must not hide behind an explained one.
      const key = `${finding.kind} ${finding.signal} ${finding.why ?? ""}`;
      if (!byKey.has(key)) byKey.set(key, finding);
    }
  }
  const findings = [...byKey.values()];
  const unexplained = findings.filter(({ why }) => why === undefined);
  const complete = most === undefined && input === undefined;
  const stale = (complete ? explanations : [])
    .filter(({ circuits }) => circuits.includes(name))
    .filter((explanation) => !findings.some((finding) => covers(explanation, finding.kind, name, finding)))
    .map(({ signals }) => signals.source.replace(/^\^\(\?:(.*)\)\$$/, "$1"));
  return {
    name,
    ok: unexplained.length === 0 && stale.length === 0,
    constraints: system.constraints.length,
    wires: system.wires,
    samples: samples.length,
    forced,
    tried,
    findings,
    unexplained,
    stale,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The inputs from which to attack an instance: of a file, or those that the configuration names. */
async function samplesOf(
  config: CircomConfig,
  instance: CircuitInstance,
  file: string | undefined,
): Promise<readonly CircuitInput[]> {
  const { name } = instance;
  const missing = (what: string, cause?: unknown) =>
    new CircomError("ATTACK_INPUT", `instance "${name}": ${what}`, {
      instance: name,
      ...(cause instanceof Error ? { cause } : {}),
    });
  const { inputs } = config.attack;
  let path = file;
  if (path === undefined) {
    if (inputs === undefined)
      throw missing(
        "there is no input; pass --input FILE, or set `circom.attack.inputs` in the Hardhat config",
      );
    const found = await stat(inputs).catch(() => undefined);
    if (found === undefined) throw missing(`${relative(config.root, inputs)} does not exist`);
    if (!found.isDirectory()) {
      const module = (await import(pathToFileURL(inputs).href)) as { default?: unknown };
      if (typeof module.default !== "function")
        throw missing(`${relative(config.root, inputs)} has no default export that is a function`);
      const made = (await module.default(instance)) as CircuitInput | readonly CircuitInput[];
      return Array.isArray(made) ? made : [made as CircuitInput];
    }
    path = join(inputs, `${name}.json`);
  }
  try {
    const read = JSON.parse(await readFile(path, "utf8"));
    return Array.isArray(read) ? read : [read];
  } catch (error) {
    throw missing(`${relative(config.root, path)} cannot be read: ${(error as Error).message}`, error);
  }
}
