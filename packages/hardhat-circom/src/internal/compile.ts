// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, parse, relative, resolve } from "node:path";
import { CircomError } from "../errors.ts";
import type { CircomConfig, CircuitInstance } from "../types.ts";
import { orientConstraints } from "./orient.ts";

const CIRCOM_FLAGS: readonly string[] = ["--O2", "--r1cs", "--wasm"];

/**
 * Part of the manifest: other flags give another circuit. circom's, and a word for what is done to its output
 * (`orientConstraints`). `--sym` only names signals and is left out.
 */
export const COMPILER_FLAGS: readonly string[] = [...CIRCOM_FLAGS, "orient-constraints"];

export interface CompiledCircuit {
  readonly r1cs: string;
  readonly wasm: string;
  readonly sym: string;
}

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** circom2's WebAssembly resolves paths only below its working directory, so it runs in the file system's root. */
const FILE_SYSTEM_ROOT = parse(process.cwd()).root;

function npmCompiler(): string {
  return createRequire(import.meta.url).resolve("circom2/cli.js");
}

function run(config: CircomConfig, args: readonly string[]): Promise<Finished> {
  const { native } = config.compiler;
  const [command, first] = native === undefined ? [process.execPath, [npmCompiler()]] : [native, []];
  return new Promise((done, fail) => {
    const child = spawn(command, [...first, ...args], {
      cwd: FILE_SYSTEM_ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (cause) => {
      fail(
        new CircomError(
          "COMPILER_NOT_FOUND",
          `cannot run ${command}; correct \`circom.compiler.native\` or remove it`,
          {
            cause,
          },
        ),
      );
    });
    child.on("close", (code, signal) => {
      done({ code, signal, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

/**
 * Version of the circom compiler, for example `2.2.3`. A native compiler must have the npm package's version, so
 * that both give the same artifacts.
 * @throws CircomError COMPILER_NOT_FOUND
 */
export async function compilerVersion(config: CircomConfig): Promise<string> {
  // An installed package does not change while this process runs; asking it starts a process.
  npmVersion ??= askVersion({ ...config, compiler: { ...config.compiler, native: undefined } });
  const expected = await npmVersion;
  if (config.compiler.native === undefined) return expected;
  const version = await askVersion(config);
  if (version !== expected) {
    throw new CircomError(
      "COMPILER_NOT_FOUND",
      `${config.compiler.native} is circom ${version}, but the circuits are built with ${expected}; ` +
        `install that version or remove \`circom.compiler.native\``,
    );
  }
  return version;
}

let npmVersion: Promise<string> | undefined;

async function askVersion(config: CircomConfig): Promise<string> {
  const { output } = await run(config, ["--version"]);
  const version = /circom compiler (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version === undefined) {
    throw new CircomError(
      "COMPILER_NOT_FOUND",
      `${config.compiler.native ?? "circom2"} did not tell its version`,
    );
  }
  return version;
}

/**
 * Compiles an instance into `folder`: `<name>.r1cs`, `<name>.wasm`, `<name>.sym`.
 * @throws CircomError COMPILER_FAILED with circom's own message and the place in the source
 */
export async function compileCircuit(
  config: CircomConfig,
  instance: CircuitInstance,
  folder: string,
): Promise<CompiledCircuit> {
  const scratch = join(folder, "circom");
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const libraries = config.include.filter((path) => existsSync(path)).flatMap((path) => ["-l", path]);
  const result = await run(config, [instance.main, ...CIRCOM_FLAGS, "--sym", ...libraries, "-o", scratch]);
  const stem = basename(instance.main, ".circom");
  const made = {
    r1cs: join(scratch, `${stem}.r1cs`),
    wasm: join(scratch, `${stem}_js`, `${stem}.wasm`),
    sym: join(scratch, `${stem}.sym`),
  };
  if (result.code !== 0 || !Object.values(made).every((path) => existsSync(path))) {
    throw compilerError(config, instance, result);
  }
  const compiled: CompiledCircuit = {
    r1cs: join(folder, `${instance.name}.r1cs`),
    wasm: join(folder, `${instance.name}.wasm`),
    sym: join(folder, `${instance.name}.sym`),
  };
  const constraints = await readFile(made.r1cs);
  orientConstraints(constraints);
  await writeFile(made.r1cs, constraints);
  for (const kind of ["r1cs", "wasm", "sym"] as const) await rename(made[kind], compiled[kind]);
  await rm(scratch, { recursive: true, force: true });
  return compiled;
}

const LINES_SHOWN = 24;

function compilerError(config: CircomConfig, instance: CircuitInstance, result: Finished): CircomError {
  let location: string | undefined;
  const text = result.output
    // biome-ignore lint/suspicious/noControlCharactersInRegex: circom colours its messages whether or not they are read by a terminal
    .replace(/\u001b\[[0-9;]*m/g, "")
    .replace(/"([^"\n]+\.circom)":(\d+):(\d+)/g, (_, path: string, line: string, column: string) => {
      const place = `${relative(config.root, resolve(FILE_SYSTEM_ROOT, path))}:${line}:${column}`;
      location ??= place;
      return place;
    });
  const lines = text.split("\n").map((line) => line.trimEnd());
  const start = lines.findIndex((line) => /^error|panicked/i.test(line));
  const relevant = (start < 0 ? lines : lines.slice(start)).filter(
    (line) => line !== "" && !/^previous errors were found$/.test(line),
  );
  const shown = relevant.slice(0, LINES_SHOWN);
  if (relevant.length > LINES_SHOWN) shown.push(`… ${relevant.length - LINES_SHOWN} more lines`);
  if (/panicked|unreachable/.test(text)) {
    shown.push(
      "circom itself crashed; a function call inside a constraint is a known cause: put its result in a `var` first",
    );
  }
  if (shown.length === 0)
    shown.push(`circom ended with ${result.signal ?? `code ${result.code}`} and said nothing`);
  const where = location ?? relative(config.root, instance.main);
  return new CircomError(
    "COMPILER_FAILED",
    `instance "${instance.name}" does not compile (${where}):\n${shown.map((line) => `  ${line}`).join("\n")}`,
    { instance: instance.name, location: where },
  );
}
