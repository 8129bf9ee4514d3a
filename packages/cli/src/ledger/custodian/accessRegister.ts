// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's own register: which slot of a page a patient of its logs has, and which number an actor has.
import { VitalproofError } from "@vitalproof/sdk";
import { PAGE_SLOTS } from "@vitalproof/sdk/ledger";
import { type Document, integer, list, object, text, uint256 } from "@vitalproof/sdk/wire";
import { readDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";

type Register = {
  readonly page: bigint;
  readonly patients: readonly { readonly id: string; readonly slot: number }[];
  readonly actors: readonly { readonly id: string; readonly number: number }[];
};

const name = text(/^[^\n]{1,1000}$/, "one line of 1 to 1,000 characters");

/** A custodian's own file. */
export const ACCESS_REGISTER: Document<Register> = {
  kind: "vitalproof/access-register",
  version: 1,
  title: "an access register",
  body: object({
    page: uint256,
    patients: list(object({ id: name, slot: integer(0, PAGE_SLOTS - 1) }), { max: 100_000 }),
    actors: list(object({ id: name, number: integer(0, 65_535) }), { max: 100_000 }),
  }),
};

/** Slots and numbers by the names of a log. */
export type AccessRegister = {
  readonly page: bigint;
  readonly slots: ReadonlyMap<string, number>;
  readonly actors: ReadonlyMap<string, number>;
};

/** @throws FILE_UNREADABLE; DOCUMENT_INVALID, naming the place and no one's name */
export async function readRegister(io: Io, file: string): Promise<AccessRegister> {
  const { page, patients, actors } = await readDocument(io, ACCESS_REGISTER, file);
  return {
    page,
    slots: byName(
      file,
      "patients",
      patients.map(({ id, slot }) => [id, slot]),
    ),
    actors: byName(
      file,
      "actors",
      actors.map(({ id, number }) => [id, number]),
    ),
  };
}

/** Refuses two entries for one name: nothing says which one counts. */
function byName(
  file: string,
  member: string,
  entries: readonly (readonly [string, number])[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [i, [id, value]] of entries.entries()) {
    if (found.has(id))
      throw new VitalproofError(
        "DOCUMENT_INVALID",
        `${file} is not an access register: ${member}[${i}].id is there twice.`,
        {
          details: { file, at: `${member}[${i}].id` },
          hint: "Keep one entry for each name. A patient with a new consent has the slot of that one.",
        },
      );
    found.set(id, value);
  }
  return found;
}
