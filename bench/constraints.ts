// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, statSync } from "node:fs";
import {
  type CircuitInfo,
  circuitInfo,
  instanceFiles,
  loadInstances,
  readManifest,
  resolveConfig,
} from "@vitalproof/hardhat-circom/circuits";
import { type Instance, loadSources } from "../scripts/generate/sources.ts";
import { shapeOf } from "../test/circuits/support/shapes.ts";
import {
  builtInstance,
  type Comparison,
  countOf,
  guideBelow,
  guideLoop,
  guideShare,
  knownCount,
  plain,
  root,
} from "./circuits.ts";
import { guideClaim, guideRule } from "./guideRule.ts";
import { step } from "./progress.ts";
import type { ComparisonRow, ConstraintsPart, InstanceRow } from "./report.ts";

/** What the targets are about: compiled for comparison in every run. */
const ALWAYS = ["glucose-day", "heart-rate-hour"];

/** Constraints of every instance by part, and of what they are compared with. */
export async function measureConstraints(
  before: ConstraintsPart | undefined,
  { full, today }: { full: boolean; today: string },
): Promise<Pick<ConstraintsPart, "instances" | "comparisons">> {
  const comparisons = new Map<string, ComparisonRow>();
  const add = async (comparison: Comparison) => {
    const count = await step(`count ${comparison.call}`, () => countOf(comparison));
    comparisons.set(comparison.name, {
      name: comparison.name,
      call: comparison.call,
      ...count,
      how: "compiled",
      measured: today,
    });
    return count.constraints;
  };
  await add(guideLoop(288));
  await add(guideLoop(3_600));
  const below = await step("the rule for the guide's loop with everything a claim needs", () =>
    guideRule(guideBelow),
  );
  const share = await step("the rule for the same with a share in a band", () => guideRule(guideShare));
  await add(guideShare(288));
  // Two minutes of compiling for a number that the rule gives too: only once, and in full runs.
  const large = guideBelow(3_600);
  if (full || (await knownCount(large)) !== undefined) {
    const compiled = await add(large);
    if (compiled !== guideClaim(below, 3_600))
      throw new Error(
        `${large.call} has ${compiled} constraints, but the rule says ${guideClaim(below, 3_600)}; correct bench/guideRule.ts`,
      );
  } else {
    comparisons.set(large.name, {
      name: large.name,
      call: large.call,
      constraints: guideClaim(below, 3_600),
      domain: Math.ceil(Math.log2(guideClaim(below, 3_600) + large.publicInputs.length + 1)),
      parts: {},
      how: "computed",
      measured: today,
    });
  }

  const instances: InstanceRow[] = [];
  for (const row of await ownCircuits(before, full)) {
    const readings = row.epochs * row.slots;
    if (readings === 0) {
      instances.push(row);
      continue;
    }
    const other = plainOf(row);
    const known = other === undefined ? undefined : await knownCount(other);
    const counted =
      other !== undefined && (full || known !== undefined || ALWAYS.includes(row.name))
        ? await add(other)
        : undefined;
    instances.push({
      ...row,
      guideLoop: guideLoopConstraints(readings),
      guideBelow: guideClaim(below, readings),
      guideShare: guideClaim(share, readings),
      ...(counted === undefined ? {} : { plain: counted }),
    });
  }
  for (const size of [288, 3_600]) {
    const { constraints } = comparisons.get(guideLoop(size).name)!;
    if (constraints !== guideLoopConstraints(size))
      throw new Error(`the guide's loop of ${size} has ${constraints} constraints, not 34 N - 1`);
  }
  // A comparison that this run did not count stays, unless its circuit is gone.
  const kept = (before?.comparisons ?? []).filter(
    ({ name }) => name.startsWith("plain-") && !comparisons.has(name),
  );
  return {
    instances,
    comparisons: [...comparisons.values(), ...kept].sort((a, b) => a.name.localeCompare(b.name, "en")),
  };
}

/** 33 for each comparison and one for each product but the first. */
export const guideLoopConstraints = (readings: number) => 34 * readings - 1;

const plainOf = ({ name, template }: InstanceRow): Comparison | undefined =>
  template === "distribution" ? plain(name) : undefined;

/** Sizes and parts of all instances. Those that are not built keep their parts of an earlier run of the same sources. */
async function ownCircuits(before: ConstraintsPart | undefined, full: boolean): Promise<InstanceRow[]> {
  const config = resolveConfig(undefined, root);
  const listed = loadSources(root).instances.filter(({ group }) => group !== "test");
  const plugin = new Map((await loadInstances(config)).map((instance) => [instance.name, instance]));
  const rows: InstanceRow[] = [];
  const infos = () => circuitInfo(config).then((list) => new Map(list.map((info) => [info.name, info])));
  let known = await step("instances", infos);
  for (const instance of listed) {
    const { name } = instance;
    const manifest = await readManifest(config, plugin.get(name)!);
    if (manifest === undefined)
      throw new Error(`${name} has no manifest; run: npx hardhat circuits build ${name}`);
    const files = instanceFiles(config, plugin.get(name)!);
    const old = before?.instances.find((row) => row.name === name);
    const asBefore =
      old?.sources === manifest.sources.sha256 && old.constraints === total(manifest.constraints);
    if (asBefore && !full && !existsSync(files.zkey)) {
      rows.push(old);
      continue;
    }
    await step(`build ${name}`, (say) => builtInstance(name, say));
    known = known.get(name)?.parts === undefined ? await infos() : known;
    rows.push(rowOf(instance, known.get(name)!, manifest.sources.sha256, statSync(files.wasm).size));
  }
  return rows;
}

function rowOf(
  instance: Instance,
  { name, manifest, parts }: CircuitInfo,
  sources: string,
  wasmBytes: number,
): InstanceRow {
  const shape = instance.profile === undefined ? undefined : shapeOf(name);
  return {
    name,
    template: instance.template,
    epochs: shape?.epochs ?? 0,
    slots: shape?.slots ?? 0,
    base: shape?.base ?? 0,
    constraints: total(manifest!.constraints),
    domain: manifest!.domain,
    parts: Object.fromEntries(Object.entries(parts!).sort(([a], [b]) => a.localeCompare(b, "en"))),
    zkeyBytes: manifest!.keyBytes,
    wasmBytes,
    sources,
  };
}

const total = ({ nonLinear, linear }: { nonLinear: number; linear: number }) => nonLinear + linear;
