// SPDX-License-Identifier: GPL-3.0-or-later
import { formatNumber } from "@vitalproof/sdk";
import { useMemo } from "react";
import type { ProgramRow } from "../../data/ledger.ts";
import { type ProgramDay, programDays } from "../../data/series.ts";
import { tokenOf, useApp, useChain } from "../../ui/app.tsx";
import { Plot, type PlotLine } from "../../ui/Plot.tsx";
import { Empty } from "../../ui/parts.tsx";
import { type TableColumn, VirtualTable } from "../../ui/VirtualTable.tsx";
import { utcDate } from "../../words/format.ts";

const CLAIMS: readonly PlotLine<ProgramDay>[] = [
  { name: "claimed", className: "claimed", value: (day) => day.claimedSoFar },
  { name: "paid out", className: "paid", value: (day) => day.paidSoFar },
];
const RESERVE: readonly PlotLine<ProgramDay>[] = [
  { name: "free", className: "free", value: (day) => day.free },
  { name: "reserved", className: "reserved", value: (day) => day.reserved },
  { name: "owed", className: "owed", value: (day) => day.owed },
];

/** The program's money by day: what went through it, and what was there. */
export function History({ program }: { program: ProgramRow }) {
  const { config } = useApp();
  const { ledger } = useChain();
  const token = tokenOf(config, program.token);
  const days = useMemo(
    () =>
      programDays(
        (ledger?.movements ?? []).filter((movement) => movement.program === program.id),
        ledger?.reserves.get(program.id) ?? [],
      ),
    [ledger, program.id],
  );
  const columns = useMemo((): TableColumn<ProgramDay>[] => {
    const amount = (id: string, title: string, of: (day: ProgramDay) => bigint): TableColumn<ProgramDay> => ({
      id,
      title,
      width: 7.5,
      right: true,
      cell: (day) => formatNumber(of(day), token.decimals),
    });
    return [
      { id: "day", title: "Day, UTC", width: 7.5, cell: ({ day }) => utcDate(day) },
      { id: "claims", title: "Claims", width: 5, right: true, cell: ({ claims }) => claims },
      amount("claimed", "Claimed so far", (day) => day.claimedSoFar),
      amount("paid", "Paid so far", (day) => day.paidSoFar),
      amount("free", "Free", (day) => day.free),
      amount("reserved", "Reserved", (day) => day.reserved),
      amount("owed", "Owed", (day) => day.owed),
    ];
  }, [token.decimals]);
  return (
    <section className="card stack">
      <h2>Money over time, {token.symbol}</h2>
      {days.length === 0 ? (
        <Empty title="Nothing moved yet.">The plots begin with the first payment.</Empty>
      ) : (
        <>
          <div className="plots">
            <Plot title="Claims and payouts so far" days={days} lines={CLAIMS} unit={token} />
            <Plot
              title="Free, reserved and owed at the end of the day"
              days={days}
              lines={RESERVE}
              unit={token}
            />
          </div>
          <VirtualTable label="Money by day" rows={days} columns={columns} keyOf={({ day }) => String(day)} />
        </>
      )}
    </section>
  );
}
