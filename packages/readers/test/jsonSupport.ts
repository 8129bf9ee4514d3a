// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VitalproofError } from "@vitalproof/sdk";
import {
  type FileReport,
  type Format,
  type MeasuredReading,
  type ReadOptions,
  textInput,
} from "../src/index.ts";

const DATA = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "..", "shared", "data");

/** A real file's text; the test is skipped, saying so, where the data are absent. */
export function realFile(context: Mocha.Context, ...path: string[]): string {
  const file = join(DATA, ...path);
  if (existsSync(file)) return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  context.test!.title += ` (skipped: ../shared/data/${path.join("/")} is absent)`;
  return context.skip();
}

export type Outcome = { readings: MeasuredReading[]; report: FileReport };

/** A format alone, without the core around it. */
export async function readWith(
  format: Format,
  content: unknown,
  options: ReadOptions = {},
): Promise<Outcome> {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const readings: MeasuredReading[] = [];
  const report = await format.read(textInput(text), options, (reading) => readings.push(reading));
  return { readings, report };
}

/** The error that a format refuses a whole file with. */
export async function refusal(
  format: Format,
  content: unknown,
  options: ReadOptions = {},
): Promise<VitalproofError> {
  try {
    await readWith(format, content, options);
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("The file was read.");
}

export const seconds = (iso: string): number => Date.parse(iso) / 1000;

export const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);
