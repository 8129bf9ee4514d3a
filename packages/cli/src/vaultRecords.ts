// SPDX-License-Identifier: GPL-3.0-or-later
import { type Store, type Vault, VitalproofError } from "@vitalproof/sdk";
import { FORMER_GROUP_KEY, GROUP_KEY } from "./groupKeys.ts";
import { dayText } from "./time.ts";

/** An open vault, as far as its records are looked at. */
type Opened = { readonly store: Store; readonly sealed: Vault };

/** A record that does not open: the file that keeps it, and what it holds, where that can be told. */
export type DamagedRecord = { readonly file: string; readonly record: string | undefined };

/** Opens every record. */
export async function checkRecords(vault: Opened): Promise<{ keys: number; damaged: DamagedRecord[] }> {
  const { keys, damaged } = await vault.sealed.check();
  return { keys: keys.length, damaged: await recordsOf(vault, keys, damaged) };
}

/** The records under a prefix: the keys of those that open, and what the others are. */
export async function listRecords(
  vault: Opened,
  prefix: string,
): Promise<{ keys: readonly string[]; damaged: DamagedRecord[] }> {
  const { keys, damaged } = await vault.sealed.list(prefix);
  return { keys, damaged: damaged.length === 0 ? [] : await damagedOf(vault, damaged) };
}

/** What the records are that are kept in these files and do not open. */
export async function damagedOf(vault: Opened, files: readonly string[]): Promise<DamagedRecord[]> {
  return recordsOf(vault, (await vault.sealed.check()).keys, files);
}

/** For people: each record, and what to do. */
export function damagedLines(damaged: readonly DamagedRecord[]): string[] {
  if (damaged.length === 0) return [];
  return [
    ...damaged.map(({ record, file }) => `damaged: ${record ?? "an unknown record"} (${file}.json)`),
    "Put these files back from a copy of the folder.",
  ];
}

async function recordsOf(
  { sealed, store }: Opened,
  keys: readonly string[],
  files: readonly string[],
): Promise<DamagedRecord[]> {
  const expected = files.length === 0 ? [] : await expectedKeys(keys, store);
  const byName = new Map(expected.map((key) => [sealed.nameOf(key), key]));
  const byFolder = new Map(KINDS.map(([key, kind]) => [folderOf(sealed.nameOf(key)), kind]));
  return files.map((file) => ({ file, record: inWords(byName.get(file)) ?? byFolder.get(folderOf(file)) }));
}

/** What is kept in a folder of its own, by a key that belongs there: told where a record's own key is not known. */
const KINDS: readonly (readonly [key: string, kind: string])[] = [
  ["device/x", "the key of a device"],
  ["opened/x", "the opening of a log"],
  ["ledger/consent/x", "a consent of the health ledger"],
  ["custodian/state/x", "a custodian's page"],
  ["custodian/consent/x", "a consent in a custodian's page"],
  ["custodian/queue/x", "an access that waits for its batch"],
  ["custodian/done/x", "that an access was logged"],
  ["custodian/nonce/x", "the nonce of a batch"],
  ["attester/person/x", "a person of the attester's"],
  ["attester/device/x", "a device of the attester's"],
  ["attester/log/x", "a log of the attester's"],
  ["attester/head/x", "a head of the attester's"],
  ["attester/day/x", "a day of the attester's"],
];

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

/** Keys that a whole vault would have, by what its readable records say. */
async function expectedKeys(keys: readonly string[], store: Store): Promise<string[]> {
  const logs = new Set(keys.flatMap((key) => /^(?:log|opened)\/([^/]+)/.exec(key)?.[1] ?? []));
  const expected = ["identity", GROUP_KEY, FORMER_GROUP_KEY, "device/simulated"];
  for (const log of logs) {
    expected.push(`opened/${log}`, `log/${log}/state`, `log/${log}/journal`);
    const epochs = keys.flatMap((key) => {
      const [, name, epoch] = /^log\/([^/]+)\/epoch\/(\d+)$/.exec(key) ?? [];
      return name === log ? [Number(epoch)] : [];
    });
    const state = await store.read(`log/${log}/state`).catch((error: unknown) => {
      if (VitalproofError.find(error, "VAULT_DAMAGED") !== undefined) return undefined;
      throw error;
    });
    const {
      firstEpoch,
      nextEpoch,
      pieces = [],
    } = JSON.parse(state ?? "{}") as {
      firstEpoch?: number;
      nextEpoch?: number;
      pieces?: [day: number, side: number][];
    };
    for (const [day, side] of pieces) expected.push(`log/${log}/pending/${day}-${side}`);
    // Without the state, the neighbours of what is there.
    const from = firstEpoch ?? Math.min(...epochs) - 1;
    const to = nextEpoch ?? Math.max(...epochs) + 2;
    for (let epoch = from; epoch < to; epoch++) expected.push(`log/${log}/epoch/${epoch}`);
  }
  return expected;
}

function inWords(key: string | undefined): string | undefined {
  const [, log, kind, number] = /^log\/([^/]+)\/(epoch|pending)\/(\d+)(?:-[01])?$/.exec(key ?? "") ?? [];
  if (number === undefined) return key;
  return kind === "epoch"
    ? `epoch ${number} of log ${log}`
    : `readings of ${dayText(Number(number))} that log ${log} has not sealed`;
}
