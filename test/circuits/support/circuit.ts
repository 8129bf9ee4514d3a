// SPDX-License-Identifier: GPL-3.0-or-later
//
// A circuit with its constraint system, its honest witness generator and the
// liar's. The liar's twin computes a full witness for inputs that the honest
// generator refuses, so that a test asks the constraints and not the generator.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConstraintSystem, type NamedSignal, parseSymbols } from "@vitalproof/hardhat-circom/attack";
import { type Compiled, compile, root } from "./compile.ts";
import { BaseTester, type CircuitInput, calculatorOf, type Tester } from "./tester.ts";

export interface CircuitSource {
  /** File to include, relative to circuits/ or test/circuits/fixtures/. */
  readonly file: string;
  /** Template call, e.g. `AtMost(10)`. */
  readonly call: string;
  /** Names of the public inputs. */
  readonly public?: readonly string[];
  /** Circom's simplification: 0 (default) keeps every signal under its name. */
  readonly optimize?: 0 | 1 | 2;
}

export interface Circuit {
  readonly tester: Tester;
  readonly system: ConstraintSystem;
  /** Witness of the honest generator. Rejects when it refuses. */
  honest(input: CircuitInput): Promise<bigint[]>;
  /** Witness for any input at all, in the wires of the real constraint system. */
  liar(input: CircuitInput): Promise<bigint[]>;
  /** Whether the liar's witness satisfies every constraint. */
  accepts(input: CircuitInput): Promise<boolean>;
}

/** Circuits of this process: files of tests share them. */
const circuits = new Map<string, Promise<Circuit>>();

function once(key: string, make: () => Promise<Circuit>): Promise<Circuit> {
  let circuit = circuits.get(key);
  if (circuit === undefined) {
    circuit = make();
    circuits.set(key, circuit);
  }
  return circuit;
}

/** Compiles, or takes from the cache when no source changed. */
export function compileCircuit(source: CircuitSource): Promise<Circuit> {
  const optimize = source.optimize ?? 0;
  const main = mainText(source);
  return once(`${optimize} ${main}`, async () =>
    open(source.call, await compile(source.call, main, optimize), main),
  );
}

/**
 * A main of circuits/main with all its signals (0), or as its key is made (2). The latter is taken from build/circuits,
 * where `hardhat circuits build` puts it.
 */
export function compileInstance(name: string, optimize: 0 | 2 = 2): Promise<Circuit> {
  const text = readFileSync(join(root, "circuits/main", `${name}.circom`), "utf8");
  const match =
    /include "\.\.\/(?<file>[^"]+)";[\s\S]*component main \{public \[(?<inputs>[^\]]+)\]\} = (?<call>[^;]+);/.exec(
      text,
    );
  if (match?.groups === undefined)
    throw new Error(`circuits/main/${name}.circom has no main component of the usual form`);
  const { file, inputs, call } = match.groups as { file: string; inputs: string; call: string };
  const source = { file, call, public: inputs.split(", ") };
  if (optimize === 0) return compileCircuit(source);
  return once(name, () => open(call, built(name), mainText(source)));
}

/** The instance as its committed manifest describes it. */
function built(name: string): Compiled {
  const folder = join(root, "build/circuits", name);
  const r1cs = join(folder, `${name}.r1cs`);
  const manifest = JSON.parse(readFileSync(join(root, "circuits/artifacts", name, "manifest.json"), "utf8"));
  const found = existsSync(r1cs) ? createHash("sha256").update(readFileSync(r1cs)).digest("hex") : "none";
  if (found !== manifest.sha256.r1cs)
    throw new Error(
      `build/circuits/${name}/${name}.r1cs has the hash ${found}, its manifest says ${manifest.sha256.r1cs}. Run \`hardhat circuits build --all\` and \`hardhat circuits build --group test\`.`,
    );
  return { folder, name, wasm: join(folder, `${name}.wasm`) };
}

