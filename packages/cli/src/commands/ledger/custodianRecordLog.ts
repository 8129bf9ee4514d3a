// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import {
  type AccessLogMapping,
  fileInput,
  type LeftEvents,
  parseAccessLogMapping,
  readAccessLog,
} from "@vitalproof/readers/access-logs";
import { VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { readText } from "../../files.ts";
import type { Io } from "../../io.ts";
import { readRegister } from "../../ledger/custodian/accessRegister.ts";
import { type PageOptions, withDesk, withPageOptions } from "../../ledger/custodian/desk.ts";
import { NOT_RECORDED_WORDS, type Recorded, recordAll } from "../../ledger/custodian/recordAll.ts";
import { pageIn } from "../../ledger/custodian/vaultPages.ts";

type Options = PageOptions & { mapping: string; register: string; source: string };

export function registerRecordLog(ledger: Command, io: Io): void {
  withPageOptions(ledger.command("record-log <file>"))
    .description("Record the accesses of a hospital's own access log, and list what was left out.")
    .requiredOption("--mapping <file>", "what the codes of the log mean (docs/access-logs.md)")
    .requiredOption("--register <file>", "which slot a patient of the log has, and which number an actor")
    .option("--source <name>", "names the system that wrote the log, where two have the same ids", "")
    .addHelpText(
      "after",
      "\nThe same log again records nothing twice, so a failed run is repeated. Record a log before `ledger batch` closes its time.\n" +
        "\nExample:\n  vitalproof ledger record-log audit.ndjson --mapping mapping.json --register register.json\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const mapping = await readMapping(io, options.mapping);
      const register = await readRegister(io, options.register);
      const read = await io.during(`reading ${file}`, (say) =>
        readAccessLog(fileInput(resolve(io.cwd, file)), mapping, {
          signal: io.signal,
          onProgress: (share) => say(`${Math.floor(100 * share)} %`),
        }),
      );
      const { page: number } = register;
      if (options.page !== undefined && options.page !== number)
        throw new VitalproofError(
          "USAGE",
          `${options.register} is of page ${number}, not of page ${options.page}.`,
          {
            details: { register: options.register, page: number, wanted: options.page },
            hint: "Each page has a register of its own.",
          },
        );
      const done = await withDesk(
        io,
        options,
        ({ page }) =>
          io.during("recording", (say) =>
            recordAll(page, read.accesses, register, options.source, (i, of) => {
              // What is recorded stays, and the next run goes on.
              io.signal.throwIfAborted();
              say(`${i} of ${of}`);
            }),
          ),
        { at: (vault) => pageIn(vault, number) },
      );
      const { format, left, messages, total } = read;
      io.report(
        [
          `${file}: ${counted(messages, "message")} in ${format}, ${counted(read.accesses.length, "access", "accesses")} of ${total}.`,
          `Recorded for page ${number}: ${done.recorded}. Recorded before: ${done.known}.`,
          ...notRecordedLines(done),
          ...leftLines(left),
        ],
        {
          ...{ page: number, file, format, messages, total, read: read.accesses.length },
          ...{ recorded: done.recorded, known: done.known, notRecorded: done.left, left },
        },
      );
    });
}

/** @throws FILE_UNREADABLE, DOCUMENT_INVALID */
async function readMapping(io: Io, file: string): Promise<AccessLogMapping> {
  const text = await readText(io, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new VitalproofError("DOCUMENT_INVALID", `${file} is not JSON.`, {
      details: { file },
      hint: "docs/access-logs.md says how a mapping is written.",
    });
  }
  return parseAccessLogMapping(value);
}

function notRecordedLines({ left }: Recorded): string[] {
  if (left.length === 0) return [];
  return [
    "Not recorded, by the ids in the log:",
    ...left.map(
      ({ reason, count, examples }) =>
        `  ${count} ${NOT_RECORDED_WORDS[reason]}: ${examples.join(", ")}${count > examples.length ? ", …" : ""}`,
    ),
  ];
}

function leftLines(left: readonly LeftEvents[]): string[] {
  if (left.length === 0) return [];
  return [
    "Not read as accesses (docs/access-logs.md says what each reason means):",
    ...left.map(
      ({ reason, count, examples }) =>
        `  ${count} ${reason}: ${examples.join("; ")}${count > examples.length ? "; …" : ""}`,
    ),
  ];
}
