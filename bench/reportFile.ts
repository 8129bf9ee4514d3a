// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Report } from "./report.ts";

const SCHEMA = join(import.meta.dirname, "report.schema.json");

/** What of a value is not as bench/report.schema.json says, one line each; empty when all is. */
export function reportProblems(value: unknown): string[] {
  const require = createRequire(import.meta.url);
  const { default: Ajv } = require("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, "utf8")));
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/**
 * The report of an earlier run, or an empty one.
 * @throws Error naming the file when it is not JSON or not as the schema says
 */
export function loadReport(file: string): Report {
  if (!existsSync(file)) return { schema: 1, targets: [] };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `bench/report.json is not JSON: ${(error as Error).message}. Restore it, or delete it and run all parts.`,
    );
  }
  const [problem] = reportProblems(value);
  if (problem !== undefined)
    throw new Error(
      `bench/report.json is not as its schema says: ${problem}. Restore it, or delete it and run all parts.`,
    );
  return value as Report;
}
