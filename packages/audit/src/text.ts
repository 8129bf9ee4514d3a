// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { date, dayDate, duration, printable, sourceOf, utc } from "./format.ts";
import type { AuditReport } from "./report.ts";

/** The report as lines for a terminal. */
export function reportLines(report: AuditReport): string[] {
  const { chain, program, summary, ledger, token, circuits, periods } = report;
  const money = (value: bigint) => formatAmount(value, token);
  const { error, warning, notice } = summary.findings;
  const lines = [
    `Audit of program ${program.id} on chain ${chain.chainId}, blocks ${chain.fromBlock} to ${chain.toBlock} (${utc(chain.time)} UTC)`,
    `  block hash ${chain.blockHash}`,
    `  claims contract ${report.contracts.claims}, custody ${report.contracts.custody}, insurer ${program.insurer}`,
    `  ${program.assurance} group ${program.group}; ${money(program.benefit)} for each met period of ${program.epochs} × ${duration(program.epochSeconds)}`,
    "",
    "Circuits",
    ...circuits.map(
      ({ name, version, keyKind, ceremony, circuit, retiredAt, exposedAt }) =>
        `  ${name} v${version}: ${keyKind} key${ceremony === undefined ? "" : ` of a ceremony with the transcript ${ceremony}`}${circuit === undefined ? ", unknown here" : ""}${retiredAt === undefined ? "" : `, retired from ${utc(retiredAt)}`}${exposedAt === undefined ? "" : `, exposed as forgeable at ${utc(exposedAt)}`}`,
    ),
    "",
    "Claims",
    `  ${summary.claims} settled, ${summary.proofsVerified} proofs verified here`,
    `  ${Object.entries(summary.outcomes)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(", ")}`,
    `  of ${periods.covered} periods in ${summary.policies} policies: ${periods.over} over, ${periods.claimed} claimed, ${periods.released} released, ${periods.open} still open, ${periods.releasable} lapsed and to be released`,
    ...(report.latency.paymentMedian === undefined
      ? []
      : [`  median from period end to payment: ${duration(report.latency.paymentMedian)}`]),
    "",
    "Money",
    ...Object.entries(ledger.now).map(([name, value]) => `  ${name.padEnd(10)} ${money(value)}`),
    `  transfers in ${money(ledger.transfersIn)}, out ${money(ledger.transfersOut)}; custody holds ${ledger.balance === undefined ? "(not known)" : money(ledger.balance)}, all programs in the token have ${money(ledger.allPrograms)}, other products ${money(ledger.otherProducts)}`,
    "",
    "Anchors",
    `  ${count(report.anchors.map(({ status }) => status))}`,
    ...report.anchors
      .filter(({ status }) => status !== "anchored")
      .map(
        ({ day, status, writes, claimsBeforeCorrection }) =>
          `  ${dayDate(day)} ${status}${writes.at(-1)?.reason === undefined ? "" : `: "${printable(writes.at(-1)!.reason!)}"`}${claimsBeforeCorrection === 0 ? "" : ` (${claimsBeforeCorrection} claims settled before)`}`,
      ),
    "",
    "Stops",
    ...(Object.values(report.stops).flat().length === 0 ? ["  none"] : []),
    ...report.stops.pauses.map(
      ({ start, end, reason }) => `  pause ${utc(start)} to ${utc(end)}: "${printable(reason)}"`,
    ),
    ...report.stops.outages.map(
      ({ start, end, reason }) => `  outage ${utc(start)} to ${utc(end)}: "${printable(reason)}"`,
    ),
    ...report.stops.suspensions.map(
      ({ start, end, reason, circuit }) =>
        `  ${circuit} suspended ${utc(start)} to ${utc(end)}: "${printable(reason)}"`,
    ),
    "",
    "Consents",
    ...report.consents.map(
      ({ id, from, until, revokedAt, claims, ...line }) =>
        `  ${id.slice(0, 18)}… ${date(from)} to ${date(until)}, ${sourceOf(line)}, ${claims} claims${revokedAt === undefined ? "" : `, revoked ${utc(revokedAt)}`}`,
    ),
    "",
    "Invariants",
    `  ${count(report.invariants.map(({ status }) => status))}`,
    ...report.invariants
      .filter(({ status }) => status !== "holds")
      .map(({ id, sentence, status }) => `  ${id} ${status}: ${sentence}`),
    "",
    "This rests on",
    ...report.reliesOn.map((sentence) => `  - ${sentence}`),
    "",
    `Findings: ${error} errors, ${warning} warnings, ${notice} notices`,
    ...report.findings.map(
      ({ severity, code, sentence, transaction }) =>
        `  ${severity.toUpperCase()} ${code}: ${printable(sentence)}${transaction === undefined ? "" : `\n    transaction ${transaction}`}`,
    ),
  ];
  return lines;
}

function count(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, number]) => `${number} ${word}`).join(", ") || "none";
}
