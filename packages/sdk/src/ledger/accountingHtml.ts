// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page to read and to print, in one file: no script, nothing that is loaded, every text escaped.
import type { Disclosure } from "./accounting.ts";
import {
  type AccountingReport,
  actorName,
  CLASS_WORDS,
  clockOf,
  limitsOf,
  PURPOSE_WORDS,
  ROLE_WORDS,
  utcText,
} from "./accountingWords.ts";

export type HtmlOptions = {
  /** IANA name or fixed offset: the reader's clocks. */
  readonly zone: string;
};

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
  caption { text-align: left; font-weight: 600; padding: .5rem 0; }
  th, td { border: 1px solid #8a8a8a; padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { background: #eee; }
  small { color: #444; display: block; }
  .emergency td { border-left-width: 4px; font-weight: 600; }
  @page { size: A4 landscape; margin: 12mm; }
  @media print {
    body { margin: 0; max-width: none; font-size: 10pt; }
    thead { display: table-header-group; }
    tr { break-inside: avoid; }
    th { background: none; }
  }
`;

/**
 * "Who looked, when, why" for a lay reader: each access in the reader's zone and in UTC, gaps, and what is not shown.
 * @throws ZONE_REQUIRED, ZONE_UNKNOWN, INVALID_ARGUMENT
 */
export function accountingHtml(report: AccountingReport, { zone }: HtmlOptions): string {
  const { accounting, made } = report;
  const { counts, tried } = accounting;
  const clock = clockOf(zone);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Who looked, when, why</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Who looked, when, why</h1>
<p>This list shows who looked at health data under the consents that were checked. It was made on ${escaped(clock(made))}
(${escaped(utcText(made))}) from ${tried.batches} batches of the public log. Times are those of ${escaped(zone)}, with UTC below them.</p>
<p>Accesses: ${counts.rows}. In an emergency, outside of the consent: ${counts.emergencies}. Logged late: ${counts.late}.</p>
${rowsTable(report, clock)}
<h2>Times without a log</h2>
${gapsTable(report, clock)}
<h2>What this list does not show</h2>
<ul>
${limitsOf(accounting)
  .map((limit) => `<li>${escaped(limit)}</li>`)
  .join("\n")}
</ul>
</main>
</body>
</html>
`;
}

type Clock = (time: number) => string;

function rowsTable({ accounting, custodianOf }: AccountingReport, clock: Clock): string {
  if (accounting.rows.length === 0) return "<p>No access was found.</p>";
  const rows = accounting.rows.map((row) => {
    const custodian = custodianOf(row.address, row.at);
    const name = actorName(custodian, row);
    const number = `Number ${row.actor} of ${custodian.name}`;
    const who = `${name === undefined ? text(number) : `${text(name)}<small>${text(number)}</small>`}<small>${escaped(ROLE_WORDS[row.role])}</small>`;
    const proof = `<small>${text(row.transaction)}, record ${row.index}</small><small>page ${row.address.page}, slot ${row.slot}</small>`;
    const cells = [
      times(row.at, clock),
      who,
      escaped(PURPOSE_WORDS[row.purpose]),
      escaped(CLASS_WORDS[row.class]),
      notesOf(row, clock).map(escaped).join("<br>"),
      proof,
    ];
    const mark = row.emergency ? ' class="emergency"' : "";
    return `<tr${mark}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const heads = ["When", "Who", "Why", "What", "Notes", "Where the log has it"];
  return tableOf("Accesses, the earliest first", heads, rows);
}

function notesOf({ emergency, late, doubtful, logged }: Disclosure, clock: Clock): string[] {
  return [
    ...(emergency ? ["Emergency: outside of the consent"] : []),
    ...(late ? [`Logged late, on ${clock(logged)}`] : []),
    ...(doubtful ? ["Doubtful: may be someone else's"] : []),
  ];
}

function gapsTable({ accounting, custodianOf }: AccountingReport, clock: Clock): string {
  if (accounting.gaps.length === 0) {
    if (accounting.tried.batches === 0) return "<p>Nothing has been logged yet.</p>";
    return "<p>There are none in the time that was checked.</p>";
  }
  const rows = accounting.gaps.map(({ address, from, until }) => {
    const cells = [
      times(from * 60, clock),
      times(until * 60, clock),
      String(until - from),
      text(custodianOf(address, from * 60).name),
      `page ${address.page}`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const heads = ["From", "Until", "Minutes", "Custodian", "Where"];
  return tableOf("The custodian said nothing about these times", heads, rows);
}

function tableOf(caption: string, heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
  return `<table>
<caption>${escaped(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
}

function times(time: number, clock: Clock): string {
  const utc = utcText(time);
  return `<time datetime="${utc}">${escaped(clock(time))}</time><small>${utc.slice(0, 16).replace("T", " ")} UTC</small>`;
}

/** Text from others: escaped, and isolated so that its writing direction does not affect what follows. */
function text(value: string): string {
  return `<bdi>${escaped(value)}</bdi>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(value: string): string {
  return value.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!).replaceAll(/\p{Cc}/gu, "\ufffd");
}
