// SPDX-License-Identifier: GPL-3.0-or-later
//
// An accounting of accesses on the screen and in files, for patients and for regulators.
import {
  type Accounting,
  type AccountingReport,
  accountingCsv,
  accountingFhir,
  accountingGapsCsv,
  accountingHtml,
  accountingJson,
  type Custodian,
  clockOf as clockOfZone,
  gapsOf,
  type LogGap,
  limitsOf,
  type PageAddress,
  type PageHistory,
} from "@vitalproof/sdk/ledger";
import { jsonOf } from "@vitalproof/sdk/wire";
import { type Command, Option } from "commander";
import { clockOf } from "../clock.ts";
import { counted } from "../counted.ts";
import { writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io, Json } from "../io.ts";
import { usage } from "../usage.ts";
import type { ReadPage } from "./chain.ts";
import { gapLines, noGapsText } from "./words.ts";

const FORMATS = ["csv", "json", "html", "fhir"] as const;
type Format = (typeof FORMATS)[number];

export type AccountingFileOptions = GlobalOptions & {
  out?: string;
  format?: Format;
  gapsOut?: string;
  zone: string;
  force?: boolean;
};

/** Adds the options of commands that write an accounting. */
export function withAccountingOptions(command: Command): Command {
  return command
    .option("--out <file>", "write the accounting to a file as well")
    .addOption(
      new Option("--format <format>", "of this file (default: as its name ends)").choices([...FORMATS]),
    )
    .option("--gaps-out <file>", "with csv: write the gaps in time to this file")
    .option("--zone <zone>", "whose clocks to show, such as Europe/Berlin", "UTC")
    .option("--force", "replace the files");
}

/** A page of an accounting. */
export type AccountedPage = ReadPage & {
  /** Where gaps begin to count: minutes since 1970-01-01 UTC. */
  readonly from: number;
  /** Up to when it was read: Unix seconds. */
  readonly readAt: number;
};

/** Time up to which an archive is known to go: Unix seconds of its last transaction. */
export function archiveTime({ transactions }: PageHistory): number {
  return transactions.at(-1)?.time ?? 0;
}

/** @throws USAGE for a file whose format is not known, before anything is read */
export function formatOf({ out, format, gapsOut }: AccountingFileOptions): Format | undefined {
  if (out === undefined) {
    if (format === undefined && gapsOut === undefined) return undefined;
    throw usage(`${format === undefined ? "--gaps-out" : "--format"} is of a file.`, "Name it with --out.");
  }
  const found = format ?? FORMATS.find((each) => out.toLowerCase().endsWith(`.${each}`));
  if (found === undefined)
    throw usage(`The format of ${out} is not known.`, `Pass --format with one of ${FORMATS.join(", ")}.`);
  if (gapsOut !== undefined && found !== "csv")
    throw usage(`--gaps-out is for csv: ${found} has the gaps in ${out}.`, "Leave it out.");
  return found;
}

/** Slot names, and the text around an accounting. */
export type AccountingTold = {
  readonly nameOf: (address: PageAddress, slot: number) => string;
  /** Lines before the table. */
  readonly head: readonly string[];
  /** Lines after the limits. */
  readonly notes: readonly string[];
  readonly json: Record<string, Json>;
};

/** Writes the files that the options name, and reports the accounting. */
export async function tellAccounting(
  io: Io,
  options: AccountingFileOptions,
  read: Accounting,
  pages: readonly AccountedPage[],
  { nameOf, head, notes, json }: AccountingTold,
): Promise<void> {
  const clock = clockOfZone(options.zone);
  const accounting = { ...read, gaps: pages.flatMap(gapsIn) };
  const report: AccountingReport = {
    accounting,
    made: await clockOf(io, options),
    custodianOf: custodiansOf(pages),
  };
  const files = await writeFiles(io, options, report);
  const { rows } = accounting;
  io.report(
    [
      ...head,
      ...pages.flatMap(custodianLines),
      "",
      ...tableOf([
        ["when", "consent", "who", "role", "purpose", "class", ""],
        ...rows.map((row) => [
          ...[clock(row.at), nameOf(row.address, row.slot), `actor ${row.actor}`],
          ...[row.role, row.purpose, row.class],
          ["emergency", "late", "doubtful"].filter((name) => row[name as "late"]).join(", "),
        ]),
      ]),
      ...(rows.length === 0 ? ["No access was found."] : []),
      "",
      `${counted(rows.length, "access", "accesses")}, ${counted(accounting.counts.emergencies, "emergency", "emergencies")}.`,
      ...coverageLines(accounting),
      ...limitsOf(accounting),
      ...notes,
      ...files.map((file) => `Written: ${file}`),
    ],
    { ...json, files, zone: options.zone, ...(JSON.parse(accountingJson(report)) as Record<string, Json>) },
  );
}

function coverageLines({ gaps, tried }: Accounting): string[] {
  if (gaps.length > 0)
    return ["Times for which the custodian has logged nothing yet, in UTC:", ...gapLines(gaps, 10)];
  return [noGapsText(tried.batches)];
}

async function writeFiles(
  io: Io,
  options: AccountingFileOptions,
  report: AccountingReport,
): Promise<string[]> {
  const { out, gapsOut, zone } = options;
  const format = formatOf(options);
  if (out === undefined || format === undefined) return [];
  const texts: Record<Format, () => string> = {
    csv: () => accountingCsv(report),
    json: () => accountingJson(report),
    html: () => accountingHtml(report, { zone }),
    fhir: () => `${jsonOf(accountingFhir(report), 2)}\n`,
  };
  await writeText(io, out, texts[format](), options);
  if (gapsOut === undefined) return [out];
  await writeText(io, gapsOut, accountingGapsCsv(report), options);
  return [out, gapsOut];
}

function gapsIn({ history: { address }, page, from, readAt }: AccountedPage): LogGap[] {
  const until = Math.max(from, Math.floor(readAt / 60));
  return gapsOf(page.batches, { from, until }).map((gap) => ({ address, ...gap }));
}

/** Who kept a page, from the chain, which knows accounts only. */
function custodiansOf(pages: readonly AccountedPage[]): (address: PageAddress, at: number) => Custodian {
  const keyOf = ({ chainId, ledger, page }: PageAddress) => `${chainId}|${ledger.toLowerCase()}|${page}`;
  const keepers = new Map(pages.map(({ history }) => [keyOf(history.address), keepersOf(history)]));
  return (address, at) => {
    const all = keepers.get(keyOf(address))!;
    const { account } = all.findLast(({ from }) => from <= at) ?? all[0]!;
    const name = `did:pkh:eip155:${address.chainId}:${account}`;
    return {
      name: account,
      identifier: { system: "urn:ietf:rfc:3986", value: name },
      actors: { system: `${name}#actors` },
    };
  };
}

type Keeper = { readonly account: string; readonly from: number };

function keepersOf({ entries }: PageHistory): Keeper[] {
  return entries.flatMap((entry) =>
    entry.kind === "opened" || entry.kind === "handed-over"
      ? [{ account: entry.custodian, from: entry.time }]
      : [],
  );
}

function custodianLines({ history }: AccountedPage): string[] {
  const { page } = history.address;
  return keepersOf(history).map(({ account }, i) =>
    i === 0 ? `Page ${page} is kept by ${account}.` : `  later by ${account}`,
  );
}

/** Columns as wide as what is in them. */
function tableOf(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
}
