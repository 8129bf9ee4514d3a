// SPDX-License-Identifier: GPL-3.0-or-later
import type { AnchorState } from "./anchorState.ts";
import type { BlockInfo } from "./chainData.ts";
import type { CircuitsState } from "./circuits/state.ts";
import { lastDayOf } from "./claims/rules.ts";
import type { ClaimsState } from "./claims/state.ts";
import type { ClaimState, Ledger, LedgerPoint, PolicyState, ProgramState } from "./claims/types.ts";
import type { ConsentsState } from "./consentState.ts";
import type { ContractAddresses } from "./events.ts";
import type { Finding, Severity } from "./findings.ts";
import { type InvariantLine, invariantLines } from "./invariants.ts";
import type { KnownKeys } from "./keys.ts";
import type { PausesState } from "./pauseState.ts";
import type { Stop } from "./stops.ts";
import type { Transfers } from "./transfers.ts";
import { type Holdings, totalOf } from "./views/money.ts";

/**
 * What an audit found; docs/cli.md describes the schema. Times are Unix seconds, amounts and field elements bigints
 * (decimal strings in JSON), addresses and hashes lower-case hex.
 */
export type AuditReport = {
  readonly schema: "vitalproof/audit/1";
  readonly chain: {
    readonly chainId: bigint;
    readonly fromBlock: number;
    readonly toBlock: number;
    readonly blockHash: string;
    readonly time: number;
  };
  readonly contracts: ContractAddresses;
  readonly summary: {
    readonly findings: Readonly<Record<Severity, number>>;
    readonly events: number;
    readonly policies: number;
    readonly claims: number;
    readonly proofsVerified: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  };
  readonly program: Omit<ProgramState, "ledger">;
  readonly token: { readonly address: string; readonly symbol: string; readonly decimals: number };
  readonly circuits: readonly CircuitLine[];
  readonly policies: readonly Omit<PolicyState, "byPeriod">[];
  readonly claims: readonly ClaimLine[];
  readonly periods: PeriodCounts;
  readonly anchors: readonly AnchorLine[];
  readonly stops: {
    readonly pauses: readonly Stop[];
    readonly outages: readonly Stop[];
    readonly suspensions: readonly (Stop & { circuit: string })[];
  };
  readonly consents: readonly ConsentLine[];
  readonly ledger: {
    readonly now: Ledger;
    readonly history: readonly LedgerPoint[];
    /** Of all programs in the token together. */
    readonly allPrograms: bigint;
    /** Of other products' escrows in the token. */
    readonly otherProducts: bigint;
    /** Of custody. */
    readonly balance: bigint | undefined;
    readonly donated: bigint;
    readonly transfersIn: bigint;
    readonly transfersOut: bigint;
  };
  readonly latency: {
    /** Seconds from a period's end to its claim, and to its payment; undefined where there is none. */
    readonly claimMedian: number | undefined;
    readonly paymentMedian: number | undefined;
  };
  readonly invariants: readonly InvariantLine[];
  readonly findings: readonly Finding[];
  readonly reliesOn: readonly string[];
};

