// SPDX-License-Identifier: GPL-3.0-or-later
import type { GlobalOptions } from "../../globals.ts";
import { needed } from "../../numbers.ts";
import type { PatientLog } from "../../patientLog.ts";
import type { QuestionOptions } from "../../questionOptions.ts";
import { parseEpoch } from "../../time.ts";

export type ProveOptions = GlobalOptions &
  QuestionOptions & {
    log?: string;
    policy?: bigint;
    program?: bigint;
    claims?: string;
    period?: number;
    from?: string;
    scope?: bigint;
    paths: string;
    out: string;
    force?: boolean;
  };

/** @throws USAGE without --from */
export function fromOption({ from }: ProveOptions, { profile, offset }: PatientLog): number {
  return parseEpoch(profile, offset, needed(from, "--from", "to say which period"));
}
