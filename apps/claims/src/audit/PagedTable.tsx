// SPDX-License-Identifier: GPL-3.0-or-later
import { type ReactNode, useState } from "react";
import { Button } from "react-aria-components";
import { Scroll } from "../ui/parts.tsx";

export type Column<T> = {
  readonly title: string;
  /** Numbers are aligned right. Sentences wrap. */
  readonly kind?: "number" | "sentence";
  readonly cell: (row: T) => ReactNode;
};

/** Rows on one page; a browser lays out thousands of rows only slowly. */
const ROWS = 100;

/** A table that shows its rows a hundred at a time. The first column names the row. */
export function PagedTable<T>({
  label,
  columns,
  rows,
  keyOf,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T, index: number) => string;
}) {
  const [wanted, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(rows.length / ROWS));
  // A filter may leave fewer pages than there were.
  const page = Math.min(wanted, pages - 1);
  const first = page * ROWS;
  const shown = rows.slice(first, first + ROWS);
  const classOf = ({ kind }: Column<T>): string | undefined =>
    kind === "number" ? "right" : kind === "sentence" ? "sentence" : undefined;
  return (
    <>
      <Scroll label={label}>
        <table>
          <caption className="hidden">{label}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" className={classOf(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={keyOf(row, first + i)}>
                {columns.map((column, place) =>
                  place === 0 ? (
                    <th key={column.title} scope="row" className={classOf(column)}>
                      {column.cell(row)}
                    </th>
                  ) : (
                    <td key={column.title} className={classOf(column)}>
                      {column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {pages === 1 ? null : (
        <fieldset className="pages">
          <legend className="hidden">Pages of {label}</legend>
          <Button isDisabled={page === 0} onPress={() => setPage(page - 1)}>
            Before
          </Button>
          <span role="status">
            {(first + 1).toLocaleString("en-GB")} to {(first + shown.length).toLocaleString("en-GB")} of{" "}
            {rows.length.toLocaleString("en-GB")}
          </span>
          <Button isDisabled={page === pages - 1} onPress={() => setPage(page + 1)}>
            Next
          </Button>
        </fieldset>
      )}
    </>
  );
}
