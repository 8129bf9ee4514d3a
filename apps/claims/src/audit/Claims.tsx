// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimLine, OUTCOMES, type Outcome, printable } from "@vitalproof/audit";
import { useState } from "react";
import { Choice, Hex } from "../ui/parts.tsx";
import { counted, dateTime } from "../words/format.ts";
import { type Column, PagedTable } from "./PagedTable.tsx";

/** Every settled claim, and whether its proof verified here. */
export function Claims({ claims }: { claims: readonly ClaimLine[] }) {
  const [wanted, setWanted] = useState<"all" | "unverified" | Outcome>("all");
  const shown = claims.filter(
    ({ outcome, proof }) =>
      wanted === "all" || (wanted === "unverified" ? proof !== "verified" : outcome === wanted),
  );
  return (
    <section className="card">
      <h2>
        Claims <span className="hint">{claims.length}</span>
      </h2>
      {claims.length === 0 ? (
        <p>No claim was settled.</p>
      ) : (
        <>
          <div className="filters">
            <Choice
              label="Show"
              value={wanted}
              options={[
                ["all", "All claims"],
                ["unverified", "Proof not verified here"],
                ...OUTCOMES.map((each) => [each, each.replace("-", " ")] as const),
              ]}
              onChange={setWanted}
            />
            <p role="status" className="hint">
              {counted(shown.length, "claim")} shown
            </p>
          </div>
          <PagedTable
            label="Claims in order of settlement"
            columns={COLUMNS}
            rows={shown}
            keyOf={({ policy, period, transaction }, i) => `${policy}/${period}/${transaction}/${i}`}
          />
        </>
      )}
    </section>
  );
}

const PROOF: Readonly<Record<ClaimLine["proof"], string>> = {
  verified: "proof verified here",
  invalid: "proof does not verify",
  missing: "no proof in its transaction",
  "key-unknown": "key unknown here, proof not verified",
  "not-checked": "proof not checked",
};

const COLUMNS: readonly Column<ClaimLine>[] = [
  {
    title: "Claim",
    cell: ({ policy, period }) => `Policy ${policy}, period ${period}`,
  },
  {
    title: "Proof",
    cell: ({ proof, circuitName }) => (
      <>
        <span className={`state ${proof === "verified" ? "verified" : "error"}`}>{PROOF[proof]}</span>
        <div className="hint">{printable(circuitName)}</div>
      </>
    ),
  },
  {
    title: "Outcome",
    cell: ({ outcome, rejection, denial }) => {
      const reason = denial?.reason ?? rejection?.reason;
      return (
        <>
          {outcome.replace("-", " ")}
          {reason === undefined ? null : <div className="hint">“{printable(reason)}”</div>}
        </>
      );
    },
  },
  { title: "Period ended", cell: ({ end }) => dateTime(end) },
  { title: "Settled", cell: ({ settledAt }) => dateTime(settledAt) },
  { title: "Paid", cell: ({ paid }) => (paid === undefined ? "—" : dateTime(paid.time)) },
  { title: "Block", kind: "number", cell: ({ block }) => block.toLocaleString("en-GB") },
  { title: "Transaction", cell: ({ transaction }) => <Hex value={transaction} kind="tx" /> },
];
