// SPDX-License-Identifier: GPL-3.0-or-later
import { formatNumber } from "@vitalproof/sdk";
import { useCallback, useDeferredValue, useMemo, useState, useSyncExternalStore } from "react";
import { Button } from "react-aria-components";
import {
  type ClaimFile,
  claimsCsv,
  claimsJson,
  costOf,
  filterClaims,
  timeOf,
} from "../../data/claimsView.ts";
import { type Cost, medianCost } from "../../data/costs.ts";
import { finalityOf, finalityText } from "../../data/finality.ts";
import { CLAIM_STATES, type ClaimRow, type ClaimState, type ProgramRow } from "../../data/ledger.ts";
import { spanOf } from "../../data/periods.ts";
import { arbitratePlan, rejectPlan } from "../../plans/policyPlans.ts";
import { tokenOf, useApp, useChain } from "../../ui/app.tsx";
import { download } from "../../ui/download.ts";
import { Choice, Empty, Field, Hex } from "../../ui/parts.tsx";
import { useTransact } from "../../ui/transaction.tsx";
import { type Sorting, type TableColumn, useSorted, VirtualTable } from "../../ui/VirtualTable.tsx";
import { formatRoughly } from "../../words/amounts.ts";
import { counted, dateTime, spanZone } from "../../words/format.ts";
import { ClaimActions, ClaimState as StateCell } from "./ClaimActions.tsx";
import { PeriodName } from "./PeriodName.tsx";
import { ReasonDialog } from "./ReasonDialog.tsx";

const NEWEST: Sorting = { column: "last", descending: true };

/** The program's claims: filters, files, and what the connected account can decide. */
export function Claims({ program, claims }: { program: ProgramRow; claims: readonly ClaimRow[] }) {
  const { config, costs: book } = useApp();
  const { tip } = useChain();
  const transact = useTransact();
  const costs = useSyncExternalStore(book.subscribe, book.known);
  const [state, setState] = useState<ClaimState | "all">("all");
  const [policy, setPolicy] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [sorting, setSorting] = useState(NEWEST);
  const [asking, setAsking] = useState<{ claim: ClaimRow; kind: "reject" | "deny" }>();
  const token = tokenOf(config, program.token);
  const policyFault =
    policy === "" || /^\d{1,20}$/.test(policy)
      ? undefined
      : `"${policy.slice(0, 30)}" is not the number of a policy. Enter digits, such as 3, or leave it empty for all.`;
  const filtered = useMemo(
    () =>
      filterClaims(claims, {
        state: state === "all" ? undefined : state,
        policy: policy === "" || policyFault !== undefined ? undefined : BigInt(policy),
        from: from === "" ? undefined : from,
        to: to === "" ? undefined : to,
      }),
    [claims, state, policy, policyFault, from, to],
  );
  const columns = useColumns(program, costs, setAsking);
  const shown = useSorted(filtered, columns, sorting);
  const seen = useCallback(
    (rows: readonly ClaimRow[]) => void book.read(rows.flatMap(({ settled }) => settled ?? [])),
    [book],
  );
  // Its figure may lag behind the rows.
  const median = useDeferredValue(useMedian(claims, costs));
  const { currency } = config.chain;
  const name = `program-${program.id}-claims`;
  const file: ClaimFile = { program, token, currency, costs };
  return (
    <section className="card stack" aria-label="Claims">
      <div className="card-head">
        <h2>
          Claims <span className="hint">{claims.length.toLocaleString("en-GB")}</span>
        </h2>
        <div className="actions">
          <Button
            isDisabled={shown.length === 0}
            onPress={() => download(`${name}.csv`, "text/csv", claimsCsv(shown, file))}
          >
            CSV
          </Button>
          <Button
            isDisabled={shown.length === 0}
            onPress={() => download(`${name}.json`, "application/json", claimsJson(shown, file))}
          >
            JSON
          </Button>
        </div>
      </div>
      {claims.length === 0 ? (
        <Empty title="No claim yet.">Claims appear here within seconds of their block.</Empty>
      ) : (
        <>
          <div className="filters">
            <Choice
              label="State"
              value={state}
              options={[
                ["all", "All states"],
                ...CLAIM_STATES.map((each) => [each, each.replace("-", " ")] as const),
              ]}
              onChange={setState}
            />
            <Field
              label="Policy"
              value={policy}
              onChange={setPolicy}
              inputMode="numeric"
              error={policyFault}
            />
            <DayField label="From, UTC" value={from} onChange={setFrom} />
            <DayField label="To, UTC" value={to} onChange={setTo} />
            <p role="status" className="hint">
              {counted(shown.length, "claim")} shown
            </p>
          </div>
          {shown.length === 0 ? (
            <Empty title="No claim is like that.">Choose another state, policy or time.</Empty>
          ) : (
            <VirtualTable
              label={`Claims of program ${program.id}`}
              rows={shown}
              columns={columns}
              keyOf={keyOf}
              sorting={sorting}
              onSort={setSorting}
              onSeen={seen}
            />
          )}
          {median === undefined ? null : (
            <p className="hint">
              Median of the {counted(median.count, "claim")} whose receipts were read:{" "}
              {median.gas.toLocaleString("en-GB")} gas, {formatRoughly(median.fee, currency)}.
              {median.count < median.of ? " The others' are read when they come into sight." : ""}
            </p>
          )}
        </>
      )}
      {asking === undefined ? null : (
        <ReasonDialog
          title={`${asking.kind === "reject" ? "Reject" : "Deny"} period ${asking.claim.period} of policy ${asking.claim.policy}`}
          onClose={() => setAsking(undefined)}
          onReason={(reason) => {
            setAsking(undefined);
            transact(
              asking.kind === "reject"
                ? rejectPlan(config, asking.claim, program, reason, tip?.timestamp ?? 0)
                : arbitratePlan(config, token, asking.claim, program.benefit, false, reason),
            );
          }}
        />
      )}
    </section>
  );
}

