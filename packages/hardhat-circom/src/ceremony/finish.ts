// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { CircomError } from "../errors.ts";
import { importProductionKey } from "../importKey.ts";
import { beaconName } from "../internal/ceremony/rules.ts";
import { formatTranscript } from "../internal/ceremony/transcript.ts";
import { sha256 } from "../internal/files.ts";
import type { CeremonyTranscript, CircomConfig, CircuitManifest } from "../types.ts";
import { examine } from "./examine.ts";
import { BEACON, keyFile, type OpenCeremony, openCeremony } from "./folder.ts";
import { acceptSteps, type CeremonyOptions, makeStep, writeWhole } from "./stepWork.ts";

/**
 * Applies the beacon to every key, after verifying all steps. Its value must be in the configuration.
 * @throws CircomError CEREMONY_REFUSED
 */
export async function applyBeacon(
  config: CircomConfig,
  { folder, onProgress }: CeremonyOptions,
): Promise<string> {
  const ceremony = await openCeremony(config, folder);
  const { pin, steps } = ceremony;
  const { value, iterationsExp } = pin.beacon;
  const refused = (reason: string) => new CircomError("CEREMONY_REFUSED", reason);
  if (steps.at(-1)!.kind === "beacon") throw refused("the beacon has been applied already");
  if (steps.length - 1 < pin.minimum) {
    throw refused(`${steps.length - 1} have contributed, the ceremony needs at least ${pin.minimum}`);
  }
  if (value === undefined) {
    throw refused(
      `the configuration does not have the beacon's value; when ${beaconName(pin)} is out, add it as \`beacon.value\``,
    );
  }
  await acceptSteps(ceremony, onProgress);
  const job = (from: string, to: string) =>
    ({ kind: "beacon", from, to, name: beaconName(pin), value, iterationsExp }) as const;
  return makeStep(ceremony, BEACON, job, async () => undefined, onProgress);
}

export interface WrittenTranscript {
  readonly path: string;
  readonly sha256: string;
  readonly transcript: CeremonyTranscript;
}

/**
 * Writes `transcript.json` of a ceremony that has its beacon. The same bytes every time.
 * @throws CircomError CEREMONY_REFUSED
 */
export async function writeTranscript(
  config: CircomConfig,
  { folder }: Pick<CeremonyOptions, "folder">,
): Promise<WrittenTranscript> {
  const ceremony = await openCeremony(config, folder);
  const { announcement, pin, steps } = ceremony;
  const { value } = pin.beacon;
  if (steps.at(-1)!.kind !== "beacon" || value === undefined) {
    throw new CircomError("CEREMONY_REFUSED", "the ceremony has no transcript before its beacon");
  }
  const { instances, steps: examined } = await examine(ceremony, { thorough: false });
  const transcript: CeremonyTranscript = {
    schema: 1,
    ceremony: announcement.ceremony,
    powersOfTau: announcement.powersOfTau,
    beacon: { ...announcement.beacon, value },
    instances,
    attestations: steps.flatMap(({ kind, statement = "", signature = "" }, i) =>
      kind === "contribution" ? [{ contributor: examined[i]!.contributor ?? "", statement, signature }] : [],
    ),
  };
  const text = formatTranscript(transcript);
  const path = join(folder, "transcript.json");
  await writeWhole(path, text);
  return { path, sha256: sha256(text), transcript };
}

/**
 * Verifies everything, writes the transcript, and imports all keys. If it was interrupted it is simply run again.
 * @throws CircomError CEREMONY_REFUSED, KEY_REFUSED, PTAU_REFUSED
 */
export async function finaliseCeremony(
  config: CircomConfig,
  { folder, onProgress }: CeremonyOptions,
): Promise<{ readonly transcript: WrittenTranscript; readonly manifests: readonly CircuitManifest[] }> {
  const ceremony = await openCeremony(config, folder);
  await acceptSteps(ceremony, onProgress);
  const transcript = await writeTranscript(config, { folder });
  const manifests: CircuitManifest[] = [];
  for (const instance of ceremony.announcement.instances) {
    onProgress?.(`${instance.name}: verifying and importing the key`);
    manifests.push(
      await importProductionKey(config, {
        name: instance.name,
        zkey: keyFile(lastFolder(ceremony), instance),
        transcript: transcript.path,
      }),
    );
  }
  return { transcript, manifests };
}

function lastFolder({ steps }: OpenCeremony): string {
  return steps.at(-1)!.folder;
}
