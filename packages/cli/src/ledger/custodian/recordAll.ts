// SPDX-License-Identifier: GPL-3.0-or-later
//
// Accesses of a hospital's log, recorded one by one. Nothing ends the run but a store that fails: each access is recorded,
// known, or left out with a reason.
import type { LoggedAccess } from "@vitalproof/readers/access-logs";
import { VitalproofError } from "@vitalproof/sdk";
import {
  type AccessFault,
  type CustodianPage,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
} from "@vitalproof/sdk/ledger";
import { sha256, toUtf8Bytes } from "ethers";
import type { AccessRegister } from "./accessRegister.ts";
import { FAULT_WORDS } from "./report.ts";

/** `id-of-another`: something else was recorded under its id before. */
export type NotRecorded = AccessFault | "unknown-patient" | "unknown-actor" | "id-of-another";

export const NOT_RECORDED_WORDS: Readonly<Record<NotRecorded, string>> = {
  ...FAULT_WORDS,
  "unknown-patient": "of a patient who is not in the register",
  "unknown-actor": "by an actor who is not in the register",
  "id-of-another": "with an id under which another access was recorded",
};

export type Recorded = {
  readonly recorded: number;
  /** Recorded before. */
  readonly known: number;
  readonly left: readonly {
    readonly reason: NotRecorded;
    readonly count: number;
    /** Ids of the first ones in their log. */
    readonly examples: readonly string[];
  }[];
};

const MOST_EXAMPLES = 5;
const MOST_EXAMPLE_LENGTH = 80;

/** @param source tells logs apart whose ids could be the same */
export async function recordAll(
  page: CustodianPage,
  accesses: readonly LoggedAccess[],
  register: AccessRegister,
  source: string,
  onProgress: (done: number, of: number) => void,
): Promise<Recorded> {
  const left = new Map<NotRecorded, string[]>();
  let recorded = 0;
  let known = 0;
  for (const [i, access] of accesses.entries()) {
    const result = await recordOne(page, access, register, source);
    if (result === "recorded") recorded++;
    else if (result === "known") known++;
    else left.set(result, [...(left.get(result) ?? []), access.id]);
    onProgress(i + 1, accesses.length);
  }
  return {
    recorded,
    known,
    left: [...left].map(([reason, ids]) => ({
      reason,
      count: ids.length,
      examples: ids.slice(0, MOST_EXAMPLES).map((id) => id.slice(0, MOST_EXAMPLE_LENGTH)),
    })),
  };
}

async function recordOne(
  page: CustodianPage,
  { id, patient, actor, role, purpose, class: kind, at, emergency }: LoggedAccess,
  { slots, actors }: AccessRegister,
  source: string,
): Promise<"recorded" | "known" | NotRecorded> {
  const slot = slots.get(patient);
  if (slot === undefined) return "unknown-patient";
  const number = actors.get(actor);
  if (number === undefined) return "unknown-actor";
  // Ids of logs can be longer than keys.
  const key = `log/${sha256(toUtf8Bytes(JSON.stringify([source, id]))).slice(2)}`;
  try {
    return await page.record({
      ...{ key, slot, actor: number, at },
      role: LEDGER_ROLES.indexOf(role),
      purpose: LEDGER_PURPOSES.findIndex(({ name }) => name === purpose),
      class: LEDGER_CLASSES.indexOf(kind),
      glass: emergency ? 1 : 0,
    });
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    if (error.code === "ACCESS_NOT_ALLOWED") return error.details.fault as AccessFault;
    // Of its values, only the key can be refused: all others are in range by their types.
    if (error.code === "INVALID_ARGUMENT") return "id-of-another";
    throw error;
  }
}
