// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CircomError } from "../errors.ts";
import { brokenStep } from "../internal/ceremony/verifier/verifyStep.ts";
import { parseZkey } from "../internal/ceremony/zkey.ts";
import { runSnarkjs, type SnarkjsJob } from "../internal/snarkjsJobs.ts";
import type { AnnouncedInstance } from "./announcement.ts";
import { type ExaminedStep, examine } from "./examine.ts";
import { keyFile, type OpenCeremony, readKey, type Step } from "./folder.ts";

export interface CeremonyOptions {
  /** The ceremony's folder. */
  readonly folder: string;
  readonly onProgress?: (message: string) => void;
}

/**
 * Makes a step's folder: in one whose name begins with a dot first, each key renamed into place when it is whole and
 * right. A run that was interrupted goes on with the keys that are missing.
 */
export async function makeStep(
  ceremony: OpenCeremony,
  name: string,
  job: (from: string, to: string) => Extract<SnarkjsJob, { kind: "contribute" | "beacon" }>,
  finish: (folder: string) => Promise<void>,
  onProgress: CeremonyOptions["onProgress"],
): Promise<string> {
  const last = ceremony.steps.at(-1)!;
  const unfinished = join(ceremony.folder, `.${name}.part`);
  await mkdir(unfinished, { recursive: true });
  for (const instance of ceremony.announcement.instances) {
    const path = keyFile(unfinished, instance);
    const before = (await readKey(last, instance)).key;
    if (await follows(before, path)) continue;
    onProgress?.(`${instance.name}: making the key of ${name}`);
    const part = `${path}.${process.pid}.tmp`;
    const { ok, reasons } = await runSnarkjs(job(keyFile(last.folder, instance), part));
    if (!ok) throw failed(instance, name, reasons);
    const broken = brokenStep(before, parseZkey(await readFile(part)));
    if (broken.length > 0) throw failed(instance, name, broken);
    await rename(part, path);
  }
  await finish(unfinished);
  const folder = join(ceremony.folder, name);
  await rename(unfinished, folder);
  return folder;
}

/** Whether an earlier, interrupted run left a whole key here that follows the same one. */
async function follows(before: Parameters<typeof brokenStep>[0], path: string): Promise<boolean> {
  try {
    return brokenStep(before, parseZkey(await readFile(path))).length === 0;
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function failed({ name }: AnnouncedInstance, step: string, reasons: readonly string[]): CircomError {
  return new CircomError(
    "CEREMONY_REFUSED",
    `making the key of "${name}" for ${step} failed: ${reasons.join("; ") || "snarkjs gave no reason"}`,
    { instance: name },
  );
}

/** Verifies every step so far, each against the one before. @throws CircomError CEREMONY_REFUSED with every reason */
export async function acceptSteps(
  ceremony: OpenCeremony,
  onProgress: CeremonyOptions["onProgress"],
): Promise<readonly ExaminedStep[]> {
  const examined = await examine(ceremony, { thorough: true, ...(onProgress ? { onProgress } : {}) });
  const reasons = examined.steps.flatMap((step, i) => [
    ...step.problems.map((problem) => `${folderName(ceremony.steps[i]!)}: ${problem}`),
    ...(step.signed || step.problems.length > 0
      ? []
      : [`${folderName(ceremony.steps[i]!)}: the signature of ${step.contributor} is missing`]),
  ]);
  if (reasons.length === 0) return examined.steps;
  throw new CircomError(
    "CEREMONY_REFUSED",
    `${ceremony.announcement.ceremony} cannot go on:\n${reasons.map((reason) => `  ${reason}`).join("\n")}\n` +
      "Remove a wrong step's folder and all after it. What is left can be continued.",
  );
}

export function folderName({ folder }: Step): string {
  return basename(folder);
}

/** Writes whole and renames. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.tmp`;
  await writeFile(part, content);
  await rename(part, path);
}
