// SPDX-License-Identifier: GPL-3.0-or-later
import { ERROR_CODES, VitalproofError } from "@vitalproof/sdk";
import type { Reading, ReadingJob, Standing } from "./reading.ts";

/** A standing as it passes between threads: an error loses its class there. */
type PlainStanding =
  | Exclude<Standing, { name: "unreadable" }>
  | { readonly name: "unreadable"; readonly error: PlainError };
type PlainError = { readonly code: string; readonly message: string; readonly hint: string | undefined };

export type ReadingAnswer =
  | { readonly kind: "done"; readonly reading: Omit<Reading, "standings"> & { standings: PlainStanding[] } }
  | { readonly kind: "failed"; readonly error: PlainError };

/** The page's end of the worker; `Worker` has it, tests make one. */
export type ReadingWorker = {
  postMessage(job: ReadingJob): void;
  terminate(): void;
  addEventListener(type: "message", listener: (event: { data: ReadingAnswer }) => void): void;
  addEventListener(type: "error" | "messageerror", listener: (event: unknown) => void): void;
};

/** The worker's side. It never throws. */
export function answerOf(job: ReadingJob, read: (job: ReadingJob) => Reading): ReadingAnswer {
  try {
    const { standings, accounting } = read(job);
    const plain = standings.map(
      (each): PlainStanding =>
        each.name === "unreadable" ? { name: each.name, error: plainOf(each.error) } : each,
    );
    return { kind: "done", reading: { standings: plain, accounting } };
  } catch (error) {
    return { kind: "failed", error: plainOf(error) };
  }
}

/** Reads in a fresh worker: trying keys on thousands of records takes longer than a page may be frozen. */
export function readInWorker(job: ReadingJob, worker: () => ReadingWorker): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const running = worker();
    const end = (): void => running.terminate();
    running.addEventListener("message", ({ data }) => {
      end();
      if (data.kind === "failed") {
        reject(errorOf(data.error));
        return;
      }
      const standings = data.reading.standings.map(
        (each): Standing =>
          each.name === "unreadable" ? { name: each.name, error: errorOf(each.error) } : each,
      );
      resolve({ ...data.reading, standings });
    });
    for (const type of ["error", "messageerror"] as const) {
      running.addEventListener(type, (cause) => {
        end();
        reject(
          new VitalproofError("CONTRACT_CALL_FAILED", "The browser ended the reading of the records.", {
            hint: "Close other tabs and try again.",
            cause,
          }),
        );
      });
    }
    running.postMessage(job);
  });
}

/** Messages of the SDK hold no secrets; those of others are not passed on. */
function plainOf(error: unknown): PlainError {
  if (error instanceof VitalproofError)
    return { code: error.code, message: error.shortMessage, hint: error.hint };
  return {
    code: "CONTRACT_CALL_FAILED",
    message: "The records could not be read for a reason that this page does not know.",
    hint: "Reload the page and try again.",
  };
}

function errorOf({ code, message, hint }: PlainError): VitalproofError {
  const known = ERROR_CODES.find((each) => each === code);
  return new VitalproofError(known ?? "CONTRACT_CALL_FAILED", message, { hint });
}
