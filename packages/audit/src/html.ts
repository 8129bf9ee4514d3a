// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeBase64, sha256, toUtf8Bytes } from "ethers";
import { escapeHtml, utc } from "./format.ts";
import { STYLE } from "./htmlStyle.ts";
import {
  anchors,
  circuits,
  claims,
  consents,
  findings,
  invariants,
  money,
  overview,
  policies,
  stops,
} from "./htmlTables.ts";
import type { AuditReport } from "./report.ts";
import { anchorsPlot, claimsPlot, latencyPlot, ledgerPlot } from "./svg.ts";
import { verdictOf } from "./verdict.ts";

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

function verdict(report: AuditReport): string {
  const { holds, sentence } = verdictOf(report);
  const [name, role] = holds ? ["ok", "status"] : ["bad", "alert"];
  return `<p class="verdict ${name}" role="${role}">${escapeHtml(sentence)}</p>`;
}
