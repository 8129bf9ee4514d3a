// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compiles a circuit as it is, or as the liar's twin: the same program with every
// `a === b` replaced by a look at `a - b`. Compiled once, it is taken from
// build/test-circuits until a source changes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { CircomResult, CircomRun } from "./circomWorker.ts";

const require = createRequire(import.meta.url);
export const root = join(import.meta.dirname, "../../..");
const cache = join(root, "build/test-circuits");

const LIBRARIES = {
  circuits: join(root, "circuits"),
  fixtures: join(root, "test/circuits/fixtures"),
  circomlib: join(dirname(require.resolve("circomlib/package.json")), "circuits"),
};

/** Where a compiled circuit is: `name.r1cs` (a twin has none), `name.sym` and the witness generator. */
export interface Compiled {
  readonly folder: string;
  readonly name: string;
  readonly wasm: string;
}

/**
 * @param title for people, in the folder's name
 * @param main  the text of the main component
 * @param optimize circom's simplification; the twin has none
 */
export async function compile(
  title: string,
  main: string,
  optimize: 0 | 1 | 2,
  twin = false,
): Promise<Compiled> {
  const key = createHash("sha256")
    .update(JSON.stringify([main, optimize, twin, sourcesDigest()]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, `${title.replace(/\W+/g, "-")}${twin ? "twin-" : ""}${key}`);
  const done = join(folder, "done");
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.circom"), main);
    const libraries = twin ? twinLibraries() : Object.values(LIBRARIES);
    await circom([
      ...[join(folder, "main.circom"), "--sym", "--wasm", `--O${optimize}`],
      // Nobody asks the twin's constraints.
      ...(twin ? [] : ["--r1cs"]),
      ...libraries.flatMap((library) => ["-l", library]),
      ...["-o", folder],
    ]);
    writeFileSync(done, "");
  }
  return { folder, name: "main", wasm: join(folder, "main_js/main.wasm") };
}

let compiler: Worker | undefined;
let runs = 0;

/** Runs circom. @throws Error with what it printed, when it refuses the circuit */
async function circom(args: readonly string[]): Promise<void> {
  if (compiler === undefined) {
    compiler = new Worker(new URL("./circomWorker.ts", import.meta.url));
    compiler.setMaxListeners(0);
  }
  const worker = compiler;
  const run: CircomRun = { id: ++runs, args };
  // A thread without work does not keep the process alive.
  worker.ref();
  const { failure } = await new Promise<CircomResult>((resolve, reject) => {
    const hear = (result: CircomResult) => {
      if (result.id !== run.id) return;
      worker.off("message", hear).off("error", reject);
      if (worker.listenerCount("message") === 0) worker.unref();
      resolve(result);
    };
    worker.on("message", hear).on("error", reject);
    worker.postMessage(run);
  });
  if (failure !== undefined) throw new Error(`circom: ${failure}`);
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
