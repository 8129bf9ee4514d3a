// SPDX-License-Identifier: GPL-3.0-or-later

import { type AuditReport, type Finding, printable, reportHtml, verdictOf } from "@vitalproof/audit";
import { formatAmount } from "@vitalproof/sdk";
import { Fragment } from "react";
import { Button } from "react-aria-components";
import { toJson } from "../data/csv.ts";
import { download } from "../ui/download.ts";
import { Hex, Notice } from "../ui/parts.tsx";
import { counted, dateTime } from "../words/format.ts";
import { Claims } from "./Claims.tsx";
import { Money } from "./Money.tsx";
import { type Column, PagedTable } from "./PagedTable.tsx";
import { Anchors, Circuits, Consents, Invariants, Stops } from "./tables.tsx";

/** What an audit found, for reading and as files. */
export function Report({ report }: { report: AuditReport }) {
  const { findings, reliesOn } = report;
  return (
    <>
      <Outcome report={report} />
      <Figures report={report} />
      <section className="card">
        <h2>
          Findings <span className="hint">{findings.length}</span>
        </h2>
        {findings.length === 0 ? (
          <p>No error, no warning, no notice.</p>
        ) : (
          <PagedTable
            label="Findings, errors first"
            columns={FINDING_COLUMNS}
            rows={findings}
            keyOf={(_, i) => String(i)}
          />
        )}
      </section>
      <Claims claims={report.claims} />
      <Money report={report} />
      <Anchors anchors={report.anchors} />
      <Consents consents={report.consents} />
      <Circuits circuits={report.circuits} />
      <Stops stops={report.stops} />
      <Invariants invariants={report.invariants} />
      <Subject report={report} />
      <section className="card">
        <h2>What this rests on</h2>
        <ul className="says whole">
          {reliesOn.map((sentence) => (
            <li key={sentence}>{printable(sentence)}</li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Outcome({ report }: { report: AuditReport }) {
  const { chain, program, summary } = report;
  const { holds, sentence } = verdictOf(report);
  const file = `audit-program-${program.id}-block-${chain.toBlock}`;
  return (
    <section className="stack" aria-label="Verdict">
      <Notice kind={!holds ? "error" : summary.findings.warning > 0 ? "warning" : "good"} title={sentence}>
        Chain {String(chain.chainId)}, blocks {chain.fromBlock.toLocaleString("en-GB")} to{" "}
        {chain.toBlock.toLocaleString("en-GB")}, {dateTime(chain.time)}.
      </Notice>
      <div className="actions">
        <Button onPress={() => download(`${file}.json`, "application/json", toJson(report))}>
          Save as JSON
        </Button>
        <Button onPress={() => download(`${file}.html`, "text/html", reportHtml(report))}>
          Save as HTML
        </Button>
      </div>
    </section>
  );
}

function Figures({ report: { summary, periods } }: { report: AuditReport }) {
  const { findings } = summary;
  const figures: [string, number][] = [
    ["Errors", findings.error],
    ["Warnings", findings.warning],
    ["Notices", findings.notice],
    ["Events read", summary.events],
    ["Policies", summary.policies],
    ["Claims", summary.claims],
    ["Proofs verified here", summary.proofsVerified],
  ];
  return (
    <section className="card" aria-label="Summary">
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.toLocaleString("en-GB")}</dd>
          </div>
        ))}
      </dl>
      <p className="hint audit-periods">
        Of {counted(periods.covered, "period")} that policies cover, {periods.over} are over:{" "}
        {periods.claimed} claimed, {periods.released} released, {periods.open} still open,{" "}
        {periods.releasable} lapsed and to be released.
      </p>
    </section>
  );
}

/** What was audited, as the chain names it and not as config.json does. */
function Subject({ report: { program, contracts, token } }: { report: AuditReport }) {
  const addresses = [
    ["Insurer", program.insurer],
    ["Claims contract", contracts.claims],
    ["Anchor registry", contracts.anchors],
    ["Consent registry", contracts.consents],
    ["Health ledger", contracts.ledger],
    ["Scope registry", contracts.scopes],
    ["Circuit registry", contracts.circuits],
    [`Token ${printable(token.symbol)}`, token.address],
  ] as const;
  return (
    <section className="card" aria-label="What was audited">
      <h2>What was audited</h2>
      <dl className="facts">
        {addresses.map(([name, address]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <Hex value={address} kind="address" />
            </dd>
          </Fragment>
        ))}
        <dt>Benefit</dt>
        <dd>{formatAmount(program.benefit, token)} per met period</dd>
        <dt>Attester</dt>
        <dd>
          group {String(program.group)}, {program.assurance}
        </dd>
      </dl>
    </section>
  );
}

const FINDING_COLUMNS: readonly Column<Finding>[] = [
  { title: "Severity", cell: ({ severity }) => <span className={`state ${severity}`}>{severity}</span> },
  { title: "Code", cell: ({ code }) => <code>{code}</code> },
  { title: "What was found", kind: "sentence", cell: ({ sentence }) => printable(sentence) },
  { title: "Block", kind: "number", cell: ({ block }) => block?.toLocaleString("en-GB") ?? "—" },
  {
    title: "Transaction",
    cell: ({ transaction }) => (transaction === undefined ? "—" : <Hex value={transaction} kind="tx" />),
  },
];