async function open(title: string, real: Compiled, main: string): Promise<Circuit> {
  // circom_tester reads the constraints when a test has it check a witness, and not before.
  const tester = new BaseTester(real.folder, real.name);
  const symbols = symbolsOf(real);
  const system = new ConstraintSystem(readFileSync(join(real.folder, `${real.name}.r1cs`)), symbols);
  let honest: ReturnType<typeof calculatorOf> | undefined;
  let twin: ReturnType<typeof openTwin> | undefined;
  const liar = async (input: CircuitInput): Promise<bigint[]> => {
    twin ??= openTwin(title, symbols, system, main);
    return (await twin)(input);
  };
  return {
    tester,
    system,
    async honest(input) {
      honest ??= calculatorOf(readFileSync(real.wasm));
      return (await honest)(input);
    },
    liar,
    accepts: async (input) => system.satisfiedBy(await liar(input)),
  };
}

function symbolsOf({ folder, name }: Compiled): NamedSignal[] {
  return parseSymbols(readFileSync(join(folder, `${name}.sym`), "utf8"));
}

/** The twin's generator, its values in the wires of the real system. */
async function openTwin(
  title: string,
  symbols: readonly NamedSignal[],
  system: ConstraintSystem,
  main: string,
): Promise<(input: CircuitInput) => Promise<bigint[]>> {
  const twin = await compile(title, main, 0, true);
  const calculate = await calculatorOf(readFileSync(twin.wasm));
  const inTwinFile = symbolsOf(twin);
  const names = canonicalNames(inTwinFile.map(({ name }) => name));
  const inTwin = new Map(inTwinFile.map(({ wire }, i) => [names[i], wire]));
  const real = canonicalNames(symbols.map(({ name }) => name));
  const wires = new Array<number | undefined>(system.wires);
  wires[0] = 0;
  for (const [i, { wire: of }] of symbols.entries()) {
    const wire = inTwin.get(real[i]);
    if (of >= 0 && wire !== undefined && wire >= 0) wires[of] = wire;
  }
  for (let wire = 0; wire < wires.length; wire++)
    if (wires[wire] === undefined)
      throw new Error(`the twin of ${title} lost wire ${wire} (${system.nameOf(wire)})`);
  return async (input) => {
    const values = await calculate(input);
    return wires.map((wire) => values[wire!]!);
  };
}

function mainText(source: CircuitSource): string {
  const inputs = source.public?.length ? `{public [${source.public.join(", ")}]} ` : "";
  return `pragma circom 2.2.3;\ninclude "${source.file}";\ncomponent main ${inputs}= ${source.call};\n`;
}

/**
 * Circom names anonymous components after their place in the file, which
 * differs in the twin: `Num2Bits_12_345` becomes `Num2Bits#0`, counted in order
 * inside its parent.
 */
function canonicalNames(names: readonly string[]): string[] {
  const places = new Map<string, Set<number>>();
  const visit = (name: string, part: (parent: string, template: string, place: number) => string) => {
    let path = "";
    return name.split(".").map((segment) => {
      const match = /^(.+)_\d+_(\d+)(.*)$/.exec(segment);
      const parent = path;
      path += `.${segment}`;
      return match === null ? segment : part(parent, match[1]!, Number(match[2])) + match[3]!;
    });
  };
  for (const name of names) {
    visit(name, (parent, template, place) => {
      const key = `${parent}|${template}`;
      const known = places.get(key);
      if (known === undefined) places.set(key, new Set([place]));
      else known.add(place);
      return "";
    });
  }
  const ranks = new Map<string, Map<number, number>>();
  for (const [key, set] of places)
    ranks.set(key, new Map([...set].sort((a, b) => a - b).map((place, i) => [place, i])));
  return names.map((name) =>
    visit(
      name,
      (parent, template, place) => `${template}#${ranks.get(`${parent}|${template}`)!.get(place)}`,
    ).join("."),
  );
}
