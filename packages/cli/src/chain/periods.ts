// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, ClaimsClient, type PeriodFacts, periodFacts } from "@vitalproof/sdk";
import { Contract, type ContractRunner } from "ethers";
import { withHints } from "./hints.ts";

export type PeriodLine = Omit<PeriodFacts, "anchorRoot" | "circuit"> & {
  period: number;
  /** Unix seconds, `[start, end)`. */
  start: number;
  end: number;
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
    const {
      anchorRoot: _root,
      circuit: _circuit,
      ...facts
    } = await withHints(() => periodFacts(client, policy, period));
    const [start, end] = (await contract.getFunction("periodTimes")(policy, period)) as [bigint, bigint];
    lines.push({ period, start: Number(start), end: Number(end), ...facts });
  }
  return lines;
}
