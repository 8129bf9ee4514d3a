// SPDX-License-Identifier: GPL-3.0-or-later
import type { MeasuredReading } from "@vitalproof/readers";
import { stepRounder } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { counted } from "../../counted.ts";
import type { Io } from "../../io.ts";
import { resumeLog } from "../../patientLog.ts";
import { type ReadingOptions, readingsOf, readReadings, withReadingOptions } from "../../readings.ts";
import { withVault } from "../../vault.ts";
import { LOG_OPTION, type LogOptions } from "./options.ts";

export function registerAdd(log: Command, io: Io): void {
  withReadingOptions(log.command("add <file>"))
    .description("Add a file's readings to the log.")
    .option(...LOG_OPTION)
    .addOption(
      new Option(
        "--round <how>",
        "how to round readings between two steps of the profile: nearest, half up (default: refuse them)",
      ).choices(["nearest"]),
    )
    .addHelpText(
      "after",
      "\nReadings given twice count once. A refused reading does not stop the rest; refusals are counted by reason.\n" +
        "\nExample:\n  vitalproof log add clarity.csv --zone Europe/Berlin\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      type Options = LogOptions & ReadingOptions & { round?: "nearest" };
      const options = command.optsWithGlobals<Options>();
      const { name, read, rounded, appended } = await withVault(io, options, async (vault) => {
        const kept = await resumeLog(vault, options.log);
        const found = await readReadings(io, file, options, kept.profile);
        let count = 0;
        const round = stepRounder(kept.profile);
        const given = function* (say: (step: string) => void): Iterable<MeasuredReading> {
          for (const reading of readingsOf(found.series, say)) {
            const changed = options.round === undefined ? reading : round(reading);
            if (changed !== reading) count += 1;
            yield changed;
          }
        };
        const report = await io.during("storing", (say) => kept.log.append(given(say)));
        return { name: kept.name, read: found.report, rounded: count, appended: report };
      });
      const { refusals: _refusals, ...counts } = appended;
      const refused = Object.entries(counts.refused).filter(([, count]) => count > 0);
      const lines = [
        `${read.format}: ${counted(counts.given, "reading")}; log "${name}" took ${counts.taken}, had ${counts.duplicates} already.`,
        ...(counts.saturated > 0
          ? [`${counted(counts.saturated, "reading")} beyond the scale, stored as LOW or HIGH.`]
          : []),
        ...(rounded > 0 ? [`${counted(rounded, "reading")} rounded to the profile's step.`] : []),
        ...refused.map(([reason, count]) => `${count} refused: ${reason}`),
      ];
      if ((counts.refused["not-representable"] ?? 0) > 0) {
        lines.push("Readings between two steps are refused. Add --round nearest to round and count them.");
      }
      if ((counts.refused["other-source"] ?? 0) > 0) {
        lines.push(
          "A day has the readings of one source: of the first one that the log was given. Choose it with --source.",
        );
      }
      lines.push(...countsOf("skipped", read.skipped), ...countsOf("refused by the reader", read.refused));
      lines.push(...read.notes);
      io.report(lines, { log: name, format: read.format, file: read, rounded, ...counts });
    });
}

function countsOf(what: string, counts: Readonly<Record<string, number>>): string[] {
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return shown.length === 0
    ? []
    : [`${what}: ${shown.map(([kind, count]) => `${count} ${kind}`).join(", ")}`];
}
