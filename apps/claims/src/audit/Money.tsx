// SPDX-License-Identifier: GPL-3.0-or-later

import type { AuditReport } from "@vitalproof/audit";
import { formatAmount } from "@vitalproof/sdk";
import { PagedTable } from "./PagedTable.tsx";

/** A sum of the reconciliation; undefined is what the node did not tell. */
type Line = { readonly name: string; readonly value: bigint | undefined; readonly difference?: true };

/** The program's ledger, and custody's balance compared with transfers and with all escrows in the token. */
export function Money({ report: { ledger, token } }: { report: AuditReport }) {
  const { now, transfersIn, transfersOut, allPrograms, otherProducts, donated, balance } = ledger;
  const program: readonly Line[] = [
    { name: "In: funded", value: now.funded },
    { name: "Out: paid on claims", value: now.paid },
    { name: "Out: withdrawn by the insurer", value: now.withdrawn },
    { name: "Free", value: now.free },
    { name: "Reserved", value: now.reserved },
    { name: "Owed", value: now.owed },
    {
      name: "Difference: in less out, free, reserved and owed",
      value: now.funded - now.paid - now.withdrawn - now.free - now.reserved - now.owed,
      difference: true,
    },
  ];
  const contract: readonly Line[] = [
    { name: "In: transfers of the token to custody", value: transfersIn },
    { name: "Out: transfers from custody", value: transfersOut },
    { name: "Custody's balance", value: balance },
    {
      name: "Difference: in less out and balance",
      value: balance === undefined ? undefined : transfersIn - transfersOut - balance,
      difference: true,
    },
    { name: "Free, reserved and owed in all programs", value: allPrograms },
    { name: "In escrows of other products", value: otherProducts },
    { name: "Donated: sent without funding an escrow", value: donated },
    {
      name: "Difference: balance less escrows and donations",
      value: balance === undefined ? undefined : balance - allPrograms - otherProducts - donated,
      difference: true,
    },
  ];
  const columns = [
    { title: "What", kind: "sentence", cell: ({ name }: Line) => name },
    {
      title: "Amount",
      kind: "number",
      cell: ({ value, difference }: Line) => {
        const text = value === undefined ? "not known" : formatAmount(value, token);
        if (difference === undefined) return text;
        return <strong className={value === 0n ? "good-line" : "bad-line"}>{text}</strong>;
      },
    },
  ] as const;
  return (
    <div className="two even">
      {(
        [
          ["Money of the program", program],
          ["Money of custody in this token", contract],
        ] as const
      ).map(([label, rows]) => (
        <section className="card" key={label}>
          <h2>{label}</h2>
          <PagedTable label={label} columns={columns} rows={rows} keyOf={({ name }) => name} />
        </section>
      ))}
    </div>
  );
}
