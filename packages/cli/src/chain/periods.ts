// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, ClaimsClient, type PeriodState } from "@vitalproof/sdk";
import { Contract, type ContractRunner } from "ethers";
import { withHints } from "./hints.ts";

export type PeriodLine = {
  period: number;
  /** Unix seconds, `[start, end)`. */
  start: number;
  end: number;
  state: PeriodState;
  /** End of a review or of the arbiter's time; 0 for none. */
  until: number;
  anchorDay: number;
  /** First second at which it can no longer be claimed; 0 while the day is not anchored. */
  closesAt: number;
  /** First second at which an unclaimed period's reserve becomes free, as things stand. */
  releasableFrom: number;
};

/** Where the periods of a policy stand; `first` to before `count`. */
export async function periodLines(
  claims: string,
  runner: ContractRunner,
  policy: bigint,
  count: number,
  first = 0,
): Promise<PeriodLine[]> {
  const client = new ClaimsClient(claims, runner);
  const contract = new Contract(claims, CLAIMS_PAYOUT_ABI, runner);
  const lines: PeriodLine[] = [];
  for (let period = first; period < count; period++) {
    const { state, until } = await withHints(() => client.periodOf(policy, period));
    const window = await client.windowOf(policy, period);
    const [start, end] = (await contract.getFunction("periodTimes")(policy, period)) as [bigint, bigint];
    lines.push({
      period,
      start: Number(start),
      end: Number(end),
      state,
      until,
      anchorDay: await client.anchorDayOf(policy, period),
      closesAt: Number(window.closesAt),
      releasableFrom: Number(window.releasableFrom),
    });
  }
  return lines;
}
