// SPDX-License-Identifier: GPL-3.0-or-later

import {
  type AnchorLine,
  type AuditReport,
  type CircuitLine,
  type ConsentLine,
  type InvariantLine,
  printable,
  sourceOf,
} from "@vitalproof/audit";
import { DAY } from "@vitalproof/sdk";
import { Hex } from "../ui/parts.tsx";
import { dateTime, utcDate } from "../words/format.ts";
import { type Column, PagedTable } from "./PagedTable.tsx";

/** A heading with the number of rows, and the rows. */
function Listed<T>({
  title,
  none,
  ...table
}: {
  title: string;
  /** What is said where there is no row. */
  none: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T, index: number) => string;
}) {
  return (
    <section className="card">
      <h2>
        {title} <span className="hint">{table.rows.length}</span>
      </h2>
      {table.rows.length === 0 ? <p>{none}</p> : <PagedTable label={title} {...table} />}
    </section>
  );
}

const ANCHOR: Readonly<Record<AnchorLine["status"], readonly [name: string, state: string]>> = {
  anchored: ["anchored", "verified"],
  corrected: ["corrected", "warning"],
  "written-late": ["written late, by a correction", "warning"],
  missed: ["no anchor", "error"],
  pending: ["still in time", "notice"],
};

export function Anchors({ anchors }: { anchors: readonly AnchorLine[] }) {
  return (
    <Listed
      title="Anchors and corrections, by day"
      none="No day was anchored, and none had to be."
      rows={anchors}
      keyOf={({ day }) => String(day)}
      columns={[
        { title: "Day, UTC", cell: ({ day }) => utcDate(day * DAY) },
        {
          title: "Status",
          cell: ({ status, writes }) => {
            const [name, state] = ANCHOR[status];
            const reason = writes.at(-1)?.reason;
            return (
              <>
                <span className={`state ${state}`}>{name}</span>
                {reason === undefined ? null : <div className="hint">“{printable(reason)}”</div>}
              </>
            );
          },
        },
        {
          title: "Written",
          cell: ({ writes }) =>
            writes.length === 0
              ? "—"
              : writes.map(({ time, transaction }) => (
                  <div key={transaction}>
                    {dateTime(time)} <Hex value={transaction} kind="tx" />
                  </div>
                )),
        },
        { title: "Claims", kind: "number", cell: ({ claims }) => claims },
        {
          title: "Of these before a correction",
          kind: "number",
          cell: ({ claimsBeforeCorrection }) => claimsBeforeCorrection,
        },
      ]}
    />
  );
}

export function Consents({ consents }: { consents: readonly ConsentLine[] }) {
  return (
    <Listed
      title="Consents to the insurer for this program"
      none="Nobody consented."
      rows={consents}
      keyOf={({ id }) => id}
      columns={[
        { title: "Consent", cell: ({ id }) => <Hex value={id} /> },
        { title: "Source", cell: sourceOf },
        { title: "Patient's account", cell: ({ patient }) => <Hex value={patient} kind="address" /> },
        { title: "From", cell: ({ from }) => dateTime(from) },
        { title: "Until", cell: ({ until }) => dateTime(until) },
        {
          title: "Revoked",
          cell: ({ revokedAt }) => (revokedAt === undefined ? "—" : dateTime(revokedAt)),
        },
        { title: "Claims", kind: "number", cell: ({ claims }) => claims },
      ]}
    />
  );
}

export function Circuits({ circuits }: { circuits: readonly CircuitLine[] }) {
  return (
    <Listed
      title="Circuits and keys used"
      none="The program's circuit is not in the registry."
      rows={circuits}
      keyOf={({ id }) => id}
      columns={[
        { title: "Circuit", cell: ({ name, version }) => `${printable(name)} v${version}` },
        {
          title: "Key",
          cell: ({ circuit, keyKind, ceremony, verificationKeyHash }) => (
            <>
              {keyKind} key, {circuit === undefined ? "unknown here" : `of the circuit ${circuit}`}
              <div className="hint">
                hash <Hex value={verificationKeyHash} />
              </div>
              {ceremony === undefined ? null : (
                <div className="hint">
                  transcript of its ceremony <Hex value={ceremony} />
                </div>
              )}
            </>
          ),
        },
        { title: "Verifier", cell: ({ verifier }) => <Hex value={verifier} kind="address" /> },
        { title: "Added", cell: ({ addedAt }) => dateTime(addedAt) },
        {
          title: "Retired from",
          cell: ({ retiredAt }) => (retiredAt === undefined ? "—" : dateTime(retiredAt)),
        },
        {
          title: "Exposed as forgeable",
          cell: ({ exposedAt }) => (exposedAt === undefined ? "—" : dateTime(exposedAt)),
        },
      ]}
    />
  );
}

export function Stops({ stops: { pauses, outages, suspensions } }: { stops: AuditReport["stops"] }) {
  const rows = [
    ...pauses.map((stop) => ({ ...stop, what: "pause of new business" })),
    ...outages.map((stop) => ({ ...stop, what: "outage of the chain" })),
    ...suspensions.map((stop) => ({ ...stop, what: `suspension of ${stop.circuit}` })),
  ];
  return (
    <Listed
      title="Pauses, outages and suspensions"
      none="There was none."
      rows={rows}
      keyOf={({ what, start }) => `${what}/${start}`}
      columns={[
        { title: "What", cell: ({ what }) => printable(what) },
        { title: "From", cell: ({ start }) => dateTime(start) },
        { title: "Until", cell: ({ end }) => dateTime(end) },
        { title: "Reason", kind: "sentence", cell: ({ reason }) => printable(reason) },
      ]}
    />
  );
}

const INVARIANT: Readonly<Record<InvariantLine["status"], string>> = {
  holds: "verified",
  broken: "error",
  "not shown": "notice",
};

export function Invariants({ invariants }: { invariants: readonly InvariantLine[] }) {
  return (
    <Listed
      title="Invariants"
      none="None was looked at."
      rows={invariants}
      keyOf={({ id }) => id}
      columns={[
        { title: "Id", cell: ({ id }) => id },
        {
          title: "Status",
          cell: ({ status }) => <span className={`state ${INVARIANT[status]}`}>{status}</span>,
        },
        { title: "Sentence", kind: "sentence", cell: ({ sentence }) => sentence },
        { title: "How it was looked at", kind: "sentence", cell: ({ how }) => how },
      ]}
    />
  );
}
