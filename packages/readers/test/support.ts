// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from "node:fs";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { type FileInput, fileInput } from "../src/index.ts";

const DATA = join(import.meta.dirname, "../../../../shared/data");

/** Skips a test where the folder of real data is not beside the repository. @returns paths of the files */
export function shared(test: Mocha.Context, ...paths: string[]): string[] {
  const found = paths.map((path) => join(DATA, path));
  const missing = found.findIndex((path) => !existsSync(path));
  if (missing >= 0) {
    console.log(`      skipped: ../shared/data/${paths[missing]} is not beside the repository`);
    test.skip();
  }
  return found;
}

export function sharedInput(path: string): FileInput {
  return fileInput(join(DATA, path));
}

/** The error that a promise rejects with; other errors than ours pass through. */
export async function rejected(promise: Promise<unknown>): Promise<VitalproofError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("It was expected to be refused, and was not.");
}
