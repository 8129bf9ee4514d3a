// SPDX-License-Identifier: GPL-3.0-or-later
import type { PolicyRow, ProgramRow } from "../../data/ledger.ts";
import { spanOf } from "../../data/periods.ts";
import { spanName, spanTimes } from "../../words/format.ts";

/** The date of a period in its own zone, which the whole of it names; nothing where the terms are of a newer version. */
export function PeriodName({
  program,
  policy,
  period,
}: {
  program: ProgramRow;
  policy: PolicyRow | undefined;
  period: number;
}) {
  const span = spanOf(program, policy, period);
  return span === undefined ? null : (
    <span className="hint" title={spanTimes(span)}>
      {spanName(span)}
    </span>
  );
}
