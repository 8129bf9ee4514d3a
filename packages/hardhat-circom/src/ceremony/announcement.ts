// SPDX-License-Identifier: GPL-3.0-or-later
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CircomError } from "../errors.ts";
import { readTextIfExists } from "../internal/files.ts";
import type { CeremonyContributor, CeremonyPin, CircomConfig, ProductionConfig } from "../types.ts";

/** `ceremony.json`: what a ceremony is about. Says nothing that the configuration does not, but for the keys. */
export interface Announcement {
  readonly schema: 1;
  readonly ceremony: string;
  /** BLAKE2b-512, hex. */
  readonly powersOfTau: string;
  readonly contributors: readonly CeremonyContributor[];
  readonly minimum: number;
  readonly beacon: { readonly source: string; readonly round: number; readonly iterationsExp: number };
  readonly instances: readonly AnnouncedInstance[];
}

export interface AnnouncedInstance {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the compiled circuit. */
  readonly r1cs: string;
  /** BLAKE2b-512 with which every transcript of its key begins. */
  readonly circuit: string;
  /** SHA-256 of the key before the first contribution. */
  readonly key: string;
}

/** @throws CircomError CEREMONY_REFUSED if the configuration has no such ceremony */
export function announcedCeremony(production: ProductionConfig, name: string): CeremonyPin {
  const pin = production.ceremonies.get(name);
  if (pin !== undefined) return pin;
  const known = [...production.ceremonies.keys()].join(", ") || "none";
  throw new CircomError(
    "CEREMONY_REFUSED",
    `the configuration announces no ceremony "${name}" (it has: ${known}); add it to \`circom.production.ceremonies\``,
  );
}

export function announcementOf(
  ceremony: string,
  { blake2b }: ProductionConfig,
  { contributors, minimum, beacon }: CeremonyPin,
  instances: readonly AnnouncedInstance[],
): Announcement {
  const { source, round, iterationsExp } = beacon;
  return {
    schema: 1,
    ceremony,
    powersOfTau: blake2b,
    contributors,
    minimum,
    beacon: { source, round, iterationsExp },
    instances,
  };
}

export function announcementFile(folder: string): string {
  return join(folder, "ceremony.json");
}

/**
 * Reads the announcement in a folder that others wrote to, and compares it with this machine's configuration.
 * @throws CircomError CEREMONY_REFUSED
 */
export async function readAnnouncement(
  config: CircomConfig,
  production: ProductionConfig,
  folder: string,
): Promise<{ announcement: Announcement; pin: CeremonyPin }> {
  const path = announcementFile(folder);
  const shown = relative(config.root, path);
  const refused = (reason: string) => new CircomError("CEREMONY_REFUSED", reason);
  const text = await readTextIfExists(path);
  if (text === undefined) {
    throw refused(
      `there is no ceremony in ${relative(config.root, folder) || "."}: ${shown} is missing. ` +
        "Name its folder with --folder; the coordinator starts one with `hardhat circuits ceremony init`",
    );
  }
  let announcement: Announcement;
  try {
    announcement = JSON.parse(text) as Announcement;
  } catch (error) {
    throw refused(`${shown} is not JSON: ${(error as Error).message}`);
  }
  const { instances, ceremony } = announcement;
  if (!Array.isArray(instances) || instances.length === 0 || !instances.every(isInstance)) {
    throw refused(`${shown} lists no circuits, or one without name, version and hashes`);
  }
  const pin = announcedCeremony(production, String(ceremony));
  const expected = announcementOf(ceremony, production, pin, instances);
  for (const key of Object.keys(expected) as (keyof Announcement)[]) {
    if (isDeepStrictEqual(announcement[key], expected[key])) continue;
    throw refused(
      `${shown} has ${key} ${JSON.stringify(announcement[key])}, the configuration ${JSON.stringify(expected[key])}`,
    );
  }
  return { announcement: expected, pin };
}

function isInstance(value: Partial<AnnouncedInstance> | null): boolean {
  const hex = (hash: unknown, digits: number) =>
    typeof hash === "string" && hash.length === digits && /^[0-9a-f]*$/.test(hash);
  return (
    typeof value?.name === "string" &&
    /^[A-Za-z0-9-]+$/.test(value.name) &&
    Number.isInteger(value.version) &&
    hex(value.r1cs, 64) &&
    hex(value.circuit, 128) &&
    hex(value.key, 64)
  );
}
