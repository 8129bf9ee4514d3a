// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { CircomError } from "../errors.ts";
import { type InstanceSelection, loadInstances, selectInstances } from "../instances.ts";
import { isOpenPgpKey, openPgpKeyFault } from "../internal/ceremony/openPgp.ts";
import { productionConfig, trustedPtau } from "../internal/ceremony/trustedPowers.ts";
import { parseZkey } from "../internal/ceremony/zkey.ts";
import { compilerVersion } from "../internal/compile.ts";
import { hashFile, readTextIfExists, sha256 } from "../internal/files.ts";
import { compileAndCount } from "../internal/produce.ts";
import { runSnarkjs } from "../internal/snarkjsJobs.ts";
import { collectSources } from "../internal/sources.ts";
import { createStaging } from "../internal/staging.ts";
import type { CeremonyPin, CircomConfig } from "../types.ts";
import {
  type AnnouncedInstance,
  type Announcement,
  announcedCeremony,
  announcementFile,
  announcementOf,
} from "./announcement.ts";
import { INITIAL, keyFile } from "./folder.ts";
import { type CeremonyOptions, writeWhole } from "./stepWork.ts";

export interface InitOptions extends CeremonyOptions, InstanceSelection {
  /** Name of an entry of `circom.production.ceremonies`. */
  readonly ceremony: string;
}

/**
 * Begins a ceremony: compiles the chosen circuits, makes their keys before any contribution, writes the announcement.
 * An interrupted run is simply run again.
 *
 * @throws CircomError CEREMONY_REFUSED, PTAU_REFUSED, and what compiling throws
 */
export async function initCeremony(config: CircomConfig, options: InitOptions): Promise<Announcement> {
  const { folder, ceremony, onProgress } = options;
  const production = productionConfig(config);
  const pin = announcedCeremony(production, ceremony);
  if (pin.beacon.value !== undefined) {
    throw new CircomError(
      "CEREMONY_REFUSED",
      `the beacon of ${ceremony} has a value already; announce a round in the future, and leave \`value\` out`,
    );
  }
  if ((await readTextIfExists(announcementFile(folder))) !== undefined) {
    throw new CircomError(
      "CEREMONY_REFUSED",
      `${relative(config.root, folder)} has a ceremony already; \`ceremony status\` shows it`,
    );
  }
  await assertAllCanSign(pin);
  const chosen = selectInstances(await loadInstances(config), options);
  if (chosen.length === 0)
    throw new CircomError("CEREMONY_REFUSED", "there are no circuits for the ceremony");
  onProgress?.("verifying the powers of tau");
  const ptau = await trustedPtau(config);
  await compilerVersion(config);
  const initial = join(folder, INITIAL);
  await mkdir(initial, { recursive: true });
  const instances: AnnouncedInstance[] = [];
  for (const instance of chosen) {
    const { name, version } = instance;
    const staging = await createStaging(config, `ceremony-${name}`);
    try {
      onProgress?.(`${name}: compiling`);
      const compiled = await compileAndCount(
        config,
        instance,
        await collectSources(config, instance),
        staging,
      );
      const { r1cs } = compiled.files;
      const path = keyFile(initial, instance);
      // Always made anew: it is the same file every time, and then nothing else can be in its place.
      onProgress?.(`${name}: making the initial key`);
      const part = `${path}.${process.pid}.tmp`;
      const made = await runSnarkjs<"setup">({ kind: "setup", r1cs, ptau: ptau.path, to: part });
      if (!made.ok) {
        await rm(part, { force: true });
        throw new CircomError(
          "CEREMONY_REFUSED",
          `instance "${name}": snarkjs made no initial key: ${made.reasons.join("; ")}`,
          { instance: name },
        );
      }
      await rename(part, path);
      const bytes = await readFile(path);
      instances.push({
        name,
        version,
        r1cs: (await hashFile(r1cs))!,
        circuit: Buffer.from(parseZkey(bytes).circuitHash).toString("hex"),
        key: sha256(bytes),
      });
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  const announcement = announcementOf(ceremony, production, pin, instances);
  await writeWhole(announcementFile(folder), `${JSON.stringify(announcement, null, 2)}\n`);
  return announcement;
}

/** A key that has expired, or cannot sign, is found out now and not after its owner has contributed. */
async function assertAllCanSign({ contributors }: CeremonyPin): Promise<void> {
  for (const contributor of contributors.filter(({ key }) => isOpenPgpKey(key))) {
    const fault = await openPgpKeyFault(contributor);
    if (fault === undefined) continue;
    throw new CircomError(
      "CEREMONY_REFUSED",
      `${contributor.name} cannot sign with ${contributor.key}: ${fault}; announce another key`,
    );
  }
}
