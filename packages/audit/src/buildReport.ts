// SPDX-License-Identifier: GPL-3.0-or-later
import { anchorLines } from "./anchorLines.ts";
import type { ClaimsState } from "./claims/state.ts";
import type { ClaimState, PolicyState, ProgramState } from "./claims/types.ts";
import { consentsTo } from "./consentSources.ts";
import { invariantLines } from "./invariants.ts";
import { reliesOn } from "./reliesOn.ts";
import { type AuditReport, type ClaimLine, OUTCOMES, type Outcome, type PeriodCounts } from "./report.ts";
import type { ReportParts } from "./reportParts.ts";
import { totalOf } from "./views/money.ts";

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
      keyKind: record.ceremony === undefined ? "development" : "production",
      ceremony: record.ceremony,
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
    consents: consentsTo(parts, program).map(
      ({ id, source, consent, grantedAt, revokedAt, claims: used }) => {
        const bound = parts.healthLedger.consents.get(id);
        return {
          id,
          source,
          page: bound?.page,
          slot: bound?.slot,
          patient: consent.patient,
          from: consent.from,
          until: consent.until,
          grantedAt,
          revokedAt,
          claims: used.length,
        };
      },
    ),
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
