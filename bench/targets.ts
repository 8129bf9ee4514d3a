// SPDX-License-Identifier: GPL-3.0-or-later
import type { IngestRow, LedgerPart, Report, TargetRow } from "./report.ts";
import { round } from "./statistics.ts";

/** Zero bytes in calldata are all that may differ between two transactions of one kind. */
export const FLAT_GAS = 300;

// What a verification cannot do without (docs/performance.md): EIP-1108's prices and calldata (EIP-2028).
const PAIRING = 45_000;
const PAIR = 34_000;
/** A point times a scalar, added to another. */
const TERM = 6_150;
/** Two words for A, four for B, two for C; hardly a byte of a proof is zero. */
const PROOF_CALLDATA = 256 * 16;
const SINGLE_FLOOR = PAIRING + 4 * PAIR + 4 * TERM;
/** A pair, a multiplication of A, and one of C that is added. */
const MARGINAL_FLOOR = PAIR + 6_000 + TERM + PROOF_CALLDATA;
/** The first look at an account in a transaction (EIP-2929). */
const COLD_ACCOUNT = 2_600;

/**
 * Most gas of the health ledger's transactions: of an access in a full batch, of 16 new consents and 15 revocations, of a
 * revocation by force, and of a claim more under a consent of the ledger than under one in public.
 */
export const LEDGER_GAS = {
  access: [
    [64, 4_500],
    [244, 1_250],
    [1024, 390],
  ],
  consents: 290_000,
  force: 275_000,
  claimMore: 2_500,
} as const;

/** Names of the health ledger's transactions in the report. */
export const LEDGER_ROWS = {
  access: (accesses: number) => `${accesses.toLocaleString("en")} accesses`,
  consents: "16 new consents and 15 revocations",
  force: "a revocation by force",
  bind: "binding a consent to a policy",
  claim: {
    ledger: "a claim under a consent of the ledger",
    registry: "a claim under a consent of the registry",
  },
} as const;

/** The pairs of circuits that the targets are about. */
export const HOUR_PAIR = "heart-rate-hour against the guide's loop, bare";
export const DAY_PAIR = "glucose-day against the guide's loop with everything a claim needs";

/** What is promised, what was measured, and whether it is met. */
export function targetsOf(report: Omit<Report, "targets">): TargetRow[] {
  const atLeast = (target: string, wanted: number, value: number | undefined): TargetRow => ({
    target,
    wanted: `at least ${wanted.toLocaleString("en")}`,
    value: value === undefined ? null : round(value, 2),
    met: value === undefined ? null : value >= wanted,
  });
  const atMost = (target: string, wanted: number, value: number | undefined, digits = 3): TargetRow => ({
    target,
    wanted: `at most ${wanted.toLocaleString("en")}`,
    value: value === undefined ? null : round(value, digits),
    met: value === undefined ? null : value <= wanted,
  });
  const batchOf = (claims: number) =>
    report.growth?.batches?.find(({ batch }) => batch.claims === claims && !batch.real)?.batch;
  const verification = (claims: number) => batchOf(claims)?.verificationGasPerProof;
  const [one, half, whole] = [verification(1), verification(32), verification(64)];
  const marginal = half === undefined || whole === undefined ? undefined : (64 * whole - 32 * half) / 32;
  const instance = (name: string) => report.constraints?.instances.find((row) => row.name === name);
  const fewer = (name: string, circuit: "guideBelow" | "guideShare") => {
    const row = instance(name);
    const other = row?.[circuit];
    return row === undefined || other === undefined ? undefined : other / row.constraints;
  };
  const pair = report.proving?.pairs.find(({ name }) => name === HOUR_PAIR);
  const spread = crowdSpread(report);
  const treeOf = (leaves: number) => report.tree?.rows.find((row) => row.leaves === leaves);
  const seconds = (leaves: number) => {
    const row = treeOf(leaves);
    return row && row.fast.median / 1000;
  };
  const { services } = report;
  const ingest = mostReadings(services?.ingest ?? []);
  return [
    atLeast(
      "a whole 3,600-reading claim is proven how many times faster than the guide's bare circuit",
      1.5,
      pair?.ratio.total,
    ),
    atLeast(
      "a 3,600-reading claim has how many times fewer constraints than like for like",
      4,
      fewer("heart-rate-hour", "guideBelow"),
    ),
    atLeast(
      "a 288-reading claim has how many times fewer constraints than like for like",
      2,
      fewer("glucose-day", "guideShare"),
    ),
    atLeast(
      "rows of a table of a million that are inspected in a second, of the slowest table",
      300_000,
      report.files && Math.min(...report.files.tables.map(({ rowsPerSecond }) => rowsPerSecond)),
    ),
    atLeast(
      "a day's tree of 10,000 leaves is made how many times faster than with poseidon-lite",
      5,
      treeOf(10_000)?.ratio,
    ),
    atMost("processor seconds of a day's tree of 10,000 leaves", 0.5, seconds(10_000)),
    atMost("processor seconds of a day's tree of 100,000 leaves", 5, seconds(100_000)),
    atLeast(
      "readings that a gateway stores durably in a second, with the most readings, on the slower store",
      5_000,
      extreme(Math.min, ingest, ({ counted, cost }) => counted / cost.wall),
    ),
    atMost(
      "MB by which a gateway's heap grows from a tenth of its readings to all, with the most readings",
      20,
      extreme(Math.max, ingest, ({ heap }) => heap.all - heap.tenth),
      1,
    ),
    atMost(
      "per cent of a processor for a gateway of 1,000 devices with a reading a minute, the database's server included",
      10,
      extreme(
        Math.max,
        services?.pace ?? [],
        ({ cost }) => (100 * (cost.cpu + (cost.serverCpu ?? 0))) / cost.wall,
      ),
      1,
    ),
    atMost(
      "verification gas of one proof alone, over its floor of 205,600",
      1.02,
      one === undefined ? undefined : (one - COLD_ACCOUNT) / SINGLE_FLOOR,
    ),
    atMost(
      "verification gas of a proof in a batch of 64, its calldata included",
      57_500,
      whole === undefined ? undefined : whole + PROOF_CALLDATA,
      0,
    ),
    atMost(
      "verification gas of one proof more in a batch (32 to 64), over its floor of 46,150 and calldata",
      1.04,
      marginal === undefined ? undefined : (marginal + PROOF_CALLDATA) / MARGINAL_FLOOR,
    ),
    ...ledgerTargets(report.ledger, atMost),
    atMost("gas of a claim in a batch of 64, all in", 120_000, batchOf(64)?.totalGasPerClaim, 0),
    {
      target: "gas of a claim and of a payment differs by how much between the fewest and the most policies",
      wanted: `below ${FLAT_GAS}`,
      value: spread ?? null,
      met: spread === undefined ? null : spread < FLAT_GAS,
    },
  ];
}

