// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
import { encodeBase64, sha256, toUtf8Bytes } from "ethers";
import { dayDate, duration, escapeHtml, utc } from "./format.ts";
import type { AuditReport } from "./report.ts";
import { anchorsPlot, claimsPlot, latencyPlot, ledgerPlot } from "./svg.ts";
import { verdictOf } from "./verdict.ts";

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1a1a;--soft:#5a5a5a;--line:#d5d5d5;--card:#f6f6f6;
--c1:#0072b2;--c2:#56b4e9;--c3:#b8860b;--c4:#d55e00;--c5:#aa3377;--c6:#117755;--bad:#b00020;--ok:#117755}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#ececec;--soft:#b0b4b8;--line:#3a3f44;--card:#1e2226;
--c1:#5aaee8;--c2:#9ad7ff;--c3:#f0c850;--c4:#ff9a57;--c5:#e79ac6;--c6:#5fd0a0;--bad:#ff8a95;--ok:#5fd0a0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
p{margin:.4rem 0}.soft,figcaption,caption{color:var(--soft);font-size:.9rem}
caption{text-align:left;padding:.2rem 0}
.verdict{padding:.8rem 1rem;border:2px solid;border-radius:.4rem;font-weight:600;margin:1rem 0}
.verdict.ok{border-color:var(--ok)}.verdict.bad{border-color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{background:var(--card)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.id{font-family:ui-monospace,monospace;font-size:.78rem;overflow-wrap:anywhere;min-width:9rem}
.error td:first-child,.broken td:nth-child(2){color:var(--bad);font-weight:600}
figure{margin:1rem 0}svg{width:100%;height:auto;background:var(--card);border-radius:.3rem}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0;font-size:.85rem}
.key{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;border-radius:2px}
.o-paid,.m-paid,.l-paid{fill:var(--c6);background:var(--c6)}.o-owed,.m-owed{fill:var(--c2);background:var(--c2)}
.o-under-review,.m-reserved{fill:var(--c3);background:var(--c3)}.o-rejected{fill:var(--c5);background:var(--c5)}
.o-denied,.m-withdrawn{fill:var(--c4);background:var(--c4)}.m-free{fill:var(--c1);background:var(--c1)}
.a-anchored,.l-claim{fill:var(--c1);background:var(--c1)}.a-corrected{fill:var(--c3);background:var(--c3)}
path.a-missed{stroke:var(--bad);stroke-width:2;fill:none}.key.a-missed{background:var(--bad)}
circle.a-pending{fill:none;stroke:var(--soft);stroke-width:1.5}.key.a-pending{background:var(--soft)}
.a-link{stroke:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:11px}h2{break-after:avoid}figure,tr{break-inside:avoid}.scroll{overflow:visible}}
`;

/**
 * The report as one HTML file: nothing is loaded from anywhere, nothing runs, every value is escaped. The content
 * security policy says so to the browser as well; the only style it allows is the one whose hash it names.
 */
export function reportHtml(report: AuditReport): string {
  const hash = encodeBase64(sha256(toUtf8Bytes(STYLE)));
  const { program, chain, summary } = report;
  const title = `Audit of program ${program.id} on chain ${chain.chainId}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="soft">Blocks ${chain.fromBlock} to ${chain.toBlock}, ${utc(chain.time)} UTC, hash ${escapeHtml(chain.blockHash)}. ${summary.events} events read.</p>
${verdict(report)}
${overview(report)}
<h2>Findings</h2>
${findings(report)}
<h2>Claims</h2>
${claimsPlot(report)}
${claims(report)}
<h2>Money</h2>
${ledgerPlot(report)}
${money(report)}
<h2>Anchors</h2>
${anchorsPlot(report)}
${anchors(report)}
<h2>Latency</h2>
${latencyPlot(report)}
<h2>Policies</h2>
${policies(report)}
<h2>Consents</h2>
${consents(report)}
<h2>Stops and circuits</h2>
${stops(report)}
${circuits(report)}
<h2>Invariants</h2>
${invariants(report)}
<h2>What this rests on</h2>
<ul>${report.reliesOn.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join("")}</ul>
</main>
</body>
</html>
`;
}

type Cell = string | number | bigint | { readonly id: string } | { readonly n: string | number | bigint };

/** A table with a caption and headers; cells are text, identifiers (`id`) or numbers (`n`), all escaped. */
function table(
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

function verdict(report: AuditReport): string {
  const { holds, sentence } = verdictOf(report);
  const [name, role] = holds ? ["ok", "status"] : ["bad", "alert"];
  return `<p class="verdict ${name}" role="${role}">${escapeHtml(sentence)}</p>`;
}

function overview({ program, contracts, token, summary, periods }: AuditReport): string {
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

function findings({ findings: found }: AuditReport): string {
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

function claims({ claims: lines }: AuditReport): string {
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

function money({ ledger, token }: AuditReport): string {
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

function anchors({ anchors: lines }: AuditReport): string {
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

function policies({ policies: lines }: AuditReport): string {
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

function consents({ consents: lines }: AuditReport): string {
  return table(
    "Consents to the insurer for this program",
    ["Consent", "Patient's account", "From", "Until", "Revoked", { n: "Claims" }],
    lines.map(({ id, patient, from, until, revokedAt, claims: used }) => [
      { id },
      { id: patient },
      utc(from),
      utc(until),
      revokedAt === undefined ? "" : utc(revokedAt),
      { n: used },
    ]),
  );
}

function stops({ stops: { pauses, outages, suspensions } }: AuditReport): string {
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

function circuits({ circuits: lines }: AuditReport): string {
  return table(
    "Circuits of the program and their successors",
    ["Circuit", "Key", "Added", "Retired from", "Exposed", "Verification key hash", "Verifier"],
    lines.map((line) => [
      `${line.name} v${line.version}`,
      `${line.keyKind}${line.circuit === undefined ? ", unknown here" : ""}`,
      utc(line.addedAt),
      line.retiredAt === undefined ? "" : utc(line.retiredAt),
      line.exposedAt === undefined ? "" : utc(line.exposedAt),
      { id: line.verificationKeyHash },
      { id: line.verifier },
    ]),
  );
}

function invariants({ invariants: lines }: AuditReport): string {
  return table(
    "Invariants of docs/security.md",
    ["Id", "Status", "Sentence", "How it was looked at"],
    lines.map(({ id, status, sentence, how }) => [id, status, sentence, how]),
    (row) => (lines[row]!.status === "broken" ? "broken" : ""),
  );
}
