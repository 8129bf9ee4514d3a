// SPDX-License-Identifier: GPL-3.0-or-later
//
// The circuits that ours are compared with, and ours at other sizes. Their
// templates are in bench/circuits/ and circuits/claims/, their mains are
// written to build/bench/, and the plugin compiles, keys and caches them as it
// does the instances of circuits.json; none of them is ever one of those.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  buildCircuits,
  type InstanceFiles,
  instanceFiles,
  loadInstances,
  resolveConfig,
} from "@vitalproof/hardhat-circom/circuits";
import {
  COMPILER_FLAGS,
  collectSources,
  compileAndCount,
  compilerVersion,
  constraintsByPart,
} from "@vitalproof/hardhat-circom/measure";
import { diskArtifacts } from "@vitalproof/sdk/node";
import { shapeOf } from "../test/circuits/support/shapes.ts";
import type { Say } from "./progress.ts";

export const root = join(import.meta.dirname, "..");
const folder = join(root, "build/bench");

/** Of our instances, as they were built. */
export const proofArtifacts = diskArtifacts(join(root, "circuits/artifacts"), {
  large: join(root, "build/circuits"),
  hint: "Run: npx hardhat circuits build --all",
});

/** One circuit to compare with. */
export interface Comparison {
  readonly name: string;
  /** File of the template, from the project's root. */
  readonly file: string;
  readonly call: string;
  readonly publicInputs: readonly string[];
}

/** What compiling tells. */
export interface Count {
  readonly constraints: number;
  /** k of the Groth16 domain 2^k. */
  readonly domain: number;
  readonly parts: Readonly<Record<string, number>>;
}

const CLAIM = ["holder", "anchorRoot", "terms", "scope"];
const GUIDE = ["holder", "anchorRoot", "scope", "context"];

/** The guide's loop, bare. */
export const guideLoop = (readings: number): Comparison => ({
  name: `guide-loop-${readings}`,
  file: "bench/circuits/guide.circom",
  call: `GuideLoop(${readings})`,
  publicInputs: ["threshold"],
});

/** The guide's loop with everything else that a claim needs. */
export const guideBelow = (readings: number): Comparison => ({
  name: `guide-claim-below-${readings}`,
  file: "bench/circuits/guide.circom",
  call: `GuideClaimBelow(${readings})`,
  publicInputs: [...GUIDE, "threshold"],
});

/** The same for a share of readings in a band. */
export const guideShare = (readings: number): Comparison => ({
  name: `guide-claim-share-${readings}`,
  file: "bench/circuits/guide.circom",
  call: `GuideClaimShare(${readings})`,
  publicInputs: [...GUIDE, "low", "high", "atLeast"],
});

/** The circuit of an instance of `distribution` with circomlib's comparators. */
export function plain(instance: string): Comparison {
  const { profile, epochs, slots, base, codes } = shapeOf(instance);
  return {
    name: `plain-${instance}`,
    file: "bench/circuits/plain.circom",
    call: `PlainDistribution(${profile}, ${epochs}, ${slots}, ${base}, ${codes})`,
    publicInputs: CLAIM,
  };
}

/** Profile of the heart-rate instances: what ours is measured with where the number of readings varies. */
export const GROWING = "heart-rate-hour";

/** Our construction for any number of readings of 8 bits. */
export function ours(construction: "Direct" | "Histogram", readings: number): Comparison {
  const { profile, base, codes } = shapeOf(GROWING);
  return {
    name: `${construction.toLowerCase()}-${readings}`,
    file: "circuits/claims/distribution.circom",
    call: `Distribution${construction}(${profile}, 1, ${readings}, ${base}, ${codes})`,
    publicInputs: CLAIM,
  };
}

/** As many as any claim may have; the domain is reported, not limited. */
const LARGEST_DOMAIN = 22;

