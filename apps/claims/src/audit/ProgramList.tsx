// SPDX-License-Identifier: GPL-3.0-or-later

import { circuitOfId, formatAmount } from "@vitalproof/sdk";
import { headlineOf } from "../data/circuits.ts";
import type { ProgramRow } from "../data/ledger.ts";
import { tokenOf, useApp, useChain } from "../ui/app.tsx";
import { Empty, Hex, Loading } from "../ui/parts.tsx";
import { type Column, PagedTable } from "./PagedTable.tsx";

/** What can be audited: every program that the claims contract tells of. */
export function ProgramList() {
  const { config } = useApp();
  const { ledger } = useChain();
  const money = (title: string, part: "free" | "reserved" | "owed" | "paid"): Column<ProgramRow> => ({
    title,
    kind: "number",
    cell: (program) => formatAmount(program[part], tokenOf(config, program.token)),
  });
  const columns: readonly Column<ProgramRow>[] = [
    { title: "Program", cell: ({ id }) => <a href={`#/audit/${id}`}>Audit program {String(id)}</a> },
    {
      title: "Circuit",
      kind: "sentence",
      cell: ({ circuit, terms }) => (
        <>
          {circuitOfId(circuit)?.name ?? "unknown here"}
          <div className="hint">{headlineOf(terms)}</div>
        </>
      ),
    },
    { title: "Insurer", cell: ({ insurer }) => <Hex value={insurer} kind="address" /> },
    money("Free", "free"),
    money("Reserved", "reserved"),
    money("Owed", "owed"),
    money("Paid out", "paid"),
  ];
  return (
    <>
      <h1>Audit</h1>
      <p>
        An audit compares a program with everything on the chain: it executes every rule again, verifies every
        proof in this browser and adds up the money. It only reads: nothing is signed, no wallet is needed.
      </p>
      {ledger === undefined ? (
        <Loading what="Reading the chain" />
      ) : ledger.programs.size === 0 ? (
        <Empty title="Nobody has published a program yet.">There is nothing to audit.</Empty>
      ) : (
        <section className="card">
          <h2>Choose a program</h2>
          <PagedTable
            label="Programs"
            columns={columns}
            rows={[...ledger.programs.values()]}
            keyOf={({ id }) => String(id)}
          />
        </section>
      )}
    </>
  );
}
