// SPDX-License-Identifier: GPL-3.0-or-later
import type { AttesterRow, CostFigures, Dated, Report, ServicesPart, StoreName } from "../report.ts";
import { exponent, round } from "../statistics.ts";
import { day, number, type Plot, table, when } from "../words.ts";

export function serviceLines({ services }: Report, plot: Plot): string[] {
  if (services === undefined) return [];
  const { load, flush, environment } = services;
  return [
    "## Services",
    "",
    when(services),
    "",
    `On ${environment.cores} processors. In the minute before, the machine's load was ${load}. A small write was on its disk after ${flush} ms. *Processor* is the`,
    "time of the service's process with all threads, and *server* that of PostgreSQL's processes, which SQLite does not have. Both change",
    "little with what else the machine does. *Others* is how many processors other work had meanwhile: where it is not near 0, the time",
    "on the clock says little. Each size is measured in a process of its own, on an empty database on a disk, after a smaller run that",
    "is not counted. *Growth* is the power to which processor time, the server's included, grew from the size above to this one: 1 is as",
    "much for each as before, 2 is with the square.",
    ...(load > environment.cores
      ? [
          "",
          "**The machine was busy with other work.** These figures say that it works, and little of how fast.",
        ]
      : []),
    "",
    "### A gateway's readings",
    "",
    "Messages of one reading each from the gateway's inbox to the disk: read by a rule, encrypted, committed with flushed batches, and",
    "answered after the commit. 500 wait at once. MQTT is not part of it. The first tenth is not counted. *Heap* is what is in use after",
    "garbage was collected, with a tenth of the readings stored and with all.",
    "",
    ...ingestTable(services),
    "",
    "At the pace of one reading a minute from each device, with the gateway's duties looking for work as in a service. A day's sealing,",
    "above, comes on top once a day.",
    "",
    ...table(
      ["store", "devices", "seconds", "of one processor", "server", "others", "measured"],
      services.pace.map((row) => [
        row.store,
        number(row.devices),
        number(row.seconds),
        percent(row.cost.cpu / row.cost.wall),
        row.cost.serverCpu === null || row.store === "SQLite"
          ? ""
          : percent(row.cost.serverCpu / row.cost.wall),
        others(row.cost),
        day(row, services),
      ]),
    ),
    "",
    "### An attester's day",
    "",
    ...plot("attester-day.svg", "an attester's day as people grow"),
    "One signed head of each person, half of them of P-256 devices and half of Ed25519, 100 at a time as they come over HTTP, each",
    "answered with a signed receipt after its commit. Then the day is closed: leaves read, their tree made, the root stored. Then each",
    "person's path is handed out, after a look whether the leaf is theirs. HTTP and the chain are not part of it.",
    "",
    ...attesterTable(services, "heads", "heads in"),
    "",
    ...attesterTable(services, "close", "closing the day"),
    "",
    ...attesterTable(services, "paths", "paths out"),
    "",
  ];
}

function ingestTable(services: ServicesPart): string[] {
  const growth = growthOf(
    services.ingest,
    (row) => `${row.store} ${row.devices}`,
    (row) => ({ size: row.counted, cost: row.cost }),
  );
  return table(
    [
      "store",
      "devices",
      "readings",
      "a second",
      "a second of processor",
      "processor",
      "server",
      "others",
      "growth",
      "heap",
      "sealing, processor",
      "measured",
    ],
    services.ingest.map((row) => [
      row.store,
      number(row.devices),
      number(row.readings),
      rate(row.counted, row.cost.wall),
      rate(row.counted, row.cost.cpu),
      time(row.cost.cpu),
      server(row.cost, row.store),
      others(row.cost),
      growth(row),
      `${row.heap.tenth} → ${row.heap.all} MB`,
      time(row.seal.cpu),
      day(row, services),
    ]),
  );
}

function attesterTable(services: ServicesPart, part: "heads" | "close" | "paths", title: string): string[] {
  const rows = services.attester;
  const growth = growthOf(
    rows,
    (row) => row.store,
    (row) => ({ size: row.people, cost: row[part] }),
  );
  const cells = (row: AttesterRow): string[] => {
    const cost = row[part];
    return [
      row.store,
      number(row.people),
      time(cost.wall),
      rate(row.people, cost.wall),
      rate(row.people, cost.cpu),
      time(cost.cpu),
      server(cost, row.store),
      others(cost),
      growth(row),
      day(row, services),
    ];
  };
  const head = ["people", "seconds", "a second", "a second of processor", "processor", "server", "others"];
  return table([`${title}, store`, ...head, "growth", "measured"], rows.map(cells));
}

/** Processor time as it grows to a row from the one before it of the same kind; empty for the first of a kind. */
function growthOf<T extends Dated>(
  rows: readonly T[],
  kindOf: (row: T) => string,
  figuresOf: (row: T) => { readonly size: number; readonly cost: CostFigures },
): (row: T) => string {
  const sized = (row: T) => {
    const { size, cost } = figuresOf(row);
    return { size, cost: allCpu(cost) };
  };
  return (row) => {
    const kind = rows.filter((each) => kindOf(each) === kindOf(row));
    const before = kind[kind.indexOf(row) - 1];
    if (before === undefined || sized(before).cost === 0 || sized(row).cost === 0) return "";
    return exponent(sized(before), sized(row)).toFixed(2);
  };
}

const allCpu = ({ cpu, serverCpu }: CostFigures): number => cpu + (serverCpu ?? 0);
const time = (seconds: number): string => `${seconds < 1 ? round(seconds, 3) : round(seconds, 1)} s`;
const rate = (count: number, seconds: number): string => number(Math.round(count / seconds));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const others = (cost: CostFigures): string => cost.others.toFixed(2);
const server = ({ serverCpu }: CostFigures, store: StoreName): string =>
  serverCpu === null || store === "SQLite" ? "" : time(serverCpu);
