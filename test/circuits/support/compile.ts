// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compiles a circuit as it is, or as the liar's twin: the same program with every
// `a === b` replaced by a look at `a - b`. Compiled once, it is taken from
// build/test-circuits until a source changes.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, parse } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const COMPILER = require.resolve("circom2/cli.js");
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
    // circom_tester would start the compiler twice, the first time for its version.
    await run(
      process.execPath,
      [
        ...[COMPILER, join(folder, "main.circom"), "--sym", "--wasm", `--O${optimize}`],
        // Nobody asks the twin's constraints.
        ...(twin ? [] : ["--r1cs"]),
        ...libraries.flatMap((library) => ["-l", library]),
        ...["-o", folder],
      ],
      // The compiler is WebAssembly, and finds only what is below its working directory.
      { cwd: parse(root).root },
    );
    writeFileSync(done, "");
  }
  return { folder, name: "main", wasm: join(folder, "main_js/main.wasm") };
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
