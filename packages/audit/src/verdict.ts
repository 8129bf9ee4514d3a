// SPDX-License-Identifier: GPL-3.0-or-later
import type { AuditReport } from "./report.ts";

export type Verdict = {
  /** Whether no error was found. Warnings say what could not be checked. */
  readonly holds: boolean;
  readonly sentence: string;
};

/** What an audit comes to, in one sentence. */
export function verdictOf({ summary }: AuditReport): Verdict {
  const { error, warning, notice } = summary.findings;
  const rest = `${counted(warning, "warning")}, ${counted(notice, "notice")}.`;
  return error === 0
    ? {
        holds: true,
        sentence: `Nothing contradicts itself: ${summary.proofsVerified} of ${counted(summary.claims, "proof")} verified, ledgers reconciled. ${rest}`,
      }
    : { holds: false, sentence: `${counted(error, "error")} found. ${rest}` };
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