export const OUTCOMES = ["paid", "owed", "under-review", "rejected", "denied"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type ClaimLine = ClaimState & { readonly outcome: Outcome; readonly circuitName: string };

export type CircuitLine = {
  readonly id: string;
  readonly name: string;
  readonly version: bigint;
  readonly verifier: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
  /** Circuit of this repository whose key it is; undefined for a foreign key. */
  readonly circuit: string | undefined;
  readonly keyKind: string;
  readonly addedAt: number;
  readonly retiredAt: number | undefined;
  readonly exposedAt: number | undefined;
};

export type AnchorStatus = "anchored" | "corrected" | "written-late" | "missed" | "pending";

export type AnchorLine = {
  readonly day: number;
  readonly status: AnchorStatus;
  readonly writes: readonly {
    readonly root: bigint;
    readonly time: number;
    readonly transaction: string;
    readonly reason: string | undefined;
  }[];
  readonly claims: number;
  /** Claims that were settled against a root that was corrected afterwards. */
  readonly claimsBeforeCorrection: number;
};

export type ConsentLine = {
  readonly id: string;
  readonly patient: string;
  readonly from: number;
  readonly until: number;
  readonly grantedAt: number;
  readonly revokedAt: number | undefined;
  readonly claims: number;
};

export type PeriodCounts = {
  readonly covered: number;
  readonly over: number;
  readonly claimed: number;
  readonly released: number;
  /** Over, not claimed, still claimable or waiting for an anchor. */
  readonly open: number;
  /** Over, not claimed, and no longer claimable. Anyone can free the reserve with `releasePeriods`. */
  readonly releasable: number;
};

export type ReportParts = {
  readonly chainId: bigint;
  readonly fromBlock: number;
  readonly head: BlockInfo;
  readonly addresses: ContractAddresses;
  readonly events: number;
  readonly program: ProgramState;
  readonly token: AuditReport["token"];
  readonly keys: KnownKeys;
  readonly claims: ClaimsState;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly circuits: CircuitsState;
  readonly pauses: PausesState;
  readonly transfers: Transfers;
  readonly holdings: Holdings;
  readonly findings: readonly Finding[];
};

export function buildReport(parts: ReportParts): AuditReport {
  const { program, claims, head, findings, transfers, addresses } = parts;
  const policies = [...claims.policies.values()].filter((policy) => policy.program === program.id);
  const mine = new Set(policies.map(({ id }) => id));
  const family = parts.circuits.lineOf(program.circuit);
  const nameOf = (id: string) => parts.circuits.circuits.get(id)?.name ?? "unknown";
  const lines = claims.claims
    .filter(({ policy }) => mine.has(policy))
    .map((claim): ClaimLine => ({ ...claim, outcome: outcomeOf(claim), circuitName: nameOf(claim.circuit) }));
  const { ledger, ...offer } = program;
  return {
    schema: "vitalproof/audit/1",
    chain: {
      chainId: parts.chainId,
      fromBlock: parts.fromBlock,
      toBlock: head.number,
      blockHash: head.hash,
      time: head.timestamp,
    },
    contracts: addresses,
    summary: {
      findings: countOf(["error", "warning", "notice"], findings, ({ severity }) => severity),
      events: parts.events,
      policies: policies.length,
      claims: lines.length,
      proofsVerified: lines.filter(({ proof }) => proof === "verified").length,
      outcomes: countOf(OUTCOMES, lines, ({ outcome }) => outcome),
    },
    program: offer,
    token: parts.token,
    circuits: family.map((record) => ({
      id: record.id,
      name: record.name,
      version: record.version,
      verifier: record.verifier,
      verifierCodeHash: record.verifierCodeHash,
      verificationKeyHash: record.verificationKeyHash,
      circuit: parts.keys.get(record.verificationKeyHash)?.circuit,
      keyKind: record.keyKind,
      addedAt: record.addedAt,
      retiredAt: record.retiredAt,
      exposedAt: record.forgedAt,
    })),
    policies: policies.map(({ byPeriod: _, ...policy }) => policy),
    claims: lines,
    periods: countPeriods(claims, program, policies, head.timestamp),
    anchors: anchorLines(parts, policies, lines),
    stops: {
      pauses: parts.pauses.pauses.stops,
      outages: parts.pauses.outages.stops,
      suspensions: family.flatMap(({ name, suspensions }) =>
        suspensions.stops.map((stop) => ({ ...stop, circuit: name })),
      ),
    },
    consents: [...parts.consents.consents.values()]
      .filter(({ consent }) => consent.program === program.id && consent.grantee === program.insurer)
      .map(({ id, consent, grantedAt, revokedAt, claims: used }) => ({
        id,
        patient: consent.patient,
        from: consent.from,
        until: consent.until,
        grantedAt,
        revokedAt,
        claims: used.length,
      })),
    ledger: {
      now: { ...ledger },
      history: claims.history.get(program.id) ?? [],
      allPrograms: [...claims.programs.values()]
        .filter(({ token }) => token === program.token)
        .reduce((sum, { ledger: of }) => sum + totalOf(of), 0n),
      otherProducts: parts.holdings.others,
      balance: parts.holdings.balance,
      donated: parts.holdings.donated,
      transfersIn: sumOf(transfers.all.filter(({ to }) => to === addresses.custody)),
      transfersOut: sumOf(transfers.all.filter(({ from }) => from === addresses.custody)),
    },
    latency: {
      claimMedian: median(lines.map(({ settledAt, end }) => settledAt - end)),
      paymentMedian: median(lines.flatMap(({ paid, end }) => (paid === undefined ? [] : [paid.time - end]))),
    },
    invariants: invariantLines(findings),
    findings,
    reliesOn: reliesOn(parts),
  };
}

function outcomeOf(claim: ClaimState): Outcome {
  if (claim.paid !== undefined) return "paid";
  if (claim.credited !== undefined) return "owed";
  if (claim.denial !== undefined) return "denied";
  return claim.rejection === undefined ? "under-review" : "rejected";
}

function countPeriods(
  claims: ClaimsState,
  program: ProgramState,
  policies: readonly PolicyState[],
  now: number,
): PeriodCounts {
  const counts = { covered: 0, over: 0, claimed: 0, released: 0, open: 0, releasable: 0 };
  for (const policy of policies) {
    for (let period = 0; period < policy.periods; period++) {
      counts.covered++;
      const { state, claim } = claims.periodOf(policy, period);
      if (claim !== undefined) counts.claimed++;
      if (state === "released") counts.released++;
      if (claims.startOf(program, policy, period + 1) > now) continue;
      counts.over++;
      if (state !== "open") continue;
      if (claims.releasableFrom(program, policy, period, now) <= now) counts.releasable++;
      else counts.open++;
    }
  }
  return counts;
}

function anchorLines(
  { anchors, program, claims, head }: ReportParts,
  policies: readonly PolicyState[],
  lines: readonly ClaimLine[],
): AnchorLine[] {
  const days = new Set(anchors.daysOf(program.group).map(({ day }) => day));
  for (const policy of policies) {
    for (let period = 1; period <= policy.periods; period++) {
      const end = claims.startOf(program, policy, period);
      if (end <= head.timestamp) days.add(lastDayOf(end));
    }
  }
  const written = new Map(anchors.daysOf(program.group).map((record) => [record.day, record.writes]));
  const group = anchors.groups.get(program.group);
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => {
      const writes = written.get(day) ?? [];
      const correction = writes.findLast((write) => write.correction !== undefined);
      const until = group === undefined ? 0 : anchors.window(group, day).until;
      const status: AnchorStatus =
        writes.length === 0
          ? head.timestamp > until
            ? "missed"
            : "pending"
          : correction === undefined
            ? "anchored"
            : correction.correction?.previousRoot === 0n
              ? "written-late"
              : "corrected";
      const used = lines.filter(({ anchorDay }) => anchorDay === day);
      return {
        day,
        status,
        writes: writes.map((write) => ({
          root: write.root,
          time: write.time,
          transaction: write.transaction,
          reason: write.correction?.reason,
        })),
        claims: used.length,
        claimsBeforeCorrection:
          correction === undefined ? 0 : used.filter(({ inputs }) => inputs[1] !== correction.root).length,
      };
    });
}

