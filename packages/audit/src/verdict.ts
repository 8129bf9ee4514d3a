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
  const proofs = `${summary.proofsVerified} of ${counted(summary.claims, "proof")} verified`;
  const notices = counted(notice, "notice");
  if (error > 0) {
    const rest = `${counted(warning, "warning")}, ${notices}`;
    return { holds: false, sentence: `${counted(error, "error")} found. ${rest}.` };
  }
  return {
    holds: true,
    sentence:
      warning === 0
        ? `Nothing contradicts itself: ${proofs}, ledgers reconciled. 0 warnings, ${notices}.`
        : `Nothing that was checked contradicts itself: ${proofs}. ${counted(warning, "warning")} for what was not checked, ${notices}.`,
  };
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
