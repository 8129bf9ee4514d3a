// SPDX-License-Identifier: GPL-3.0-or-later
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { CircomError } from "../errors.ts";
import { productionConfig } from "../internal/ceremony/trustedPowers.ts";
import { parseZkey, type Zkey } from "../internal/ceremony/zkey.ts";
import { readTextIfExists } from "../internal/files.ts";
import type { CeremonyPin, CircomConfig } from "../types.ts";
import { type AnnouncedInstance, type Announcement, readAnnouncement } from "./announcement.ts";

// A ceremony is a plain folder that any transport may carry:
//
//   ceremony.json            the announcement
//   0000/<circuit>.zkey      the keys before the first contribution
//   0001-ana/<circuit>.zkey  after it; statement.txt, and signature.txt, statement.txt.sig or statement.txt.asc
//   beacon/<circuit>.zkey    the finished keys
//   transcript.json
//
// A folder whose name begins with a dot is unfinished work of one machine. Nothing is ever changed in a finished one.

export const INITIAL = "0000";
export const BEACON = "beacon";
export const STATEMENT = "statement.txt";
const SIGNATURES = ["signature.txt", "statement.txt.sig", "statement.txt.asc"];

/** One finished folder of keys. */
export interface Step {
  /** 0: the initial keys. */
  readonly number: number;
  readonly kind: "initial" | "contribution" | "beacon";
  readonly folder: string;
  /** What the contributor signed, and the signature; undefined while it is missing. */
  readonly statement: string | undefined;
  readonly signature: string | undefined;
}

export interface OpenCeremony {
  readonly folder: string;
  readonly announcement: Announcement;
  readonly pin: CeremonyPin;
  /** In order, the initial keys first. */
  readonly steps: readonly Step[];
}

/** @throws CircomError CEREMONY_REFUSED if the folder is not one, or its steps are not a sequence */
export async function openCeremony(config: CircomConfig, folder: string): Promise<OpenCeremony> {
  const { announcement, pin } = await readAnnouncement(config, productionConfig(config), folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name);
  const numbered = names.filter((name) => /^\d{4}(-|$)/.test(name)).sort();
  const steps: Step[] = [];
  for (const name of numbered) {
    const number = Number(name.slice(0, 4));
    if (number !== steps.length || (number === 0) !== (name === INITIAL)) {
      const twice = numbered.filter((other) => Number(other.slice(0, 4)) === number);
      throw new CircomError(
        "CEREMONY_REFUSED",
        twice.length > 1
          ? `${twice.join(" and ")} both begin from the same keys; keep one of them, and the other contributor contributes again`
          : `${relative(config.root, join(folder, name))} comes after ${steps.length} finished steps; a step is missing`,
      );
    }
    steps.push(await readStep(join(folder, name), number, number === 0 ? "initial" : "contribution"));
  }
  if (steps.length === 0) {
    throw new CircomError("CEREMONY_REFUSED", `${relative(config.root, join(folder, INITIAL))} is missing`);
  }
  if (names.includes(BEACON)) steps.push(await readStep(join(folder, BEACON), steps.length, "beacon"));
  return { folder, announcement, pin, steps };
}

async function readStep(folder: string, number: number, kind: Step["kind"]): Promise<Step> {
  const signatures: [name: string, text: string][] = [];
  for (const name of SIGNATURES) {
    const text = await readTextIfExists(join(folder, name));
    if (text !== undefined) signatures.push([name, text]);
  }
  if (signatures.length > 1) {
    throw new CircomError(
      "CEREMONY_REFUSED",
      `${basename(folder)} has ${signatures.map(([name]) => name).join(" and ")}; keep the one that its contributor made`,
    );
  }
  return {
    number,
    kind,
    folder,
    statement: await readTextIfExists(join(folder, STATEMENT)),
    signature: signatures[0]?.[1].trim(),
  };
}

export function keyFile(folder: string, { name }: Pick<AnnouncedInstance, "name">): string {
  return join(folder, `${name}.zkey`);
}

/** The key of a circuit after a step, with its bytes. @throws RangeError that says what is wrong with the file */
export async function readKey(
  step: Step,
  instance: AnnouncedInstance,
): Promise<{ readonly key: Zkey; readonly bytes: Buffer }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(keyFile(step.folder, instance));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new RangeError("the key is missing");
    throw error;
  }
  return { key: parseZkey(bytes), bytes };
}
