// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compiles a circuit twice: as it is, and as the liar's twin, the same program
// with every `a === b` replaced by a look at `a - b`. The twin computes a full witness for inputs that
// the honest generator refuses, so that a test asks the constraints and not the
// generator.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, relative } from "node:path";
import { ConstraintSystem } from "./constraints.ts";
import type { CircuitInput, WasmTester } from "./tester.ts";

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, "../../..");
const cache = join(root, "build/test-circuits");

const LIBRARIES = {
  circuits: join(root, "circuits"),
  fixtures: join(root, "test/circuits/fixtures"),
  circomlib: join(dirname(require.resolve("circomlib/package.json")), "circuits"),
};

export interface CircuitSource {
  /** File to include, relative to circuits/ or test/circuits/fixtures/. */
  readonly file: string;
  /** Template call, e.g. `AtMost(10)`. */
  readonly call: string;
  /** Names of the public inputs. */
  readonly public?: readonly string[];
  /** Circom's simplification: 0 (default) keeps every signal under its name, 2 is what instances use. */
  readonly optimize?: 0 | 1 | 2;
}

export interface Circuit {
  readonly tester: WasmTester;
  readonly system: ConstraintSystem;
  /** Witness of the honest generator. Rejects when it refuses. */
  honest(input: CircuitInput): Promise<bigint[]>;
  /** Witness for any input at all, in the wires of the real constraint system. */
  liar(input: CircuitInput): Promise<bigint[]>;
}

/** Compiles, or takes from the cache when no source changed. */
export async function compileCircuit(source: CircuitSource): Promise<Circuit> {
  const optimize = source.optimize ?? 0;
  const main = mainText(source);
  const key = createHash("sha256")
    .update(JSON.stringify([main, optimize, sourcesDigest()]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, `${source.call.replace(/\W+/g, "-")}${key}`);

  const tester = await compile(join(folder, "real"), main, Object.values(LIBRARIES), optimize);
  const twin = await compile(join(folder, "twin"), main, twinLibraries(), 0);
  await tester.loadConstraints();
  await tester.loadSymbols();
  await twin.loadSymbols();
  const system = new ConstraintSystem(tester);

  // For each wire of the real system, where the twin keeps the same signal.
  const wireInTwin: (number | undefined)[] = new Array(system.wires);
  wireInTwin[0] = 0;
  const twinNames = canonicalNames(Object.keys(twin.symbols));
  const inTwin = new Map(Object.values(twin.symbols).map((symbol, i) => [twinNames[i], symbol.varIdx]));
  const names = canonicalNames(Object.keys(tester.symbols));
  for (const [i, symbol] of Object.values(tester.symbols).entries()) {
    const wire = inTwin.get(names[i]);
    if (symbol.varIdx >= 0 && wire !== undefined && wire >= 0) wireInTwin[symbol.varIdx] = wire;
  }
  return {
    tester,
    system,
    honest: (input) => tester.calculateWitness(input, true),
    async liar(input) {
      const values = await twin.calculateWitness(input, true);
      return Array.from(wireInTwin, (wire, i) => {
        const value = wire === undefined ? undefined : values[wire];
        if (value === undefined)
          throw new Error(`the twin of ${source.call} lost wire ${i} (${system.nameOf(i)})`);
        return value;
      });
    },
  };
}

/** Compiles a main of circuits/main as instances are compiled. */
export function compileInstance(name: string, optimize: 0 | 1 | 2 = 2): Promise<Circuit> {
  const text = readFileSync(join(root, "circuits/main", `${name}.circom`), "utf8");
  const match =
    /include "\.\.\/(?<file>[^"]+)";[\s\S]*component main \{public \[(?<inputs>[^\]]+)\]\} = (?<call>[^;]+);/.exec(
      text,
    );
  if (match?.groups === undefined)
    throw new Error(`circuits/main/${name}.circom has no main component of the usual form`);
  const { file, inputs, call } = match.groups as { file: string; inputs: string; call: string };
  return compileCircuit({ file, call, public: inputs.split(", "), optimize });
}

function mainText(source: CircuitSource): string {
  const inputs = source.public?.length ? `{public [${source.public.join(", ")}]} ` : "";
  return `pragma circom 2.2.3;\ninclude "${source.file}";\ncomponent main ${inputs}= ${source.call};\n`;
}

async function compile(
  folder: string,
  main: string,
  include: readonly string[],
  O: 0 | 1 | 2,
): Promise<WasmTester> {
  linkCompiler();
  const { wasm }: { wasm(file: string, options: object): Promise<WasmTester> } = require("circom_tester");
  const done = existsSync(join(folder, "done"));
  if (!done) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.circom"), main);
  }
  const tester = await wasm(join(folder, "main.circom"), {
    output: folder,
    include: [...include],
    O,
    recompile: !done,
  });
  writeFileSync(join(folder, "done"), "");
  return tester;
}

/** circom_tester calls `circom`: a link with that name to the npm compiler goes first on the PATH. */
function linkCompiler(): void {
  const bin = join(root, "build/bin");
  if (process.env.PATH?.split(delimiter)[0] === bin) return;
  mkdirSync(bin, { recursive: true });
  const link = join(bin, "circom");
  if (!existsSync(link)) {
    rmSync(link, { force: true });
    symlinkSync(relative(bin, join(root, "node_modules/.bin/circom2")), link);
  }
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
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

function circomFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".circom") && !name.startsWith("artifacts"))
    .sort();
}

let digest: string | undefined;
function sourcesDigest(): string {
  if (digest === undefined) {
    const hash = createHash("sha256");
    for (const folder of Object.values(LIBRARIES)) {
      for (const name of circomFiles(folder)) hash.update(name).update(readFileSync(join(folder, name)));
    }
    digest = hash.digest("hex").slice(0, 16);
  }
  return digest;
}

/** The libraries without their checks; every `<==` still assigns. */
function twinLibraries(): string[] {
  const base = join(cache, `twin-sources-${sourcesDigest()}`);
  const folders = Object.keys(LIBRARIES).map((name) => join(base, name));
  if (existsSync(base)) return folders;
  const temporary = `${base}.${process.pid}`;
  for (const [library, folder] of Object.entries(LIBRARIES)) {
    for (const name of circomFiles(folder)) {
      const target = join(temporary, library, name);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, withoutConstraints(readFileSync(join(folder, name), "utf8")));
    }
  }
  writeFileSync(join(temporary, Object.keys(LIBRARIES)[0]!, "liar-sink.circom"), SINK);
  try {
    renameSync(temporary, base);
  } catch (error) {
    // Another process was first; its copy is the same.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(base)) throw error;
  }
  return folders;
}

/** Takes in the difference of the two sides, so that circom keeps the signals in them. */
const SINK = `pragma circom 2.2.3;
template LiarSink() {
    signal input difference;
    signal output out <== difference;
}
`;

export function withoutConstraints(circom: string): string {
  return circom
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/(?<=[;{}])([^;{}]*)===([^;]*);/g, "\n_ <== LiarSink()(($1) - ($2));")
    .replace(/^(\s*pragma circom [^;]*;)/, '$1\ninclude "liar-sink.circom";');
}