/** The plugin's config for a list of its own; the includes are those of the project. */
const config = {
  ...resolveConfig(
    {
      circuits: "build/bench/circuits.json",
      out: "build/bench/circuits",
      committed: "build/bench/keys",
      verifiers: "build/bench/verifiers",
    },
    root,
  ),
  include: resolveConfig(undefined, root).include,
};

/** Writes the main of a circuit unless it is there already. */
function writeMain({ name, file, call, publicInputs }: Comparison): string {
  const main = join(folder, "mains", `${name}.circom`);
  const text =
    `// SPDX-License-Identifier: GPL-3.0-or-later\npragma circom 2.2.3;\n` +
    `include "../../../${file}";\ncomponent main {public [${publicInputs.join(", ")}]} = ${call};\n`;
  mkdirSync(dirname(main), { recursive: true });
  if (!existsSync(main) || readFileSync(main, "utf8") !== text) writeFileSync(main, text);
  return main;
}

const instanceOf = (comparison: Comparison) => ({
  name: comparison.name,
  version: 1,
  main: writeMain(comparison),
  verifier: null,
  maxDomain: LARGEST_DOMAIN,
  group: "bench",
  raw: {},
});

/** Constraints of a circuit; compiles only when its sources are not those of the last count. */
export async function countOf(comparison: Comparison): Promise<Count> {
  const known = await knownCount(comparison);
  if (known !== undefined) return known;
  const instance = instanceOf(comparison);
  const sources = await collectSources(config, instance);
  const scratch = join(folder, "scratch", comparison.name);
  try {
    const { files, constraints, domain } = await compileAndCount(config, instance, sources, scratch);
    const parts = await constraintsByPart(files.r1cs, readFileSync(files.sym, "utf8"));
    const count = {
      constraints: constraints.nonLinear + constraints.linear,
      domain,
      parts: parts!.parts,
    };
    mkdirSync(join(folder, "counts"), { recursive: true });
    writeFileSync(
      countFile(comparison),
      `${JSON.stringify({ key: await keyOf(comparison), ...count }, null, 2)}\n`,
    );
    return count;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The count of an earlier run, if its sources, compiler and flags were the same. */
export async function knownCount(comparison: Comparison): Promise<Count | undefined> {
  if (!existsSync(countFile(comparison))) return undefined;
  const { key, ...count } = JSON.parse(readFileSync(countFile(comparison), "utf8")) as Count & {
    key: string;
  };
  return key === (await keyOf(comparison)) ? count : undefined;
}

const countFile = ({ name }: Comparison) => join(folder, "counts", `${name}.json`);

let compiler: Promise<string> | undefined;
async function keyOf(comparison: Comparison): Promise<string> {
  compiler ??= compilerVersion(config);
  const { sha256 } = await collectSources(config, instanceOf(comparison));
  return [sha256, await compiler, ...COMPILER_FLAGS].join(" ");
}

/** Files of a comparison circuit with a development key; built when its sources changed. */
export async function built(comparison: Comparison, say: Say): Promise<InstanceFiles> {
  const instance = instanceOf(comparison);
  const { name, version, main, verifier, maxDomain, group } = instance;
  // The list has the one that is asked for: the plugin's cache is by instance, not by list.
  writeFileSync(
    config.circuits,
    JSON.stringify({ instances: [{ name, version, main, verifier, maxDomain, group }] }),
  );
  await buildCircuits(config, {
    names: [name],
    onProgress: (event) => {
      if (event.kind === "start") say(`${name}, ${event.step}`);
      if (event.kind === "progress") say(`${name}, ${event.step} ${Math.round(event.share * 100)} %`);
    },
  });
  return instanceFiles(config, instance);
}

/** Files of one of our instances, built if need be. */
export async function builtInstance(name: string, say: Say): Promise<InstanceFiles> {
  const own = resolveConfig(undefined, root);
  await buildCircuits(own, {
    names: [name],
    onProgress: (event) => {
      if (event.kind === "start") say(`${name}, ${event.step}`);
    },
  });
  return instanceFiles(own, (await loadInstances(own)).find((instance) => instance.name === name)!);
}
