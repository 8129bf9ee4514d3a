// SPDX-License-Identifier: GPL-3.0-or-later
// Key generation against snarkjs's own path, in one run on one machine:
//   node packages/hardhat-circom/bench/setup.ts [--no-stock] [--out FILE]
// Prints JSON. The stock path (powers of tau of the circuit's own size, contribution, prepare phase 2, groth16 setup)
// takes two to four minutes for 2^12; --no-stock leaves it out.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resolveConfig } from "../src/config.ts";
import { compileCircuit } from "../src/internal/compile.ts";
import { writeDevelopmentKey } from "../src/internal/keys/development-key.ts";
import { domainPower, parseR1cs } from "../src/internal/r1cs.ts";
import type { CircuitInstance } from "../src/types.ts";

const arguments_ = process.argv.slice(2);
const withStock = !arguments_.includes("--no-stock");
const outAt = arguments_.indexOf("--out");
const outFile = outAt < 0 ? undefined : arguments_[outAt + 1];

/** Poseidon rounds give long linear combinations, bit decompositions short ones: like a claim circuit. */
const circuit = (hashes: number, bits: number) => `pragma circom 2.1.6;
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
component main = Load(${hashes}, ${bits});
`;

const root = dirname(createRequire(import.meta.url).resolve("circomlib/package.json"));
const folder = await mkdtemp(join(tmpdir(), "hardhat-circom-bench-"));
const config = resolveConfig({ include: [dirname(root)] }, folder);

interface Row {
  readonly circuit: string;
  readonly constraints: number;
  readonly wires: number;
  readonly domain: number;
  readonly zkeyBytes: number;
  readonly developmentKeySeconds: number;
  readonly stockSeconds?: Readonly<Record<string, number>>;
  readonly timesFaster?: number;
}

async function measure(name: string, hashes: number, bits: number, stock: boolean): Promise<Row> {
  const main = join(folder, `${name}.circom`);
  await writeFile(main, circuit(hashes, bits));
  const instance: CircuitInstance = {
    name,
    version: 1,
    main,
    verifier: null,
    maxDomain: 20,
    group: "bench",
    raw: {},
  };
  console.error(`${name}: compiling …`);
  const { r1cs } = await compileCircuit(config, instance, join(folder, name));
  const parsed = parseR1cs(await readFile(r1cs));
  const domain = domainPower(parsed);
  const zkey = join(folder, `${name}.zkey`);
  console.error(`${name}: development key for ${parsed.nConstraints} constraints …`);
  const start = performance.now();
  await writeDevelopmentKey(r1cs, zkey);
  const developmentKeySeconds = (performance.now() - start) / 1000;
  const row = {
    circuit: name,
    constraints: parsed.nConstraints,
    wires: parsed.nWires,
    domain,
    zkeyBytes: (await stat(zkey)).size,
    developmentKeySeconds: round(developmentKeySeconds),
  };
  if (!stock) return row;
  const stockSeconds = runStock(r1cs, domain);
  return { ...row, stockSeconds, timesFaster: Math.round(stockSeconds.total! / developmentKeySeconds) };
}

/** snarkjs's command line, one process per step, as its README says. */
function runStock(r1cs: string, domain: number): Record<string, number> {
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
    console.error(`snarkjs ${args.slice(0, 3).join(" ")} …`);
    const start = performance.now();
    execFileSync(process.execPath, [cli, ...args], { stdio: "ignore" });
    const took = (performance.now() - start) / 1000;
    seconds[name] = round(took);
    total += took;
  }
  return { ...seconds, total: round(total) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

try {
  const rows = [await measure("small", 6, 40, withStock), await measure("large", 84, 430, false)];
  const json = JSON.stringify(
    { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version, rows },
    null,
    2,
  );
  console.log(json);
  if (outFile !== undefined) await writeFile(outFile, `${json}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
