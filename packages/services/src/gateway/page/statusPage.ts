// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page that shows a nurse how the gateway is doing.
import type { Problem } from "../../operate/status.ts";
import type { AlertRequestStatus } from "../alerts/index.ts";
import type { PolicyState } from "../claims/claimsState.ts";
import type { LogStatus } from "../core/logStatus.ts";
import { Html, html } from "./html.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { agoText, timeText } from "./times.ts";

/** What the page shows. Times are Unix seconds. */
export type PageView = {
  readonly at: number;
  readonly logs: readonly LogStatus[];
  readonly policies: readonly PolicyState[];
  readonly alerts: readonly AlertRequestStatus[];
  readonly problems: readonly Problem[];
};

/** Seconds without a reading after which a device is shown as silent. */
const SILENT = 3_600;

/** @param zone in which times are shown, an IANA name */
export function statusPage(view: PageView, zone: string): string {
  const { at, logs, policies, alerts, problems } = view;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${problems.length === 0 ? "All is well" : `${problems.length} to look at`} · Vitalproof gateway</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<p id="old" role="alert" hidden></p>
<noscript><p>Load this page again to see what is new.</p></noscript>
<header class="${problems.length === 0 ? "well" : "wrong"}">
<h1>${headline(problems.length)}</h1>
<p>${timeText(at, zone)} (${zone})</p>
</header>
<main>
${problemList(problems)}
${logTable(logs, at, zone)}
${alertTable(alerts, zone)}
${claimTable(policies, zone)}
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function headline(problems: number): string {
  if (problems === 0) return "All is well";
  return problems === 1 ? "One thing needs attention" : `${problems} things need attention`;
}

function problemList(problems: readonly Problem[]): Html {
  if (problems.length === 0) return html``;
  return html`<section aria-labelledby="wrong"><h2 id="wrong">What is wrong, and what to do</h2>
<ul class="problems">${problems.map(({ what, todo }) => html`<li><strong>${what}</strong> ${todo}</li>`)}</ul></section>`;
}

function logTable(logs: readonly LogStatus[], at: number, zone: string): Html {
  return html`<section aria-labelledby="logs"><h2 id="logs">People and devices</h2>
<table><thead><tr><th scope="col">Person and what is measured</th><th scope="col">Device: last reading</th>
<th scope="col">Coverage of this day or hour</th><th scope="col">Sealed</th></tr></thead>
<tbody>${logs.map((log) => logRow(log, at, zone))}</tbody></table></section>`;
}

function logRow(log: LogStatus, at: number, zone: string): Html {
  const [person = "", profile = ""] = log.log.split(".");
  return html`<tr><th scope="row">${person}<br><small>${profile}</small></th>
<td>${log.devices.map(({ name, lastTime }) => deviceLine(name, lastTime, at, zone))}</td>
<td>${coverage(log)}</td><td>${sealed(log)}</td></tr>`;
}

function deviceLine(name: string, lastTime: number | undefined, at: number, zone: string): Html {
  if (lastTime === undefined) return html`<div class="late">${name}: nothing yet</div>`;
  const isSilent = at - lastTime > SILENT;
  return html`<div class="${isSilent ? "late" : ""}" title="${timeText(lastTime, zone)}">${name}: ${agoText(at - lastTime)}</div>`;
}

function coverage({ running, stopped, isOpen }: LogStatus): Html {
  if (stopped !== undefined) return html`<span class="late">stopped</span>`;
  if (!isOpen || running === undefined) return html`<span class="late">not open yet</span>`;
  const { readings, due, samples } = running;
  if (due === 0) return html`begins later`;
  const share = Math.min(100, Math.floor((100 * readings) / due));
  return html`<meter min="0" max="100" low="70" optimum="100" value="${share}" title="${readings} of ${due} so far; ${samples} in all">${share} %</meter> ${share} %`;
}

function sealed({ accepted, unsent, gaps }: LogStatus): Html {
  const waiting = unsent === 0 ? "" : `, ${unsent} waiting for the attester`;
  const lost = gaps === 0 ? html`` : html`, <span class="late">${gaps} lost</span>`;
  return html`${accepted} confirmed${waiting}${lost}`;
}

function alertTable(alerts: readonly AlertRequestStatus[], zone: string): Html {
  if (alerts.length === 0) return html``;
  return html`<section aria-labelledby="alerts"><h2 id="alerts">Alerts</h2>
<table><thead><tr><th scope="col">Person and what is measured</th><th scope="col">Last alert</th>
<th scope="col">So far</th><th scope="col">From the last message to the verified alert</th></tr></thead>
<tbody>${alerts.map((alert) => alertRow(alert, zone))}</tbody></table></section>`;
}

function alertRow({ log, circuits, last, counts, latency }: AlertRequestStatus, zone: string): Html {
  const { delivered, proving, proven, expired, refused } = counts;
  const waiting = proving + proven;
  const late = expired + refused;
  const times =
    latency === undefined ? "" : `${seconds(latency.median)} usually, ${seconds(latency.worst)} at worst`;
  return html`<tr><th scope="row">${log}<br><small>${circuits.join(", ")}</small></th>
<td>${last === undefined ? "none" : timeText(last.verifiedAt, zone)}</td>
<td>${delivered} delivered${waiting === 0 ? "" : `, ${waiting} on their way`}${late === 0 ? html`` : html`, <span class="late">${late} not</span>`}</td>
<td>${times}</td></tr>`;
}

function seconds(value: number): string {
  return `${Math.round(value)} s`;
}

const STATES = {
  open: "waiting",
  ready: "being proven",
  proven: "proven",
  sent: "on its way",
  settled: "on the chain",
  final: "final",
  unmet: "not met",
  lapsed: "not claimed in time",
  refused: "refused",
} as const satisfies Record<PolicyState["latest"][number]["state"], string>;

function claimTable(policies: readonly PolicyState[], zone: string): Html {
  if (policies.length === 0) return html``;
  return html`<section aria-labelledby="claims"><h2 id="claims">Claims</h2>
<table><thead><tr><th scope="col">Policy</th><th scope="col">Person</th><th scope="col">So far</th>
<th scope="col">Latest periods</th></tr></thead>
<tbody>${policies.map((policy) => claimRow(policy, zone))}</tbody></table></section>`;
}

function claimRow({ policy, person, claims, latest, running, periods }: PolicyState, zone: string): Html {
  const counts = Object.entries(claims).map(
    ([state, count]) => html`<div>${count} ${STATES[state as keyof typeof STATES]}</div>`,
  );
  const next =
    running === undefined
      ? html`<div>all ${periods} are over</div>`
      : html`<div>period ${running.period} ends ${timeText(running.end, zone)}</div>`;
  const lines = latest.map(({ period, state, reason }) => {
    const because = reason === undefined ? "" : ` (${reason})`;
    return html`<div>${period}: ${STATES[state]}${because}</div>`;
  });
  return html`<tr><th scope="row">${policy}</th><td>${person}</td><td>${counts}${next}</td><td>${lines}</td></tr>`;
}
