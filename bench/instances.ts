// SPDX-License-Identifier: GPL-3.0-or-later
//
// Figures of every claim circuit and of enrolment: constraints by part, sizes,
// and the times of a witness and a proof by snarkjs in a process of its own, as
// the SDK proves.
//
//   node bench/instances.ts                   constraints and sizes against bench/instances.json; exit 1 when they differ
//   node bench/instances.ts --times           measures times too and prints everything
//   node bench/instances.ts --update          measures and writes bench/instances.json and docs/instances.md
//   node bench/instances.ts --only glucose-day --only af-hour …      --runs 1   fewer proofs of each than three
//
// Run it by hand, best on a machine that does nothing else: it needs the built circuits and takes minutes. Times depend
// on the machine, so they are stored beside their ratio to glucose-day of the same run. The ratio is that of processor
// time, which other processes hardly change, where the system tells it (Linux).
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { childProcessProver } from "../packages/sdk/src/node/childProver.ts";
import { diskArtifacts } from "../packages/sdk/src/node/diskArtifacts.ts";
import { prove } from "../packages/sdk/src/prove/prover.ts";
import { type CircuitInput, Witness } from "../packages/sdk/src/witness/witness.ts";
import { loadSources } from "../scripts/generate/sources.ts";
import {
  holderOf,
  honestClaimOf,
  inputOf,
  type Shape,
  shapeOf,
  subjectOf,
} from "../test/circuits/support/claim.ts";

const root = join(import.meta.dirname, "..");
const BASELINE = "glucose-day";
const JSON_FILE = join(root, "bench/instances.json");
const TABLE = join(root, "docs/instances.md");

const { values: flags } = parseArgs({
  options: {
    update: { type: "boolean", default: false },
    times: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    runs: { type: "string", default: "3" },
  },
});
const RUNS = Number(flags.runs);

/** What does not depend on the machine. */
interface Size {
  readonly template: string;
  readonly epochs: number;
  readonly slots: number;
  /** Bits of a slot in its word. */
  readonly base: number;
  readonly constraints: number;
  /** Constraints by the part of the main template that they belong to. */
  readonly parts: Readonly<Record<string, number>>;
  /** k of the Groth16 domain 2^k. */
  readonly domain: number;
  readonly zkeyBytes: number;
  readonly wasmBytes: number;
}

/** Medians in milliseconds by the clock; `ratio` is that of `cpu`, or else of `total`, to glucose-day's of the same run. */
interface Times {
  readonly runs: number;
  readonly witness: number;
  readonly proof: number;
  readonly total: number;
  /** Processor time of the proving process, all threads; absent where the system does not tell. */
  readonly cpu?: number;
  readonly ratio: number;
}

type Figures = Size & { readonly ms?: Times };

interface Info {
  readonly name: string;
  readonly parts: Record<string, number>;
  readonly manifest: {
    readonly constraints: { readonly nonLinear: number; readonly linear: number };
    readonly domain: number;
    readonly keyBytes: number;
  };
}

