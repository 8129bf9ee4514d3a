// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, type PeriodFacts, periodFacts } from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";
import { withHints } from "./hints.ts";

export type PeriodLine = Omit<PeriodFacts, "anchorRoot" | "circuit"> & {
  period: number;
  /** Unix seconds, `[start, end)`. */
  start: number;
  end: number;
};

/** The state of a policy's periods, from `first` to before `count`. */
export async function periodLines(
  claims: string,
  runner: ContractRunner,
  policy: bigint,
  count: number,
  first = 0,
): Promise<PeriodLine[]> {
  const client = new ClaimsClient(claims, runner);
  const lines: PeriodLine[] = [];
  for (let period = first; period < count; period++) {
    const {
      anchorRoot: _root,
      circuit: _circuit,
      ...facts
    } = await withHints(() => periodFacts(client, policy, period));
    lines.push({ period, ...(await client.periodTimes(policy, period)), ...facts });
  }
  return lines;
}