function reliesOn({ head, chainId, keys, circuits, program }: ReportParts): string[] {
  const family = circuits.lineOf(program.circuit);
  const development = family.filter(({ keyKind }) => keyKind === "development").map(({ name }) => name);
  return [
    `One node's word for the chain up to block ${head.number} with hash ${head.hash}. It can leave out anything whose absence leaves no gap in numbers, ledgers, receipts or the contracts' state, and it can invent a whole consistent chain. Compare that hash with someone else's node, or run the audit against a second node.`,
    "Receipts and state are taken as given; they are not checked against the block's Merkle roots.",
    `The verification keys of this repository (${[...new Set([...keys.values()].map(({ circuit }) => circuit))].join(", ")}), known by the hashes that the circuit registry names. That a key belongs to its circuit is what \`hardhat circuits check\` shows.`,
    "The code of the contracts is what this repository says; `npm run deploy` compares it when it deploys.",
    ...(development.length === 0
      ? []
      : [
          `Nothing protects against forged proofs of ${development.join(", ")} on chain ${chainId}: the keys are development keys, whose trapdoor is public.`,
        ]),
    "A proof shows that anchored readings meet the terms. Whether the readings are true is up to sensors, sealers and the attester, as the program's assurance class says.",
    "Off-chain conduct is not visible: heads that the attester refused or left out, reviews argued elsewhere, who controls an account.",
  ];
}

function countOf<K extends string, T>(
  keys: readonly K[],
  items: readonly T[],
  keyOf: (item: T) => K,
): Record<K, number> {
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  for (const item of items) counts[keyOf(item)]++;
  return counts;
}

function sumOf(transfers: readonly { value: bigint }[]): bigint {
  return transfers.reduce((sum, { value }) => sum + value, 0n);
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : Math.round((sorted[middle - 1]! + sorted[middle]!) / 2);
}
