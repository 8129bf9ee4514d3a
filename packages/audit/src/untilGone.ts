// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ChainData } from "./chainData.ts";

/**
 * The same source until it throws a VitalproofError, which is how it says that it is away or has no such block; from
 * then on every question fails with that error, and so does `gone`. What could not be asked would otherwise look like
 * what a node refuses to tell: a warning each, in a report that nobody should take for one.
 */
export function untilGone(data: ChainData): { data: ChainData; gone: Promise<never> } {
  let fault: VitalproofError | undefined;
  let reject: (fault: VitalproofError) => void;
  const gone = new Promise<never>((_, rejected) => {
    reject = rejected;
  });
  const watched =
    <A extends readonly unknown[], R>(ask: (...asked: A) => Promise<R>) =>
    async (...asked: A): Promise<R> => {
      if (fault !== undefined) throw fault;
      try {
        return await ask(...asked);
      } catch (error) {
        if (error instanceof VitalproofError) {
          fault ??= error;
          reject(fault);
        }
        throw error;
      }
    };
  return {
    data: {
      chainId: watched(data.chainId),
      block: watched(data.block),
      logs: watched(data.logs),
      transaction: watched(data.transaction),
      call: watched(data.call),
      code: watched(data.code),
    },
    gone,
  };
}
