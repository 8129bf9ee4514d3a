// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveConfig } from "./config.ts";
import { compileCircuit } from "./internal/compile.ts";
import { writeDevelopmentKey } from "./internal/keys/developmentKey.ts";
import { domainPower, parseR1cs } from "./internal/r1cs.ts";
import type { CircuitInstance } from "./types.ts";

/** A circuit to make keys for: so many Poseidons with 16 inputs, and so many decompositions into 9 bits. */
export interface SetupSize {
  readonly name: string;
  readonly hashes: number;
  readonly decompositions: number;
  /** Whether snarkjs's path is run too: about half a minute for 2^10, two to four minutes for 2^12. */
  readonly stock: boolean;
}

export const SETUP_SIZES = {
  small: { name: "small", hashes: 1, decompositions: 40, stock: true },
  medium: { name: "medium", hashes: 6, decompositions: 40, stock: true },
  large: { name: "large", hashes: 84, decompositions: 430, stock: false },
} as const satisfies Record<string, SetupSize>;

export interface SetupFigures {
  readonly circuit: string;
  readonly constraints: number;
  readonly domain: number;
  readonly zkeyBytes: number;
  readonly developmentKeySeconds: number;
  /** Each step of the stock path (powers of tau of the circuit's own size, contribution, phase 2, set-up) and their sum. */
  readonly stockSeconds?: Readonly<Record<string, number>>;
  readonly timesFaster?: number;
}

/** Poseidon rounds give long linear combinations, bit decompositions short ones: like a claim circuit. */
const source = ({ hashes, decompositions }: SetupSize) => `pragma circom 2.1.6;
include "circomlib/circuits/poseidon.circom";
include "circomlib/circuits/bitify.circom";
template Load(hashes, bits) {
    signal input seed[16];
    signal input small[bits];
    signal output digest;
    component rounds[hashes];
    for (var i = 0; i < hashes; i++) {
        rounds[i] = Poseidon(16);
        for (var j = 0; j < 16; j++) {
            if (i > 0 && j == 0) { rounds[i].inputs[j] <== rounds[i - 1].out; } else { rounds[i].inputs[j] <== seed[j] + i; }
        }
    }
    component decompose[bits];
    for (var i = 0; i < bits; i++) { decompose[i] = Num2Bits(9); decompose[i].in <== small[i]; }
    digest <== rounds[hashes - 1].out;
}
component main = Load(${hashes}, ${decompositions});
`;

/**
 * Makes a development key, and a key by snarkjs's own path if the size asks for it, in one run on one machine.
 * @param say called with what is being done
 */
export async function measureSetup(
  size: SetupSize,
  say: (step: string) => void = () => {},
): Promise<SetupFigures> {
  const folder = await mkdtemp(join(tmpdir(), "hardhat-circom-bench-"));
  try {
    const { name } = size;
    const circomlib = dirname(createRequire(import.meta.url).resolve("circomlib/package.json"));
    const config = resolveConfig({ include: [dirname(circomlib)] }, folder);
    const main = join(folder, `${name}.circom`);
    await writeFile(main, source(size));
    const instance: CircuitInstance = {
      name,
      version: 1,
      main,
      verifier: null,
      maxDomain: 20,
      group: "bench",
      raw: {},
    };
    say("compiling");
    const { r1cs } = await compileCircuit(config, instance, join(folder, name));
    const parsed = parseR1cs(await readFile(r1cs));
    const domain = domainPower(parsed);
    const zkey = join(folder, `${name}.zkey`);
    say(`development key for ${parsed.nConstraints} constraints`);
    const start = performance.now();
    await writeDevelopmentKey(r1cs, zkey);
    const developmentKeySeconds = (performance.now() - start) / 1000;
    const figures = {
      circuit: name,
      constraints: parsed.nConstraints,
      domain,
      zkeyBytes: (await stat(zkey)).size,
      developmentKeySeconds: round(developmentKeySeconds),
    };
    if (!size.stock) return figures;
    const stockSeconds = await runStock(folder, r1cs, domain, say);
    return { ...figures, stockSeconds, timesFaster: Math.round(stockSeconds.total! / developmentKeySeconds) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** snarkjs's command line, one process per step, as its README says. */
async function runStock(
  folder: string,
  r1cs: string,
  domain: number,
  say: (step: string) => void,
): Promise<Record<string, number>> {
  const cli = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "cli.cjs");
  const at = (file: string) => join(folder, file);
  const steps: [string, string[]][] = [
    ["new", ["powersoftau", "new", "bn128", String(domain), at("0.ptau")]],
    ["contribute", ["powersoftau", "contribute", at("0.ptau"), at("1.ptau"), "--name=bench", "-e=bench"]],
    ["preparePhase2", ["powersoftau", "prepare", "phase2", at("1.ptau"), at("2.ptau")]],
    ["groth16Setup", ["groth16", "setup", r1cs, at("2.ptau"), at("stock.zkey")]],
  ];
  const seconds: Record<string, number> = {};
  let total = 0;
  for (const [name, args] of steps) {
    say(`snarkjs ${args.slice(0, name === "preparePhase2" ? 3 : 2).join(" ")}`);
    const start = performance.now();
    await run(cli, args);
    const took = (performance.now() - start) / 1000;
    seconds[name] = round(took);
    total += took;
  }
  return { ...seconds, total: round(total) };
}

function run(cli: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: "ignore" });
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done() : fail(new Error(`snarkjs ${args[0]} ${args[1]} ended with code ${code}`)),
    );
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
