// SPDX-License-Identifier: GPL-3.0-or-later
//
// An accounting of disclosures (45 CFR 164.528): date, who, what, why. Read from the chain's calldata with the audit keys of
// consents, by a patient with their own or by a regulator with a custodian's master. Nobody is asked for anything.
import { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import { LEDGER_CLASSES, LEDGER_PURPOSES, LEDGER_ROLES } from "../generated/ledgerProtocol.ts";
import { assertInteger } from "../invalid.ts";
import { rightsFault } from "./accessBatch.ts";
import { auditKeyOf } from "./consent.ts";
import { gapsOf, type Stretch } from "./gaps.ts";
import type { LoggedBatch } from "./history.ts";
import { PAGE_SLOTS, type PageAddress } from "./page.ts";
import { pageNameOf } from "./pageName.ts";
import { ciphersOf, findAccesses } from "./record.ts";
import { withoutRepeats } from "./repeats.ts";
import type { KeptConsent } from "./wallet.ts";
import type { AccessHeader, AccessRecord, Rights } from "./words.ts";

export type LedgerRole = (typeof LEDGER_ROLES)[number];
export type LedgerPurpose = (typeof LEDGER_PURPOSES)[number]["name"];
export type LedgerClass = (typeof LEDGER_CLASSES)[number];

/** One access to one patient's data. */
export type Disclosure = {
  readonly address: PageAddress;
  readonly slot: number;
  /** Unix seconds of the minute. */
  readonly at: number;
  /** The custodian's own number for who looked. */
  readonly actor: number;
  readonly role: LedgerRole;
  readonly purpose: LedgerPurpose;
  readonly class: LedgerClass;
  /** An emergency (broken glass), which the consent did not allow. */
  readonly emergency: boolean;
  readonly transaction: string;
  /** Position of the record in its batch. */
  readonly index: number;
  readonly block: number;
  /** When it was logged: Unix seconds of the block. */
  readonly logged: number;
  /** Logged after the page's version had ended. */
  readonly late: boolean;
  /** Two keys open this record, so one of the two rows is wrong. */
  readonly doubtful: boolean;
};

/** A time for which nothing was logged on a page, not even that nobody looked. */
export type LogGap = Stretch & { readonly address: PageAddress };

export type Accounting = {
  /** By time. */
  readonly rows: readonly Disclosure[];
  readonly gaps: readonly LogGap[];
  readonly counts: {
    readonly rows: number;
    readonly emergencies: number;
    readonly late: number;
    readonly doubtful: number;
  };
  readonly tried: {
    readonly keys: number;
    readonly batches: number;
    /** Encrypted records in these batches. */
    readonly records: number;
    /** Keys times records, summed over the pages. By chance a key opens someone else's record once in 2^24 tries. */
    readonly tries: number;
  };
  /** What stays hidden. */
  readonly hidden: {
    /** Records that no key opened: they belong to other consents, or were written with keys that the custodian did not give. */
    readonly records: number;
    /** Emergencies that the batches count in public but no key opened. */
    readonly emergencies: number;
    /** Records that a key opened to something no batch can hold: they are someone else's and left out. */
    readonly impossible: number;
  };
};

/** What was logged for one page. */
export type PageLog = { readonly address: PageAddress; readonly batches: readonly LoggedBatch[] };

export type AccountingOptions = {
  /** Where gaps are looked for, minutes since 1970-01-01 UTC: see `gapsOf`. */
  readonly within?: Partial<Stretch> | undefined;
  /** Called after each key and batch. @param done tries so far @param of all tries */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
};

/**
 * The accesses under one consent.
 *
 * By chance a key opens someone else's record once in 2^24 tries. Such records are left out and counted where the batch's proof
 * excludes them: an emergency where the header counts none, a time outside the window, an access that the consent does not allow.
 *
 * @param batches of the consent's page, each once. Batches of another page yield no rows and no error: a record does not say
 *        which page it belongs to
 * @throws INVALID_ARGUMENT for a batch that is given twice or that no contract takes
 */
export function accountingOf(
  kept: KeptConsent,
  batches: readonly LoggedBatch[],
  options: AccountingOptions = {},
): Accounting {
  return accountingOfPatient([kept], [{ address: kept.address, batches }], options);
}

/**
 * The accesses under all of a patient's consents, with any custodians.
 * @param logs of every page that has one of them
 * @throws INVALID_ARGUMENT, also for a consent whose page is not in `logs`, and for one that is given twice
 */
export function accountingOfPatient(
  consents: readonly KeptConsent[],
  logs: readonly PageLog[],
  options: AccountingOptions = {},
): Accounting {
  const keys = new Map<string, Key[]>(logs.map(({ address }) => [pageNameOf(address), []]));
  if (keys.size !== logs.length)
    throw refused("A page is given twice.", "Give each page once, with all its batches.");
  for (const { address, slot, consent } of consents) {
    assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
    const own = keys.get(pageNameOf(address));
    if (own === undefined)
      throw refused(
        `No log of page ${address.page} was given.`,
        "Without it the accounting would lack a consent.",
      );
    if (own.some((key) => key.slot === slot))
      throw refused(
        `Two consents for slot ${slot} of page ${address.page}.`,
        "A slot holds one: the one in the chain's leaf.",
      );
    own.push({
      slot,
      audit: consent.audit,
      isPossible: (record, header) => isProven(record, header, consent.rights),
    });
  }
  const pages = logs.map((log) => ({ ...log, keys: keys.get(pageNameOf(log.address))! }));
  return together(readingsOf(pages, options), options);
}

/**
 * The accesses under all consents of a page, read with the custodian's master of audit keys. Consents with other audit keys
 * stay hidden and are counted.
 *
 * Each record is tried with each slot's key, about 0.3 ms a try: 80 s for 1,024 accesses of a full page. By chance a
 * key opens another slot's record once in 2^16 tries, so a record that two keys open is marked as doubtful.
 *
 * @param filled slots of the page in use
 * @param batches of the page, each once
 * @throws NOT_A_FIELD_ELEMENT for the master, without its value; INVALID_ARGUMENT
 */
export function accountingOfCustodian(
  master: bigint,
  address: PageAddress,
  filled: number,
  batches: readonly LoggedBatch[],
  options: AccountingOptions = {},
): Accounting {
  assertField("audit master", master, { secret: true });
  assertInteger("filled", filled, 0, PAGE_SLOTS);
  pageNameOf(address);
  const keys = Array.from({ length: filled }, (_, slot): Key => {
    return { slot, audit: auditKeyOf(master, address.page, slot), isPossible: isInBatch };
  });
  return together(readingsOf([{ address, batches, keys }], options), options);
}

type Key = {
  readonly slot: number;
  readonly audit: bigint;
  readonly isPossible: (record: AccessRecord, header: AccessHeader) => boolean;
};

/** What the keys opened on one page. */
type Reading = PageLog & {
  readonly rows: readonly Disclosure[];
  readonly keys: number;
  readonly records: number;
  readonly hidden: Accounting["hidden"];
};

type KeyedLog = PageLog & { readonly keys: readonly Key[] };

function readingsOf(pages: readonly KeyedLog[], { onProgress }: AccountingOptions): Reading[] {
  const all = sum(pages, ({ batches, keys }) => keys.length * sum(batches, ({ header }) => header.count));
  let done = 0;
  return pages.map((page) =>
    readingOf(page, (tries) => {
      done += tries;
      onProgress?.(done, all);
    }),
  );
}

function readingOf({ address, batches, keys }: KeyedLog, tried: (tries: number) => void): Reading {
  const transactions = new Set(batches.map(({ transaction }) => transaction.toLowerCase()));
  if (transactions.size !== batches.length)
    throw refused(
      `A batch of page ${address.page} is given twice.`,
      "A transaction has one batch: give each once.",
    );
  const once = withoutRepeats(batches);
  const read = once.map((batch) => readBatch(batch, address, keys, tried));
  return {
    ...{ address, batches: once },
    rows: read.flatMap(({ rows }) => rows),
    keys: keys.length,
    records: sum(once, ({ header }) => header.count),
    hidden: addHidden(read.map(({ hidden }) => hidden)),
  };
}

function readBatch(
  batch: LoggedBatch,
  address: PageAddress,
  keys: readonly Key[],
  tried: (tries: number) => void,
): Pick<Reading, "rows" | "hidden"> {
  const { header, transaction, block, time, late } = batch;
  const ciphers = ciphersIn(batch);
  const opened = keys.flatMap((key) => {
    const found = findAccesses(ciphers, header.nonce, key);
    tried(ciphers.length);
    return found.map((each) => ({ ...each, isPossible: key.isPossible(each.record, header) }));
  });
  const hits = opened.filter(({ isPossible }) => isPossible);
  const owners = new Map<number, number>();
  for (const { index } of hits) owners.set(index, (owners.get(index) ?? 0) + 1);
  const rows = hits.map(({ index, record }): Disclosure => {
    return {
      ...{ address, slot: record.slot, at: (header.base + record.minute) * 60, actor: record.actor },
      role: LEDGER_ROLES[record.role]!,
      purpose: LEDGER_PURPOSES[record.purpose]!.name,
      class: LEDGER_CLASSES[record.class]!,
      emergency: record.glass === 1,
      ...{ transaction, index, block, logged: time, late },
      doubtful: owners.get(index)! > 1,
    };
  });
  const emergencies = new Set(rows.filter(({ emergency }) => emergency).map(({ index }) => index)).size;
  const hidden = {
    records: header.count - owners.size,
    emergencies: Math.max(0, header.emergencies - emergencies),
    impossible: opened.length - hits.length,
  };
  return { rows, hidden };
}

function ciphersIn({ body, header, transaction }: LoggedBatch): bigint[] {
  try {
    return ciphersOf(body, header.count);
  } catch (error) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `The body of ${transaction} does not have its header's length.`,
      {
        details: { transaction, count: header.count },
        hint: "Read the batch again, from the transaction's input.",
        cause: error,
      },
    );
  }
}

