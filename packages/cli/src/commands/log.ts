// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  DAY,
  dayOffsetOf,
  type EpochRecord,
  MISSING,
  PROFILES,
  type ProfileName,
  profileOf,
  roundToSteps,
  type SignedReceipt,
  unpackContext,
  VitalproofError,
  verifyReceipt,
} from "@vitalproof/sdk";
import { ENROLMENT_REQUEST, LOG_OPENING, RECEIPTS, SIGNED_HEADS } from "@vitalproof/sdk/wire";
import { type Command, Option } from "commander";
import { clockOf } from "../clock.ts";
import { loadDevice } from "../device.ts";
import { readDocument, writeDocument } from "../documentFiles.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { whole } from "../numbers.ts";
import { beginLog, type PatientLog, resumeLog } from "../patientLog.ts";
import { type ReadingOptions, readReadings, withReadingOptions } from "../readings.ts";
import { dayText, nameOfEpoch, parseDay, parseEpoch } from "../time.ts";
import { withVault } from "../vault.ts";

type LogOptions = GlobalOptions & { log?: string };
type Out = { out: string; force?: boolean };

const LOG_OPTION = ["--log <name>", "which log; needed where the vault holds several"] as const;

export function registerLog(program: Command, io: Io): void {
  const log = program
    .command("log")
    .description("the patient's log: readings, sealed epoch by epoch")
    .addHelpText(
      "after",
      "\nExamples:\n  vitalproof log add clarity.csv --zone Europe/Berlin\n  vitalproof log seal --out heads.json\n",
    );

  log
    .command("request")
    .description("write what the clinic needs to enrol you and your device")
    .addOption(
      new Option("--profile <profile>", "what is measured")
        .choices(Object.keys(PROFILES))
        .makeOptionMandatory(),
    )
    .option("--zone <zone>", "let epochs begin with the days of this zone, as its clock stands on --on")
    .option("--on <date>", "the date for --zone (default: today)")
    .option(
      "--offset <n>",
      "instead of --zone: quarter hours after 00:00 UTC at which an epoch begins",
      whole,
    )
    .option("--device <name>", "the device's key in the vault", "simulated")
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof log request --profile glucose-mg-dl-5min --zone Europe/Berlin --out request.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      type Options = GlobalOptions &
        Out & { profile: ProfileName; zone?: string; on?: string; offset?: number; device: string };
      const options = command.optsWithGlobals<Options>();
      if (options.zone !== undefined && options.offset !== undefined) {
        throw new VitalproofError("USAGE", "--zone and --offset say the same thing.", {
          hint: "Give one of them.",
        });
      }
      const on = options.on === undefined ? await clockOf(io, options) : parseDay(options.on) * DAY + DAY / 2;
      const offset = options.offset ?? (options.zone === undefined ? 0 : dayOffsetOf(options.zone, on));
      const body = await withVault(io, options, async (vault) => {
        const { subject } = await loadIdentity(vault);
        const { curve, publicKey } = await loadDevice(vault, options.device);
        return { subject, profile: options.profile, offset, device: { curve, publicKey } };
      });
      await writeDocument(io, ENROLMENT_REQUEST, options.out, body, options);
      io.report(
        [
          `Enrolment request in ${options.out}: ${options.profile}, epochs begin ${offset * 15} minutes after 00:00 UTC.`,
          "It names your subject: give it to the clinic and to nobody else.",
        ],
        { file: options.out, ...body },
      );
    });

  log
    .command("open <opening>")
    .description("begin the log that the clinic has opened")
    .option("--log <name>", "its name in the vault (default: the profile's)")
    .addHelpText("after", "\nExample:\n  vitalproof log open opening.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const opened = await readDocument(io, LOG_OPENING, file);
      const { opening } = opened;
      const profile = profileOf(opening.profile);
      const name = options.log ?? opening.profile;
      await withVault(io, options, async (vault) => {
        if ((await loadIdentity(vault)).subject !== opening.subject) {
          throw new VitalproofError("DOCUMENT_INVALID", `${file} opens the log of another person.`, {
            details: { file },
            hint: "Ask the clinic for the opening of your own request.",
          });
        }
        await beginLog(vault, name, opened);
      });
      io.report(
        [
          `Log "${name}" of ${opening.profile} begins with ${nameOfEpoch(profile, opening.offset, opening.firstEpoch)} (epoch ${opening.firstEpoch}).`,
        ],
        { log: name, ...opening, attester: opened.attester },
      );
    });

  withReadingOptions(log.command("add <file>"))
    .description("take a file's readings into the log")
    .option(...LOG_OPTION)
    .addOption(
      new Option(
        "--round <how>",
        "what becomes of readings between two steps of the profile: nearest, half up; refused when left out",
      ).choices(["nearest"]),
    )
    .addHelpText(
      "after",
      "\nReadings given twice count once. Refused ones do not stop the others and are counted by reason.\n" +
        "\nExample:\n  vitalproof log add clarity.csv --zone Europe/Berlin\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      type Options = LogOptions & ReadingOptions & { round?: "nearest" };
      const options = command.optsWithGlobals<Options>();
      const { name, read, rounded, appended } = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        const found = await readReadings(io, file, options, kept.profile);
        const given =
          options.round === undefined
            ? { readings: found.readings, rounded: 0 }
            : roundToSteps(kept.profile, found.readings);
        const report = await io.during("storing", () => kept.log.append(given.readings));
        return { name: kept.name, read: found, rounded: given.rounded, appended: report };
      });
      const { refusals: _refusals, ...counts } = appended;
      const refused = Object.entries(counts.refused).filter(([, count]) => count > 0);
      const lines = [
        `${read.format}: ${counts.given} readings; log "${name}" took ${counts.taken}, had ${counts.duplicates} already.`,
        ...(counts.saturated > 0
          ? [`${counts.saturated} are beyond the scale and stand as LOW or HIGH.`]
          : []),
        ...(rounded > 0 ? [`${rounded} were rounded to the profile's step.`] : []),
        ...refused.map(([reason, count]) => `${count} refused: ${reason}`),
      ];
      if ((counts.refused["not-representable"] ?? 0) > 0) {
        lines.push(
          "Readings between two steps are not rounded unasked: --round nearest does, and counts them.",
        );
      }
      lines.push(
        ...counted("skipped", read.report.skipped),
        ...counted("refused by the reader", read.report.refused),
      );
      lines.push(...read.report.notes);
      io.report(lines, { log: name, format: read.format, file: read.report, rounded, ...counts });
    });

  log
    .command("seal")
    .description(
      "seal the epochs that are over, sign their heads, and write those that the clinic has not answered",
    )
    .option(...LOG_OPTION)
    .option(
      "--until <epoch>",
      "last epoch to seal: a date, a time in it, or its number (default: all that are over)",
    )
    .option("--device <name>", "the device's key in the vault", "simulated")
    .requiredOption("--out <file>", "where to write the signed heads")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nWhat a simulated device signs is self-attested. A sealed epoch takes no more readings.\n" +
        "\nExample:\n  vitalproof log seal --until 2026-03-02 --out heads.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions & Out & { until?: string; device: string }>();
      const now = await clockOf(io, options);
      const { kept, sealed, heads } = await withVault(io, options, async (vault) => {
        const device = await loadDevice(vault, options.device);
        const found = await resumeLog(vault, options.log);
        const until =
          options.until === undefined ? undefined : parseEpoch(found.profile, found.offset, options.until);
        const reports = await io.during("sealing", () => found.log.seal(now, until));
        const open = found.log.epochs.filter(({ status }) => status === "sealed");
        const signed = await Promise.all(open.map(({ epoch }) => found.log.sign(epoch, device)));
        return { kept: found, sealed: reports, heads: signed };
      });
      if (heads.length > 0) await writeDocument(io, SIGNED_HEADS, options.out, { heads }, options);
      io.report(
        [
          ...sealed.map(
            ({ epoch, filled, missing, moved, dropped }) =>
              `${nameOfEpoch(kept.profile, kept.offset, epoch)}: sealed, ${filled} slots filled, ${missing} missing, ${moved} moved, ${dropped} dropped`,
          ),
          heads.length === 0
            ? "Nothing to send: no epoch is over that the clinic has not answered."
            : `${heads.length} signed ${heads.length === 1 ? "head" : "heads"} in ${options.out}, for the clinic. Self-attested; no reading in it.`,
        ],
        {
          log: kept.name,
          sealed: sealed.map(({ head: _head, ...counts }) => counts),
          heads: heads.length,
          assurance: "self-attested",
          ...(heads.length > 0 ? { file: options.out } : {}),
        },
      );
    });

  log
    .command("accept <receipts>")
    .description("take the clinic's answer in: receipts checked and kept, gaps followed")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log accept receipts.json\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const answer = await readDocument(io, RECEIPTS, file);
      const result = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        const { opening } = kept.opened;
        if (
          answer.subject !== opening.subject ||
          answer.group !== opening.group ||
          answer.profile !== opening.profile
        ) {
          throw new VitalproofError("DOCUMENT_INVALID", `${file} answers another log.`, {
            details: { file },
            hint: "Name the log with --log, or ask the clinic for your own receipts.",
          });
        }
        for (const receipt of answer.receipts) await acceptReceipt(kept, receipt);
        const { gaps, resealed } = await kept.log.follow(answer.state);
        return { name: kept.name, profile: kept.profile, offset: kept.offset, gaps, resealed };
      });
      const name = (epoch: number): string => nameOfEpoch(result.profile, result.offset, epoch);
      io.report(
        [
          `${answer.receipts.length} receipts checked and kept.`,
          ...answer.refused.map(
            ({ epoch, code, message }) => `${name(epoch)}: refused, ${message} [${code}]`,
          ),
          ...result.gaps.map((epoch) => `${name(epoch)}: the clinic recorded a gap; so does the log now.`),
          ...(result.resealed.length === 0
            ? []
            : [
                `Sealed again behind the gaps: ${result.resealed.map(name).join(", ")}. Run \`vitalproof log seal\` and send them.`,
              ]),
        ],
        {
          log: result.name,
          receipts: answer.receipts.length,
          refused: answer.refused,
          gaps: result.gaps,
          resealed: result.resealed,
        },
      );
    });

  log
    .command("verify")
    .description("recompute the whole chain and check every receipt")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log verify --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const { name, epochs, receipts } = await withVault(io, options, async (vault) => {
        const kept = await io.during("recomputing the chain", () => resumeLog(vault, options.log));
        const receipted = kept.log.epochs.filter(({ receipt }) => receipt !== undefined);
        for (const { receipt } of receipted)
          verifyReceipt(kept.opened.domain, receipt!, kept.opened.attester);
        return { name: kept.name, epochs: kept.log.epochs.length, receipts: receipted.length };
      });
      io.report(
        [`Log "${name}": ${epochs} epochs follow from one another; ${receipts} receipts are the clinic's.`],
        { log: name, ok: true, epochs, receipts },
      );
    });

  log
    .command("show")
    .description("list the log's epochs: what state they are in and how full they are; no reading")
    .option(...LOG_OPTION)
    .addHelpText("after", "\nExample:\n  vitalproof log show\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const shown = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        return { kept, rows: kept.log.epochs.map((record) => rowOf(kept, record)) };
      });
      const { opening } = shown.kept.opened;
      io.report(
        [
          `Log "${shown.kept.name}" of ${opening.profile}, group ${opening.group}, self-attested; ${shown.kept.log.pending} readings wait to be sealed.`,
          ...shown.rows.map(
            (row) =>
              `${row.name}  epoch ${row.epoch}  ${row.status.padEnd(8)}  ${row.filled} filled, ${row.missing} missing, ${row.moved} moved, ${row.dropped} dropped`,
          ),
        ],
        {
          log: shown.kept.name,
          profile: opening.profile,
          group: opening.group,
          offset: opening.offset,
          pending: shown.kept.log.pending,
          nextEpoch: shown.kept.log.nextEpoch,
          assurance: "self-attested",
          epochs: shown.rows,
        },
      );
    });
}

function counted(what: string, counts: Readonly<Record<string, number>>): string[] {
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return shown.length === 0
    ? []
    : [`${what}: ${shown.map(([kind, count]) => `${count} ${kind}`).join(", ")}`];
}

async function acceptReceipt({ log, opened, profile }: PatientLog, receipt: SignedReceipt): Promise<void> {
  verifyReceipt(opened.domain, receipt, opened.attester);
  const { epoch, profile: id, offset } = unpackContext(receipt.context);
  if (id !== profile.id || offset !== opened.opening.offset) {
    throw new VitalproofError("LOG_DIVERGED", "A receipt is for another profile or offset than this log's.", {
      details: { epoch },
    });
  }
  await log.accept(epoch, receipt);
}

function rowOf({ log, profile, offset }: PatientLog, { epoch, status, codes, moved, dropped }: EpochRecord) {
  const missing = codes.filter((code) => code === MISSING).length;
  return {
    epoch,
    name: nameOfEpoch(profile, offset, epoch),
    status,
    filled: codes.length - missing,
    missing,
    moved,
    dropped,
    leaf: log.leaf(epoch),
    anchorDay: dayText(anchorDayOf(profile, offset, epoch)),
  };
}