function sizes(names: readonly string[]): Map<string, Size> {
  const { status, stdout } = spawnSync("hardhat", ["circuits", "info", "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("hardhat circuits info failed");
  const infos = new Map((JSON.parse(stdout) as Info[]).map((info) => [info.name, info]));
  const sources = loadSources(root);
  return new Map(
    names.map((name) => {
      const instance = sources.instances.find((entry) => entry.name === name)!;
      const { parts, manifest } = infos.get(name)!;
      const wasm = join(root, "build/circuits", name, `${name}.wasm`);
      if (!existsSync(wasm)) throw new Error(`${name} is not built; run: npx hardhat circuits build ${name}`);
      const shape = name === "enrolment" ? undefined : shapeOf(name);
      return [
        name,
        {
          template: instance.template,
          epochs: shape?.epochs ?? 0,
          slots: shape?.slots ?? 0,
          base: shape?.base ?? 0,
          constraints: manifest.constraints.nonLinear + manifest.constraints.linear,
          parts: Object.fromEntries(Object.entries(parts).sort(([a], [b]) => a.localeCompare(b))),
          domain: manifest.domain,
          zkeyBytes: manifest.keyBytes,
          wasmBytes: statSync(wasm).size,
        },
      ];
    }),
  );
}

/** Readings that a day may have: most near the middle of the scale, every sixteenth missing. */
function codesOf(shape: Shape): bigint[][] {
  let state = 20_261_120;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  return Array.from({ length: shape.epochs }, () =>
    Array.from({ length: shape.slots }, (_, i) => {
      if (i % (16 * shape.channels) < shape.channels && shape.slots > 16) return 0n;
      const spread = Math.max(1, Math.floor(shape.codes / 4));
      return BigInt(Math.min(shape.codes, 1 + Math.floor(shape.codes / 3) + next(spread)));
    }),
  );
}

/** A claim that holds, with bounds that ask for something. */
function witnessOf(name: string): Witness {
  if (name === "enrolment") {
    const [secret, scope] = [77n, 5n];
    const input = {
      holder: holderOf(secret, scope),
      subject: subjectOf(secret),
      scope,
      policyHash: 99n,
      secret,
    };
    return new Witness(name, [input.holder, input.subject, input.scope, input.policyHash], input);
  }
  const shape = shapeOf(name);
  const codes = codesOf(shape);
  const third = BigInt(Math.max(1, Math.floor(shape.codes / 3)));
  const band = { low: third, high: BigInt(shape.codes) };
  const terms = {
    distribution: { ...band, shareMin: 7_000n, coverageMin: 7_000n },
    episode: { ...band, minRun: 5n, runsMin: 1n, coverageMin: 7_000n },
    regularity: {
      ...band,
      level: 1n,
      epochsMin: BigInt(shape.epochs),
      shareMin: 7_000n,
      coverageMin: 7_000n,
    },
    impact: { threshold: 1n, minRun: 2n, countMin: 1n, coverageMin: 7_000n },
  }[shape.template];
  const input = inputOf(honestClaimOf(shape.template, shape, { codes, terms }));
  const publics = ["holder", "anchorRoot", "terms", "scope"].map((signal) => input[signal] as bigint);
  return new Witness(name, publics, input as CircuitInput);
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Processor time of all ended children in milliseconds: cutime and cstime of proc(5), in hundredths of a second. */
function childrenTime(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return undefined;
  }
}

/** Medians of all runs. Loading the artifacts hashes them, which warms the disk's cache; every proof is verified. */
async function measure(name: string): Promise<Omit<Times, "ratio">> {
  const artifacts = await diskArtifacts(join(root, "circuits/artifacts"), {
    large: join(root, "build/circuits"),
    hint: "Run: npx hardhat circuits build --group heavy",
  }).load(name);
  const witness = witnessOf(name);
  const [witnesses, proofs, totals]: [number[], number[], number[]] = [[], [], []];
  const cpus: (number | undefined)[] = [];
  const prover = childProcessProver();
  for (let run = 0; run < RUNS; run++) {
    const at = new Map<string, number>();
    const cpu = childrenTime();
    const started = performance.now();
    let ended = 0;
    await prove(
      {
        async prove(...args) {
          const proof = await prover.prove(...args);
          ended = performance.now();
          return proof;
        },
      },
      artifacts,
      witness,
      {
        onProgress: ({ phase }) => {
          if (!at.has(phase)) at.set(phase, performance.now());
        },
      },
    );
    // The process is stopped with its result; it counts once it is gone.
    await new Promise((resolve) => setTimeout(resolve, 500));
    witnesses.push(at.get("proof")! - at.get("witness")!);
    proofs.push(ended - at.get("proof")!);
    totals.push(ended - started);
    cpus.push(cpu === undefined ? undefined : childrenTime()! - cpu);
  }
  const known = cpus.filter((cpu) => cpu !== undefined);
  return {
    runs: RUNS,
    witness: median(witnesses),
    proof: median(proofs),
    total: median(totals),
    ...(known.length === 0 ? {} : { cpu: median(known) }),
  };
}

/** Constraints of the statement itself: all but the person, the log, the anchor and opening the terms. */
function statementOf({ parts }: Size): number {
  return Object.entries(parts)
    .filter(([part]) => part !== "AnchoredReadings" && part !== "header" && !/^Open/.test(part))
    .reduce((sum, [, count]) => sum + count, 0);
}

function markdown(figures: Readonly<Record<string, Figures>>): string {
  const mega = (bytes: number) => (bytes / 1e6).toFixed(1);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const lines = [
    "# Figures of the circuits",
    "",
    "Written by `node bench/instances.ts --update` from the built circuits; do not edit. `npm run baselines` holds the",
    "constraints of every change against [bench/baselines](../bench/baselines/constraints.json).",
    "",
    "*Per slot* is the statement alone, without the person, the log, the anchor and opening the terms, divided by the slots",
    "of the period; *above the bits* is what is left of it after the bits of a slot, which no construction saves. Times are of",
    "snarkjs in a process of its own, as `childProcessProver` runs it, files in the disk's cache, medians. Those by the clock",
    "come from a machine of two cores that others used too; *processor* is the time of the proving process on all cores, and",
    "the ratio to `glucose-day` is made of it. Read the ratios.",
    "",
    "| instance | template | E × S | constraints | domain | per slot | above the bits | key | wasm | witness | proof | in all | processor | ratio |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const [name, size] of Object.entries(figures)) {
    const slots = size.epochs * size.slots;
    const each = slots === 0 ? undefined : statementOf(size) / slots;
    const time = size.ms;
    lines.push(
      `| ${[
        `\`${name}\``,
        size.template,
        slots === 0 ? "" : `${size.epochs} × ${size.slots.toLocaleString("en")}`,
        size.constraints.toLocaleString("en"),
        `2^${size.domain}`,
        each === undefined ? "" : each.toFixed(1),
        each === undefined ? "" : (each - size.base).toFixed(1),
        `${mega(size.zkeyBytes)} MB`,
        `${mega(size.wasmBytes)} MB`,
        time === undefined ? "" : `${seconds(time.witness)} s`,
        time === undefined ? "" : `${seconds(time.proof)} s`,
        time === undefined ? "" : `${seconds(time.total)} s`,
        time?.cpu === undefined ? "" : `${seconds(time.cpu)} s`,
        time === undefined ? "" : time.ratio.toFixed(2),
      ].join(" | ")} |`,
    );
  }
  lines.push("", "## Constraints by part", "", "| instance | parts of the main template |", "|---|---|");
  for (const [name, { parts }] of Object.entries(figures)) {
    const sorted = Object.entries(parts).sort(([, a], [, b]) => b - a);
    lines.push(
      `| \`${name}\` | ${sorted.map(([part, count]) => `${part} ${count.toLocaleString("en")}`).join(", ")} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}

const all = loadSources(root)
  .instances.filter(({ group }) => group !== "test")
  .map(({ name }) => name);
const names =
  flags.only.length === 0 ? all : all.filter((name) => flags.only.includes(name) || name === BASELINE);
const stored: Record<string, Figures> = existsSync(JSON_FILE)
  ? JSON.parse(readFileSync(JSON_FILE, "utf8"))
  : {};
const measured = sizes(names);

let differ = 0;
for (const [name, size] of measured) {
  const { ms: _, ...before } = stored[name] ?? ({} as Partial<Figures>);
  if (JSON.stringify(before) === JSON.stringify(size)) continue;
  differ++;
  console.error(
    `${name}: ${before.constraints ?? "no"} constraints on record, ${size.constraints} now, or another size`,
  );
}
if (!flags.update && !flags.times) {
  console.log(differ === 0 ? "All as on record." : `${differ} instance(s) differ; write them with --update.`);
  process.exit(differ === 0 ? 0 : 1);
}

const figures: Record<string, Figures> = { ...stored };
const text = () =>
  markdown(Object.fromEntries(all.filter((name) => name in figures).map((name) => [name, figures[name]!])));
let base: Omit<Times, "ratio"> | undefined;
for (const name of [BASELINE, ...names.filter((other) => other !== BASELINE)]) {
  process.stderr.write(`${name} … `);
  const time = await measure(name);
  base ??= time;
  const { runs, witness, proof, total, cpu } = time;
  const ratio = cpu === undefined || base.cpu === undefined ? total / base.total : cpu / base.cpu;
  const rounded = {
    runs,
    witness: Math.round(witness),
    proof: Math.round(proof),
    total: Math.round(total),
    ...(cpu === undefined ? {} : { cpu }),
    ratio: Number(ratio.toFixed(2)),
  };
  figures[name] = { ...measured.get(name)!, ms: rounded };
  console.error(`${rounded.witness} ms witness, ${rounded.proof} ms proof, ratio ${rounded.ratio}`);
  if (!flags.update) continue;
  // After each instance, so that an interrupted run loses nothing.
  const ordered = Object.fromEntries(
    all.filter((other) => other in figures).map((other) => [other, figures[other]]),
  );
  writeFileSync(JSON_FILE, `${JSON.stringify(ordered, null, 2)}\n`);
  writeFileSync(TABLE, text());
}
if (flags.update) console.error("bench/instances.json and docs/instances.md written.");
else console.log(text());
process.exit(0);