function keyOf({ policy, period }: ClaimRow): string {
  return `${policy}/${period}`;
}

function useColumns(
  program: ProgramRow,
  costs: ReadonlyMap<string, Cost>,
  ask: (asking: { claim: ClaimRow; kind: "reject" | "deny" }) => void,
): TableColumn<ClaimRow>[] {
  const { config } = useApp();
  const { tip, ledger } = useChain();
  return useMemo(() => {
    const token = tokenOf(config, program.token);
    const span = spanOf(program, { firstEpoch: 0, periods: 1 }, 0);
    const zone = span === undefined ? undefined : spanZone(span);
    const { currency, confirmations } = config.chain;
    return [
      {
        id: "policy",
        title: "Policy",
        width: 6.5,
        compare: (a, b) => Number(a.policy - b.policy) || a.period - b.period,
        cell: (claim) => String(claim.policy),
      },
      {
        id: "period",
        title: zone === undefined ? "Period" : `Period, ${zone}`,
        width: 9.5,
        compare: (a, b) => a.period - b.period,
        cell: ({ policy, period }) => (
          <>
            {period} <PeriodName program={program} policy={ledger?.policies.get(policy)} period={period} />
          </>
        ),
      },
      {
        id: "state",
        title: "State",
        width: 11,
        compare: (a, b) => CLAIM_STATES.indexOf(a.state) - CLAIM_STATES.indexOf(b.state),
        cell: (claim) => <StateCell claim={claim} now={tip?.timestamp ?? 0} />,
      },
      ...(program.reviewTime === 0
        ? []
        : [
            {
              id: "decide",
              title: "Decide",
              width: 11,
              cell: (claim: ClaimRow) => <ClaimActions claim={claim} program={program} onAsk={ask} />,
            },
          ]),
      {
        id: "benefit",
        title: `Benefit, ${token.symbol}`,
        width: 7,
        right: true,
        cell: () => formatNumber(program.benefit, token.decimals),
      },
      {
        id: "verified",
        title: "Verified",
        width: 11.5,
        compare: (a, b) => timeOf(a) - timeOf(b),
        cell: ({ settled }) => (settled === undefined ? "—" : dateTime(settled.time)),
      },
      {
        id: "last",
        title: "Last change",
        width: 12,
        compare: (a, b) => a.last.block - b.last.block || b.period - a.period,
        cell: ({ last }) => (
          <>
            {dateTime(last.time)}
            <div className="hint">
              {finalityText(last.block, finalityOf(last.block, tip?.number, confirmations))}
            </div>
          </>
        ),
      },
      {
        id: "cost",
        title: "Cost",
        width: 10,
        right: true,
        cell: ({ settled }) => {
          const cost = costOf(settled, costs);
          if (cost === undefined) return settled === undefined ? "—" : "…";
          return (
            <>
              {formatRoughly(cost.fee, currency)}
              <div className="hint">
                {cost.gas.toLocaleString("en-GB")} gas{cost.claims > 1 ? `, one of ${cost.claims}` : ""}
              </div>
            </>
          );
        },
      },
      {
        id: "transaction",
        title: "Transaction",
        width: 8,
        cell: ({ last }) => <Hex value={last.hash} kind="tx" />,
      },
    ];
  }, [config, program, costs, ask, tip, ledger]);
}

function useMedian(claims: readonly ClaimRow[], costs: ReadonlyMap<string, Cost>) {
  return useMemo(() => {
    const known = claims.flatMap(({ settled }) => costOf(settled, costs) ?? []);
    const median = medianCost(known);
    return median === undefined
      ? undefined
      : { ...median, count: known.length, of: claims.filter(({ settled }) => settled !== undefined).length };
  }, [claims, costs]);
}

function DayField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <input type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}