function together(readings: readonly Reading[], { within }: AccountingOptions): Accounting {
  const rows = readings
    .flatMap((reading) => reading.rows)
    .sort((a, b) => a.at - b.at || a.block - b.block || a.index - b.index || a.slot - b.slot);
  return {
    rows,
    gaps: readings.flatMap(({ address, batches }) =>
      gapsOf(batches, within).map((gap): LogGap => ({ address, ...gap })),
    ),
    counts: {
      rows: rows.length,
      emergencies: rows.filter(({ emergency }) => emergency).length,
      late: rows.filter(({ late }) => late).length,
      doubtful: rows.filter(({ doubtful }) => doubtful).length,
    },
    tried: {
      keys: sum(readings, ({ keys }) => keys),
      batches: sum(readings, ({ batches }) => batches.length),
      records: sum(readings, ({ records }) => records),
      tries: sum(readings, ({ keys, records }) => keys * records),
    },
    hidden: addHidden(readings.map(({ hidden }) => hidden)),
  };
}

/** Whether a batch's proof allows a record of any patient. */
function isInBatch({ minute, glass }: AccessRecord, { count, emergencies, span }: AccessHeader): boolean {
  return minute <= span && (glass === 1 ? emergencies > 0 : emergencies < count);
}

/** Whether it allows the record under a consent with these rights. */
function isProven(record: AccessRecord, header: AccessHeader, rights: Rights): boolean {
  if (!isInBatch(record, header)) return false;
  return record.glass === 1 || rightsFault(rights, record, header.base) === undefined;
}

function addHidden(all: readonly Accounting["hidden"][]): Accounting["hidden"] {
  return {
    records: sum(all, ({ records }) => records),
    emergencies: sum(all, ({ emergencies }) => emergencies),
    impossible: sum(all, ({ impossible }) => impossible),
  };
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

function refused(why: string, hint: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", why, { hint });
}
