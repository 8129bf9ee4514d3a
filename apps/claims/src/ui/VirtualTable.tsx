// SPDX-License-Identifier: GPL-3.0-or-later
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { Fragment, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

export type TableColumn<Row> = {
  readonly id: string;
  readonly title: string;
  /** In rem; columns share what is left in these proportions. */
  readonly width: number;
  readonly right?: boolean;
  /** Makes the column sortable, ascending by this. */
  readonly compare?: (a: Row, b: Row) => number;
  readonly cell: (row: Row) => ReactNode;
};

export type Sorting = { readonly column: string; readonly descending: boolean };

/** Pixels of a row of one line; others are measured when they are seen. */
const ROW = 45;
/** Rows beyond both ends of what is seen. */
const BEYOND = 8;

/**
 * A table of any length, of which the rows in sight are in the page. It stays a table of the platform: screen readers are
 * told its true number of rows and each row's place, keys scroll the region, and the row that has the focus stays.
 * @param onSeen is told the rows in sight
 */
export function VirtualTable<Row>({
  label,
  rows,
  columns,
  keyOf,
  sorting,
  onSort,
  onSeen,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  keyOf: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  onSeen?: (rows: readonly Row[]) => void;
}) {
  const scroll = useRef<HTMLElement>(null);
  const [focused, setFocused] = useState<string>();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => keyOf(rows[index]!),
    overscan: BEYOND,
    initialRect: { width: 800, height: 512 },
    useFlushSync: false,
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range);
      const at = focused === undefined ? -1 : rows.findIndex((row) => keyOf(row) === focused);
      return at < 0 || seen.includes(at) ? seen : [...seen, at].sort((a, b) => a - b);
    },
  });
  // The browser itself keeps in place what is seen; a second correction would stop its smooth scrolling half-way.
  virtual.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? -1;
  useEffect(() => onSeen?.(rows.slice(first, last + 1)), [onSeen, rows, first, last]);
  // Rows that were never seen may be higher than they were taken for, and on a slow machine they are measured after the
  // virtualizer thinks that it has arrived. So an end that was asked for is gone to again until the person moves on.
  const goal = useRef<{ rows: readonly Row[]; key: "Home" | "End" }>(undefined);
  const moveOn = () => {
    goal.current = undefined;
  };
  const go = () => {
    if (goal.current?.rows !== rows) return;
    const home = goal.current.key === "Home";
    virtual.scrollToIndex(home ? 0 : rows.length - 1, { align: home ? "start" : "end" });
  };
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: these say that the ends have moved, or what is seen of them
  useLayoutEffect(go, [height, first, last]);
  let end = 0;
  const space = (from: number, to: number) =>
    to <= from ? null : (
      // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a plain table takes no focus
      <tr aria-hidden="true" className="space">
        <td colSpan={columns.length} style={{ height: to - from }} />
      </tr>
    );
  return (
    <section
      ref={scroll}
      className="scroll virtual"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by keys
      tabIndex={0}
      aria-label={label}
      onFocus={(event) => setFocused(event.target.closest("tr")?.dataset.key)}
      onBlur={() => setFocused(undefined)}
      onWheel={moveOn}
      onPointerDown={moveOn}
      onKeyDown={(event) => {
        moveOn();
        if (event.key !== "Home" && event.key !== "End") return;
        // The browser's own scrolling to an end would go on after a later key.
        event.preventDefault();
        goal.current = { rows, key: event.key };
        go();
      }}
    >
      <table
        aria-rowcount={rows.length + 1}
        style={{ minWidth: `${columns.reduce((sum, { width }) => sum + width, 0)}rem` }}
      >
        <caption className="hidden">{label}</caption>
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} style={{ width: `${width}rem` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            const before = space(end, item.start);
            end = item.end;
            return (
              <Fragment key={item.key}>
                {before}
                <tr
                  ref={virtual.measureElement}
                  data-index={item.index}
                  data-key={keyOf(row)}
                  aria-rowindex={item.index + 2}
                >
                  {columns.map(({ id, right, cell }, i) =>
                    i === 0 ? (
                      <th key={id} scope="row" className={right ? "right" : undefined}>
                        {cell(row)}
                      </th>
                    ) : (
                      <td key={id} className={right ? "right" : undefined}>
                        {cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              </Fragment>
            );
          })}
          {space(end, height)}
        </tbody>
      </table>
    </section>
  );
}

function Head<Row>({
  column: { id, title, right, compare },
  sorting,
  onSort,
}: {
  column: TableColumn<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}) {
  const className = right ? "right" : undefined;
  if (compare === undefined || onSort === undefined) {
    return (
      <th scope="col" className={className}>
        {title}
      </th>
    );
  }
  const descending = sorting?.column === id ? sorting.descending : undefined;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={descending === undefined ? "none" : descending ? "descending" : "ascending"}
    >
      <button
        type="button"
        className="sort"
        onClick={() => onSort({ column: id, descending: descending === false })}
      >
        {title}
        <span aria-hidden="true">{descending === undefined ? "↕" : descending ? "↓" : "↑"}</span>
      </button>
    </th>
  );
}

/** Rows in the order that was chosen, equal ones as they came. */
export function useSorted<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  { column, descending }: Sorting,
): readonly Row[] {
  const compare = columns.find(({ id }) => id === column)?.compare;
  return useMemo(() => {
    if (compare === undefined) return rows;
    return [...rows].sort(descending ? (a, b) => compare(b, a) : compare);
  }, [rows, compare, descending]);
}
