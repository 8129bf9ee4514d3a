// SPDX-License-Identifier: GPL-3.0-or-later
import { jsonOf } from "../wire/json.ts";
import { type AccountingReport, actorName, limitsOf, utcText } from "./accountingWords.ts";

/**
 * A whole accounting for programs: rows, gaps, counts, what was tried and what is hidden; bigint as decimal strings, times as
 * Unix seconds and, for people, in UTC.
 * @throws INVALID_ARGUMENT
 */
export function accountingJson({ accounting, made, custodianOf }: AccountingReport): string {
  const { counts, tried, hidden } = accounting;
  const rows = accounting.rows.map((row) => {
    const custodian = custodianOf(row.address, row.at);
    return {
      ...{ time: utcText(row.at), ...row },
      custodian: { name: custodian.name, ...custodian.identifier },
      actorName: actorName(custodian, row),
    };
  });
  const gaps = accounting.gaps.map(({ address, from, until }) => {
    const { name, identifier } = custodianOf(address, from * 60);
    const stretch = { from: utcText(from * 60), until: utcText(until * 60), minutes: until - from };
    return { ...stretch, address, custodian: { name, ...identifier } };
  });
  const head = { kind: "vitalproof/accounting", version: 1, made: utcText(made) };
  return `${jsonOf({ ...head, counts, tried, hidden, limits: limitsOf(accounting), gaps, rows }, 2)}\n`;
}
