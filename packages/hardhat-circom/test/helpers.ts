// SPDX-License-Identifier: GPL-3.0-or-later

import { randomBytes } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import {
  buildCircuits,
  type CircomConfig,
  type CircomUserConfig,
  type CircuitManifest,
  resolveConfig,
  type VerificationKey,
} from "../src/circuits.ts";

/** Hardhat's command. */
export const HARDHAT = join(
  dirname(createRequire(import.meta.url).resolve("hardhat/package.json")),
  "dist/src/cli.js",
);

const HERE = import.meta.dirname;
const WORK = join(HERE, ".work");

export interface Project {
  readonly root: string;
  readonly config: CircomConfig;
  path(...parts: string[]): string;
  read(path: string): Promise<string>;
  write(path: string, content: string): Promise<void>;
  /** Replaces the one occurrence of `from`. */
  edit(path: string, from: string, to: string): Promise<void>;
  manifest(name: string): Promise<CircuitManifest>;
  configure(user: CircomUserConfig): CircomConfig;
}

/** A copy of a fixture project that a test may change; all copies go with `removeProjects`. */
export async function createProject(fixture = "basic"): Promise<Project> {
  const root = join(WORK, `${fixture}-${randomBytes(6).toString("hex")}`);
  await mkdir(WORK, { recursive: true });
  await cp(join(HERE, "fixtures", fixture), root, { recursive: true });
  const path = (...parts: string[]) => join(root, ...parts);
  const read = (file: string) => readFile(path(file), "utf8");
  return {
    root,
    config: resolveConfig(undefined, root),
    path,
    read,
    write: async (file, content) => {
      await mkdir(join(path(file), ".."), { recursive: true });
      await writeFile(path(file), content);
    },
    edit: async (file, from, to) => {
      const text = await read(file);
      if (text.split(from).length !== 2) throw new Error(`${file} has no single ${JSON.stringify(from)}`);
      await writeFile(path(file), text.replace(from, to));
    },
    manifest: async (name) =>
      JSON.parse(await read(`circuits/artifacts/${name}/manifest.json`)) as CircuitManifest,
    configure: (user) => resolveConfig(user, root),
  };
}

let built: Promise<Record<string, Buffer>> | undefined;

/**
 * A project whose default circuits are built already: a copy of one build that all files of a run share. That a build
 * gives the same bytes in every folder is tested in build.test.ts.
 */
export async function createBuiltProject(): Promise<Project> {
  built ??= (async () => {
    const first = await createProject();
    await buildCircuits(first.config);
    const files: Record<string, Buffer> = {};
    for (const folder of ["build", "circuits/artifacts", "contracts"]) {
      for (const entry of await readdir(first.path(folder), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        files[relative(first.root, file)] = await readFile(file);
      }
    }
    return files;
  })();
  const project = await createProject();
  for (const [file, content] of Object.entries(await built)) {
    await mkdir(dirname(project.path(file)), { recursive: true });
    await writeFile(project.path(file), content);
  }
  return project;
}

export async function removeProjects(): Promise<void> {
  await rm(WORK, { recursive: true, force: true });
}

type Hex = string;
type Signals = Record<string, unknown>;
export interface Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
  readonly protocol: string;
  readonly curve: string;
}

/** snarkjs as far as the tests call it. */
export interface TestSnarkjs {
  readonly groth16: {
    fullProve(input: Signals, wasm: string, zkey: string): Promise<{ proof: Proof; publicSignals: string[] }>;
    verify(key: unknown, publicSignals: readonly string[], proof: Proof): Promise<boolean>;
  };
  readonly powersOfTau: {
    newAccumulator(curve: unknown, power: number, file: string): Promise<unknown>;
    contribute(from: string, to: string, name: string, entropy: string): Promise<unknown>;
    beacon(from: string, to: string, name: string, beacon: Hex, iterationsExp: number): Promise<unknown>;
    preparePhase2(from: string, to: string): Promise<unknown>;
    truncate(from: string, template: string): Promise<unknown>;
  };
  readonly zKey: {
    newZKey(r1cs: string, ptau: string, zkey: string): Promise<unknown>;
    contribute(from: string, to: string, name: string, entropy: string): Promise<Uint8Array>;
    beacon(from: string, to: string, name: string, beacon: Hex, iterationsExp: number): Promise<Uint8Array>;
    verifyFromR1cs(r1cs: string, ptau: string, zkey: string): Promise<boolean>;
    exportVerificationKey(zkey: string): Promise<Record<string, unknown>>;
    exportJson(zkey: string): Promise<Record<string, unknown>>;
  };
  readonly curves: { getCurveFromName(name: string): Promise<unknown> };
}

export async function snarkjs(): Promise<TestSnarkjs> {
  const specifier: string = "snarkjs";
  return (await import(specifier)) as TestSnarkjs;
}

/** snarkjs's curve keeps worker threads, and with them the test run, alive. */
export async function endSnarkjs(): Promise<void> {
  const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
  await curve?.terminate();
}

/** A = alpha, B = beta, C = -(gamma / delta)·IC(x): satisfies the pairing equation for any public input. */
export function forge(key: VerificationKey, publicSignals: readonly string[], gammaOverDelta: bigint): Proof {
  const point = (p: readonly string[]) => bn254.G1.Point.fromAffine({ x: BigInt(p[0]!), y: BigInt(p[1]!) });
  const sum = publicSignals.reduce(
    (total, signal, i) => total.add(point(key.IC[i + 1]!).multiply(BigInt(signal))),
    point(key.IC[0]!),
  );
  const c = sum.multiply(gammaOverDelta).negate().toAffine();
  return {
    pi_a: key.vk_alpha_1,
    pi_b: key.vk_beta_2,
    pi_c: [c.x, c.y, 1n].map(String),
    protocol: "groth16",
    curve: "bn128",
  };
}
