// SPDX-License-Identifier: GPL-3.0-or-later
import { type DayKind, DEMO_DAYS, syntheticClarity, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { whole } from "../numbers.ts";
import { dayText, parseDay } from "../time.ts";

type Options = GlobalOptions & { out: string; force?: boolean; firstDay: string; days: string; seed: number };

const KINDS: readonly DayKind[] = ["good", "bad", "gaps"];

export function registerDemoData(program: Command, io: Io): void {
  program
    .command("demo-data")
    .description(
      "Write a synthetic CGM export in the Dexcom Clarity format. It contains no real person's data.",
    )
    .requiredOption("--out <file>", "where to write it")
    .option("--force", "replace the file")
    .option("--first-day <date>", "local date of the first day", "2026-03-02")
    .option("--days <kinds>", "one word per day: good, bad or gaps", DEMO_DAYS.join(","))
    .option("--seed <n>", "the same seed gives the same file", whole, 1)
    .addHelpText("after", "\nExample:\n  vitalproof demo-data --days good,bad --out clarity.csv\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const days = options.days.split(",").map(kindOf);
      const firstDay = dayText(parseDay(options.firstDay));
      await writeText(io, options.out, syntheticClarity({ firstDay, days, seed: options.seed }), options);
      io.report([`${days.length} synthetic days from ${firstDay} in ${options.out}.`], {
        file: options.out,
        firstDay,
        days,
        seed: options.seed,
      });
    });
}

function kindOf(text: string): DayKind {
  const kind = KINDS.find((candidate) => candidate === text.trim());
  if (kind !== undefined) return kind;
  throw new VitalproofError("USAGE", `"${text}" is not a kind of day.`, {
    details: { text },
    hint: `Kinds are ${KINDS.join(", ")}.`,
  });
}