type AtMost = (target: string, wanted: number, value: number | undefined, digits?: number) => TargetRow;

function ledgerTargets(ledger: LedgerPart | undefined, atMost: AtMost): TargetRow[] {
  const gas = (operation: string) => ledger?.transactions.find((row) => row.operation === operation)?.gas;
  const [most, limit] = LEDGER_GAS.access.at(-1)!;
  const batch = gas(LEDGER_ROWS.access(most));
  const [bound, open] = [gas(LEDGER_ROWS.claim.ledger), gas(LEDGER_ROWS.claim.registry)];
  return [
    atMost(
      "constraints of one access more in a batch of the ledger (244 to 1,024)",
      1_000,
      accessConstraints(ledger),
      1,
    ),
    atMost(
      `gas of an access in a batch of ${most.toLocaleString("en")}`,
      limit,
      batch === undefined ? undefined : batch / most,
      1,
    ),
    atMost(`gas of ${LEDGER_ROWS.consents}`, LEDGER_GAS.consents, gas(LEDGER_ROWS.consents)),
    atMost(`gas of ${LEDGER_ROWS.force}`, LEDGER_GAS.force, gas(LEDGER_ROWS.force)),
    atMost(
      "gas of a claim more under a consent of the ledger than of the registry",
      LEDGER_GAS.claimMore,
      bound === undefined || open === undefined ? undefined : bound - open,
    ),
  ];
}

/** Of one access more, between the two largest batches. */
export function accessConstraints(ledger: LedgerPart | undefined): number | undefined {
  const of = (accesses: number) =>
    ledger?.circuits.find(({ name }) => name === `access-batch-${accesses}`)?.constraints;
  const [smaller, larger] = [of(244), of(1_024)];
  return smaller === undefined || larger === undefined ? undefined : (larger - smaller) / (1_024 - 244);
}

/** Of each store the row with the most readings, of those with the most devices. */
function mostReadings(rows: readonly IngestRow[]): IngestRow[] {
  const most = new Map<string, IngestRow>();
  for (const row of rows) {
    const other = most.get(row.store);
    const more = row.devices - (other?.devices ?? 0) || row.readings - (other?.readings ?? 0);
    if (more > 0) most.set(row.store, row);
  }
  return [...most.values()];
}

/** The lowest or highest figure of some rows; undefined without rows. */
function extreme<T>(
  which: (...values: number[]) => number,
  rows: readonly T[],
  figureOf: (row: T) => number,
): number | undefined {
  return rows.length === 0 ? undefined : which(...rows.map(figureOf));
}

/** The largest difference of any operation's gas over all sizes of the crowd. */
function crowdSpread({ growth }: Omit<Report, "targets">): number | undefined {
  const rows = growth?.crowd ?? [];
  if (rows.length < 2) return undefined;
  return Math.max(
    ...Object.keys(rows[0]!.gas).map((operation) => {
      const values = rows.map(({ gas }) => gas[operation]!);
      return Math.max(...values) - Math.min(...values);
    }),
  );
}

/** Gas of research queries over 1,024 records. */
export const RESEARCH_GAS = { ask: 300_000, answer: 420_000, claim: 100_000 } as const;
