// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile, rm } from "node:fs/promises";
import { loadInstances, selectInstances } from "../instances.ts";
import { beaconName } from "../internal/ceremony/rules.ts";
import { trustedPtau } from "../internal/ceremony/trustedPowers.ts";
import { compilerVersion } from "../internal/compile.ts";
import { hashFile } from "../internal/files.ts";
import { verifyProductionKey } from "../internal/keys/productionKey.ts";
import { compileAndCount } from "../internal/produce.ts";
import { collectSources } from "../internal/sources.ts";
import { createStaging } from "../internal/staging.ts";
import type { CircomConfig } from "../types.ts";
import { type ExaminedStep, examine } from "./examine.ts";
import { keyFile, type OpenCeremony, openCeremony } from "./folder.ts";
import type { CeremonyOptions } from "./stepWork.ts";

export interface CeremonyStatus {
  readonly ceremony: string;
  readonly circuits: readonly string[];
  readonly steps: readonly ExaminedStep[];
  /** Announced contributors who have not contributed, in the announced order. */
  readonly waiting: readonly string[];
  readonly contributions: number;
  readonly minimum: number;
  readonly beacon: { readonly name: string; readonly known: boolean; readonly applied: boolean };
  /** What can be done next: `beacon` may be open for more contributions too. */
  readonly next: "repair" | "sign" | "contribute" | "beacon" | "finalise";
}

/** The queue of a ceremony, in a second: labels, hashes and signatures are read, points are not computed. */
export async function ceremonyStatus(
  config: CircomConfig,
  { folder }: Pick<CeremonyOptions, "folder">,
): Promise<CeremonyStatus> {
  const ceremony = await openCeremony(config, folder);
  const { steps } = await examine(ceremony, { thorough: false });
  return statusOf(ceremony, steps);
}

export interface VerifiedCeremony {
  readonly status: CeremonyStatus;
  /** Why the keys are not the circuits' under the powers of tau; empty if they are. */
  readonly problems: readonly string[];
}

/**
 * Replays a ceremony: each step against the one before, and its latest keys, with both verifiers, against circuits
 * compiled here and the pinned powers of tau. (No step changes what the first keys say of their circuit.)
 */
export async function verifyCeremony(
  config: CircomConfig,
  { folder, onProgress }: CeremonyOptions,
): Promise<VerifiedCeremony> {
  const ceremony = await openCeremony(config, folder);
  const { announcement } = ceremony;
  const { steps } = await examine(ceremony, { thorough: true, ...(onProgress ? { onProgress } : {}) });
  onProgress?.("verifying the powers of tau");
  const ptau = await trustedPtau(config);
  await compilerVersion(config);
  const problems: string[] = [];
  const known = await loadInstances(config);
  for (const announced of announcement.instances) {
    const wrong = (reason: string) => problems.push(`${announced.name}: ${reason}`);
    const [instance] = selectInstances(known, { names: [announced.name] });
    if (instance!.version !== announced.version) {
      wrong(`the ceremony is for version ${announced.version}, the list has ${instance!.version}`);
    }
    const staging = await createStaging(config, `ceremony-${announced.name}`);
    try {
      onProgress?.(`${announced.name}: compiling, and verifying the latest key with both verifiers`);
      const compiled = await compileAndCount(
        config,
        instance!,
        await collectSources(config, instance!),
        staging,
      );
      const { r1cs } = compiled.files;
      if ((await hashFile(r1cs)) !== announced.r1cs)
        wrong("its sources give another circuit than the announced one");
      const key = keyFile(ceremony.steps.at(-1)!.folder, announced);
      if ((await readFile(key).catch(() => undefined)) === undefined) continue; // its step says so
      for (const reason of await verifyProductionKey(key, r1cs, ptau.path)) wrong(reason);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  return { status: statusOf(ceremony, steps), problems };
}

function statusOf(
  { announcement, pin, steps: folders }: OpenCeremony,
  steps: readonly ExaminedStep[],
): CeremonyStatus {
  const done = new Set(steps.map(({ contributor }) => contributor));
  const contributions = steps.filter(({ kind }) => kind === "contribution").length;
  const applied = folders.at(-1)!.kind === "beacon";
  const known = pin.beacon.value !== undefined;
  const waiting = pin.contributors.map(({ name }) => name).filter((name) => !done.has(name));
  const next = () => {
    if (steps.some(({ problems }) => problems.length > 0)) return "repair";
    if (steps.some(({ signed }) => !signed)) return "sign";
    if (applied) return "finalise";
    return contributions < pin.minimum || (!known && waiting.length > 0) ? "contribute" : "beacon";
  };
  return {
    ceremony: announcement.ceremony,
    circuits: announcement.instances.map(({ name }) => name),
    steps,
    waiting,
    contributions,
    minimum: pin.minimum,
    beacon: { name: beaconName(pin), known, applied },
    next: next(),
  };
}
