// SPDX-License-Identifier: GPL-3.0-or-later
import { formatNumber } from "@vitalproof/sdk";
import { useMemo, useState } from "react";
import { Button } from "react-aria-components";
import type { ClaimRow, PolicyRow, ProgramRow } from "../../data/ledger.ts";
import {
  filterPolicies,
  isOwnPayee,
  POLICY_KINDS,
  type PolicyKind,
  policiesCsv,
  policiesJson,
} from "../../data/policiesView.ts";
import { same, tokenOf, useApp, useWallet } from "../../ui/app.tsx";
import { download } from "../../ui/download.ts";
import { Choice, Empty, Hex } from "../../ui/parts.tsx";
import { type Sorting, type TableColumn, useSorted, VirtualTable } from "../../ui/VirtualTable.tsx";
import { counted, dateTime } from "../../words/format.ts";
import { PolicyDialog } from "./PolicyDialog.tsx";

/** The program's policies, each with a dialog of what can be done with it. */
export function Policies({
  program,
  policies,
  claims,
}: {
  program: ProgramRow;
  policies: readonly PolicyRow[];
  claims: readonly ClaimRow[];
}) {
  const { config } = useApp();
  const { account } = useWallet();
  const [kind, setKind] = useState<PolicyKind>("all");
  const [sorting, setSorting] = useState<Sorting>({ column: "policy", descending: false });
  const [open, setOpen] = useState<bigint>();
  const token = tokenOf(config, program.token);
  const opened = policies.find(({ id }) => id === open);
  const filtered = useMemo(() => filterPolicies(policies, kind), [policies, kind]);
  const columns = useMemo((): TableColumn<PolicyRow>[] => {
    const amount = (id: "reserved" | "owed" | "paid", title: string): TableColumn<PolicyRow> => ({
      id,
      title: `${title}, ${token.symbol}`,
      width: 8.5,
      right: true,
      compare: (a, b) => a[id] - b[id],
      cell: (policy) => formatNumber(BigInt(policy[id]) * program.benefit, token.decimals),
    });
    return [
      {
        id: "policy",
        title: "Policy",
        width: 7,
        compare: (a, b) => Number(a.id - b.id),
        cell: (policy) => (
          <>
            {String(policy.id)} {policy.ended === undefined ? null : <span className="tag">ended</span>}
          </>
        ),
      },
      {
        id: "actions",
        title: "Actions",
        width: 6,
        cell: (policy) => (
          <Button onPress={() => setOpen(policy.id)}>
            Open<span className="hidden"> policy {String(policy.id)}</span>
          </Button>
        ),
      },
      {
        id: "periods",
        title: "Periods",
        width: 7,
        right: true,
        compare: (a, b) => a.periods - b.periods,
        cell: ({ periods }) => periods.toLocaleString("en-GB"),
      },
      amount("reserved", "Reserved"),
      amount("owed", "Owed"),
      amount("paid", "Paid"),
      {
        id: "issued",
        title: "Issued",
        width: 11.5,
        compare: (a, b) => a.issued.block - b.issued.block,
        cell: ({ issued }) => dateTime(issued.time),
      },
      {
        id: "controller",
        title: "Controller",
        width: 8,
        cell: ({ controller }) => <Hex value={controller} kind="address" />,
      },
      {
        id: "payee",
        title: "Payee",
        width: 8,
        cell: ({ payee }) => (isOwnPayee(payee) ? "the controller" : <Hex value={payee} kind="address" />),
      },
    ];
  }, [program.benefit, token]);
  const shown = useSorted(filtered, columns, sorting);
  const name = `program-${program.id}-policies`;
  return (
    <section className="card stack" aria-label="Policies">
      <div className="card-head">
        <h2>
          Policies <span className="hint">{policies.length.toLocaleString("en-GB")}</span>
        </h2>
        <div className="actions">
          <Button
            isDisabled={shown.length === 0}
            onPress={() => download(`${name}.csv`, "text/csv", policiesCsv(shown, program, token))}
          >
            CSV
          </Button>
          <Button
            isDisabled={shown.length === 0}
            onPress={() => download(`${name}.json`, "application/json", policiesJson(shown, program))}
          >
            JSON
          </Button>
        </div>
      </div>
      {policies.length === 0 ? (
        <Empty title="No policy yet.">
          {same(program.insurer, account) ? (
            <a href="#/insurer/issue">Issue one on a patient's application.</a>
          ) : (
            "The insurer issues them."
          )}
        </Empty>
      ) : (
        <>
          <div className="filters">
            <Choice label="Which" value={kind} options={POLICY_KINDS} onChange={setKind} />
            <p role="status" className="hint">
              {counted(shown.length, "policy", "policies")} shown
            </p>
          </div>
          {shown.length === 0 ? (
            <Empty title="No policy is like that.">Choose others.</Empty>
          ) : (
            <VirtualTable
              label={`Policies of program ${program.id}`}
              rows={shown}
              columns={columns}
              keyOf={({ id }) => String(id)}
              sorting={sorting}
              onSort={setSorting}
            />
          )}
        </>
      )}
      {opened === undefined ? null : (
        <PolicyDialog
          program={program}
          policy={opened}
          claims={claims.filter(({ policy }) => policy === opened.id)}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  );
}
