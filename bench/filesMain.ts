// SPDX-License-Identifier: GPL-3.0-or-later
//
// The process in which one table is inspected, or its cells are read by csv-parse alone: its memory is that of this file.
import { createReadStream } from "node:fs";
import { fileInput, type InspectOptions, inspectFile } from "@vitalproof/readers";
import { parse } from "csv-parse";

export interface FilesJob {
  readonly path: string;
  readonly how: "inspected" | "cells alone";
  readonly options: InspectOptions;
}

export interface FilesResult {
  readonly rows: number;
  /** From the first byte to the answer. */
  readonly milliseconds: number;
  /** Processor time of the process, all threads. */
  readonly cpu: number;
  /** Most memory that the process held, bytes. */
  readonly peakMemory: number;
}

async function rowsOf({ path, how, options }: FilesJob): Promise<number> {
  if (how === "inspected") return (await inspectFile(fileInput(path), options)).report.taken;
  let rows = -1;
  for await (const _ of createReadStream(path).pipe(parse())) rows += 1;
  return rows;
}

process.once("message", (job: FilesJob) => {
  const started = { at: performance.now(), cpu: process.cpuUsage() };
  void rowsOf(job)
    .then((rows): FilesResult => {
      const { user, system } = process.cpuUsage(started.cpu);
      return {
        rows,
        milliseconds: performance.now() - started.at,
        cpu: (user + system) / 1000,
        peakMemory: process.resourceUsage().maxRSS * 1024,
      };
    })
    .then((result) => process.send!(result, () => process.exit(0)));
});
