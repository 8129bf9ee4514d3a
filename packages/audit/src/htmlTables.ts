// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { dayDate, duration, escapeHtml, sourceOf, utc } from "./format.ts";
import type { AuditReport } from "./report.ts";

type Cell = string | number | bigint | { readonly id: string } | { readonly n: string | number | bigint };

/** A table with a caption and headers; cells are text, identifiers (`id`) or numbers (`n`), all escaped. */
export function table(
  caption: string,
  headers: readonly (string | { readonly n: string })[],
  rows: readonly (readonly Cell[])[],
  classOf: (row: number) => string = () => "",
): string {
  if (rows.length === 0) return `<p class="soft">${escapeHtml(caption)}: none.</p>`;
  const head = headers
    .map((header) =>
      typeof header === "string"
        ? `<th scope="col">${escapeHtml(header)}</th>`
        : `<th scope="col" class="n">${escapeHtml(header.n)}</th>`,
    )
    .join("");
  const body = rows
    .map((row, i) => {
      const cells = row.map((cell) => {
        if (typeof cell !== "object") return `<td>${escapeHtml(String(cell))}</td>`;
        if ("id" in cell) return `<td class="id">${escapeHtml(cell.id)}</td>`;
        return `<td class="n">${escapeHtml(String(cell.n))}</td>`;
      });
      const name = classOf(i);
      return `<tr${name === "" ? "" : ` class="${escapeHtml(name)}"`}>${cells.join("")}</tr>`;
    })
    .join("\n");
  return `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

export function overview({ program, contracts, token, summary, periods }: AuditReport): string {
  return table(
    "Program",
    ["What", "Value"],
    [
      ["insurer", { id: program.insurer }],
      ["claims contract", { id: contracts.claims }],
      ["custody", { id: contracts.custody }],
      ["pause registry", { id: contracts.pauses }],
      ["circuit registry", { id: contracts.circuits }],
      ["anchor registry", { id: contracts.anchors }],
      ["consent registry", { id: contracts.consents }],
      ["health ledger", { id: contracts.ledger }],
      ["scope registry", { id: contracts.scopes }],
      ["token", { id: `${token.address} ${token.symbol}` }],
      ["benefit of a met period", formatAmount(program.benefit, token)],
      ["period", `${program.epochs} × ${duration(program.epochSeconds)}`],
      ["scope, group, assurance class", `${program.scope}, ${program.group}, ${program.assurance}`],
      ["terms", { id: String(program.terms) }],
      ["policies", String(summary.policies)],
      [
        "periods",
        `${periods.covered} covered, ${periods.over} over, ${periods.claimed} claimed, ${periods.released} released, ${periods.open} open, ${periods.releasable} lapsed and to be released`,
      ],
    ],
  );
}

export function findings({ findings: found }: AuditReport): string {
  return table(
    "Findings, errors first",
    ["Severity", "Code", "What was found", "Transaction"],
    found.map(({ severity, code, sentence, transaction }) => [
      severity,
      code,
      sentence,
      { id: transaction ?? "" },
    ]),
    (row) => found[row]!.severity,
  );
}

export function claims({ claims: lines }: AuditReport): string {
  return table(
    "Claims in order of settlement",
    [
      { n: "Policy" },
      { n: "Period" },
      "Period ended",
      "Settled",
      "Paid",
      "Outcome",
      "Circuit",
      "Proof",
      "Root",
      "Transaction",
    ],
    lines.map((claim) => [
      { n: claim.policy },
      { n: claim.period },
      utc(claim.end),
      utc(claim.settledAt),
      claim.paid === undefined ? "" : utc(claim.paid.time),
      [claim.outcome, claim.rejection?.reason, claim.denial?.reason]
        .filter((part) => part !== undefined)
        .join(": "),
      claim.circuitName,
      claim.proof,
      { id: String(claim.inputs[1]) },
      { id: claim.transaction },
    ]),
  );
}

export function money({ ledger, token }: AuditReport): string {
  const rows: [string, bigint | undefined][] = [
    ...Object.entries(ledger.now),
    ["transfers of the token in, all programs", ledger.transfersIn],
    ["transfers of the token out, all programs", ledger.transfersOut],
    ["direct transfers, which belong to no one", ledger.donated],
    ["free, reserved and owed in all programs of the token", ledger.allPrograms],
    ["escrows of other products in the token", ledger.otherProducts],
    ["balance of custody", ledger.balance],
  ];
  const current = table(
    "Money after the last block",
    ["What", { n: "Amount" }],
    rows.map(([name, value]) => [
      name,
      { n: value === undefined ? "not known" : formatAmount(value, token) },
    ]),
  );
  const history = table(
    "Ledger after each event",
    [
      "Time",
      "Event",
      { n: "Funded" },
      { n: "Free" },
      { n: "Reserved" },
      { n: "Owed" },
      { n: "Paid" },
      { n: "Withdrawn" },
    ],
    ledger.history.map((point) => [
      utc(point.time),
      point.event,
      ...[point.funded, point.free, point.reserved, point.owed, point.paid, point.withdrawn].map((value) => ({
        n: formatAmount(value, { ...token, symbol: "" }),
      })),
    ]),
  );
  return `${current}<details><summary>Ledger after each of ${ledger.history.length} events</summary>${history}</details>`;
}

export function anchors({ anchors: lines }: AuditReport): string {
  return table(
    "Anchors by day",
    [
      "Day",
      "Status",
      "Written",
      "Root in force",
      { n: "Claims" },
      { n: "of these before a correction" },
      "Reason",
    ],
    lines.map(({ day, status, writes, claims: used, claimsBeforeCorrection }) => [
      dayDate(day),
      status,
      writes.map(({ time }) => utc(time)).join(", "),
      { id: String(writes.at(-1)?.root ?? "") },
      { n: used },
      { n: claimsBeforeCorrection },
      writes.at(-1)?.reason ?? "",
    ]),
  );
}

export function policies({ policies: lines }: AuditReport): string {
  return table(
    "Policies",
    [
      { n: "Policy" },
      "Issued",
      { n: "First epoch" },
      { n: "Periods" },
      { n: "Owed" },
      { n: "Paid" },
      "Controller",
      "Holder",
    ],
    lines.map((policy) => [
      { n: policy.id },
      utc(policy.issuedAt),
      { n: policy.firstEpoch },
      {
        n:
          policy.periods === policy.periodsIssued
            ? policy.periods
            : `${policy.periods} of ${policy.periodsIssued}`,
      },
      { n: policy.owed },
      { n: policy.paid },
      { id: policy.controller },
      { id: String(policy.holder) },
    ]),
  );
}

export function consents({ consents: lines }: AuditReport): string {
  return table(
    "Consents to the insurer for this program",
    ["Consent", "Source", "Patient's account", "From", "Until", "Revoked", { n: "Claims" }],
    lines.map(({ id, patient, from, until, revokedAt, claims: used, ...line }) => [
      { id },
      sourceOf(line),
      { id: patient },
      utc(from),
      utc(until),
      revokedAt === undefined ? "" : utc(revokedAt),
      { n: used },
    ]),
  );
}

export function stops({ stops: { pauses, outages, suspensions } }: AuditReport): string {
  return table(
    "Pauses, outages and suspensions",
    ["What", "From", "Until", "Reason"],
    [
      ...pauses.map(({ start, end, reason }) => ["pause of new business", utc(start), utc(end), reason]),
      ...outages.map(({ start, end, reason }) => ["outage of the chain", utc(start), utc(end), reason]),
      ...suspensions.map(({ circuit, start, end, reason }) => [
        `suspension of ${circuit}`,
        utc(start),
        utc(end),
        reason,
      ]),
    ],
  );
}

export function circuits({ circuits: lines }: AuditReport): string {
  return table(
    "Circuits of the program and their successors",
    [
      "Circuit",
      "Key",
      "Added",
      "Retired from",
      "Exposed",
      "Verification key hash",
      "Ceremony's transcript",
      "Verifier",
    ],
    lines.map((line) => [
      `${line.name} v${line.version}`,
      `${line.keyKind}${line.circuit === undefined ? ", unknown here" : ""}`,
      utc(line.addedAt),
      line.retiredAt === undefined ? "" : utc(line.retiredAt),
      line.exposedAt === undefined ? "" : utc(line.exposedAt),
      { id: line.verificationKeyHash },
      { id: line.ceremony ?? "" },
      { id: line.verifier },
    ]),
  );
}

export function invariants({ invariants: lines }: AuditReport): string {
  return table(
    "Invariants of docs/security.md",
    ["Id", "Status", "Sentence", "How it was looked at"],
    lines.map(({ id, status, sentence, how }) => [id, status, sentence, how]),
    (row) => (lines[row]!.status === "broken" ? "broken" : ""),
  );
}
