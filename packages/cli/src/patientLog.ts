// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type DeviceSigner,
  Log,
  type LogLook,
  type Profile,
  profileOf,
  Sealer,
  VitalproofError,
} from "@vitalproof/sdk";
import { type Body, documentText, LOG_OPENING, parseDocument } from "@vitalproof/sdk/wire";
import type { Vault } from "./vault.ts";

export type Opening = Body<typeof LOG_OPENING>;

/** A log of this vault with what the attester said when it opened it. */
export type PatientLog = { name: string; log: Log; profile: Profile; offset: number; opened: Opening };

const OPENED = "opened/";

/**
 * Begins a log.
 * @throws ALREADY_THERE; USAGE for a name that cannot be used
 */
export async function beginLog(vault: Vault, name: string, opened: Opening): Promise<PatientLog> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/.test(name)) {
    throw new VitalproofError("USAGE", `"${name}" cannot be a log's name.`, {
      details: { name },
      hint: "Use up to 64 letters, digits, dots, dashes and underscores.",
    });
  }
  if ((await vault.store.read(OPENED + name)) !== undefined) {
    throw new VitalproofError("ALREADY_THERE", `The vault holds a log "${name}" already.`, {
      details: { name },
      hint: "Go on with it, or name the new one with --log.",
    });
  }
  await vault.store.write(OPENED + name, documentText(LOG_OPENING, opened));
  return patientLog(name, await Log.create(vault.store, name, opened.opening), opened);
}

/**
 * The log of a name, or the vault's only one, after recomputing its chain.
 * @throws NOT_THERE; USAGE where there are several and none was named; LOG_CORRUPT, VAULT_DAMAGED
 */
export async function resumeLog(vault: Vault, wanted: string | undefined): Promise<PatientLog> {
  const { name, opened } = await openingOf(vault, wanted);
  // A command that was killed between the two writes of `beginLog` left the opening alone.
  const begun = (await vault.store.read(`log/${name}/state`)) !== undefined;
  const log = begun
    ? await Log.resume(vault.store, name)
    : await Log.create(vault.store, name, opened.opening);
  return patientLog(name, log, opened);
}

/** What of a log can be read, also where a record of it is damaged. Writes nothing. */
export async function lookAtLog(
  vault: Vault,
  wanted: string | undefined,
): Promise<{ name: string; opened: Opening; look: LogLook }> {
  const { name, opened } = await openingOf(vault, wanted);
  const begun = (await vault.store.read(`log/${name}/state`)) !== undefined;
  const { opening } = opened;
  const look = begun
    ? await Log.look(vault.store, name)
    : { opening, nextEpoch: opening.firstEpoch, pending: 0, epochs: [], damaged: [] };
  return { name, opened, look };
}

async function openingOf(
  vault: Vault,
  wanted: string | undefined,
): Promise<{ name: string; opened: Opening }> {
  // A log that is named does not need the others' openings.
  const named = wanted === undefined ? undefined : await vault.store.read(OPENED + wanted);
  if (named !== undefined) return parsedOpening(wanted!, named);
  const names = await logNames(vault);
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined && names.length > 1) {
    throw new VitalproofError("USAGE", `The vault holds ${names.length} logs: ${names.join(", ")}.`, {
      details: { names },
      hint: "Name one with --log.",
    });
  }
  if (name === undefined || !names.includes(name)) {
    throw new VitalproofError(
      "NOT_THERE",
      name === undefined ? "The vault holds no log." : `The vault holds no log "${name}".`,
      {
        details: { names },
        hint: "Begin one with `vitalproof log open FILE`, where FILE is what the attester sent you.",
      },
    );
  }
  return parsedOpening(name, (await vault.store.read(OPENED + name))!);
}

function parsedOpening(name: string, text: string): { name: string; opened: Opening } {
  return { name, opened: parseDocument(LOG_OPENING, text, `the opening of ${name}`) };
}

export async function logNames(vault: Vault): Promise<string[]> {
  return (await vault.store.keys(OPENED)).map((key) => key.slice(OPENED.length)).sort();
}

/** What attesters said when they opened the vault's logs. */
export async function openings(vault: Vault): Promise<Opening[]> {
  return Promise.all(
    (await logNames(vault)).map(
      async (name) => parsedOpening(name, (await vault.store.read(OPENED + name))!).opened,
    ),
  );
}

/** The sealer of a log. Whose receipts count was said when the log was opened. */
export function sealerOf({ log, opened }: PatientLog, device?: DeviceSigner): Sealer {
  return new Sealer(log, device, opened);
}

function patientLog(name: string, log: Log, opened: Opening): PatientLog {
  return { name, log, profile: profileOf(opened.opening.profile), offset: opened.opening.offset, opened };
}
