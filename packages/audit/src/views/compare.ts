// SPDX-License-Identifier: GPL-3.0-or-later
import type { Interface, Result } from "ethers";
import type { AnchorState } from "../anchorState.ts";
import type { ChainData } from "../chainData.ts";
import type { CircuitsState } from "../circuits/state.ts";
import type { ClaimsState } from "../claims/state.ts";
import type { ProgramState } from "../claims/types.ts";
import type { Progress } from "../collect.ts";
import type { ConsentsState } from "../consentState.ts";
import type { CustodyState } from "../custodyState.ts";
import type { ContractAddresses, ContractName } from "../events.ts";
import type { FindingCode, FindingPlace, Findings } from "../findings.ts";
import type { KnownKeys } from "../keys.ts";
import type { HealthLedgerState } from "../ledgerState.ts";
import type { PausesState } from "../pauseState.ts";
import type { ScopesState } from "../scopeState.ts";
import type { Transfers } from "../transfers.ts";

export type ViewContext = {
  readonly data: ChainData;
  readonly chainId: bigint;
  /** Block and its time: all views are of the state after it. */
  readonly block: number;
  readonly now: number;
  readonly addresses: ContractAddresses;
  readonly interfaces: Readonly<Record<ContractName | "token", Interface>>;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly healthLedger: HealthLedgerState;
  readonly circuits: CircuitsState;
  readonly scopes: ScopesState;
  readonly pauses: PausesState;
  readonly custody: CustodyState;
  readonly claims: ClaimsState;
  readonly program: ProgramState;
  readonly transfers: Transfers;
  readonly keys: KnownKeys;
  readonly findings: Findings;
  readonly progress: Progress;
};

export type Expected = Readonly<Record<string, unknown>>;

/** Calls a view and reports every pair that differs. @returns whether all agree */
export async function compare(
  { data, block, addresses, interfaces, findings }: ViewContext,
  contract: ContractName,
  name: string,
  args: readonly unknown[],
  code: FindingCode,
  place: FindingPlace,
  pairs: (result: Result) => [what: string, actual: unknown, expected: unknown][],
): Promise<boolean> {
  const abi = interfaces[contract];
  let result: Result;
  try {
    const answer = await data.call(addresses[contract], abi.encodeFunctionData(name, [...args]), block);
    result = abi.decodeFunctionResult(name, answer);
  } catch (error) {
    // A contract that does not know what its events tell of reverts; a node without the state says something else.
    if (/revert/i.test((error as Error).message)) {
      findings.add(code, `${name}(${args.join(", ")}) reverts, though the events tell of it.`, place);
    } else {
      unavailable(findings, name);
    }
    return false;
  }
  const wrong = pairs(result).filter(([, actual, expected]) => String(actual) !== String(expected));
  for (const [what, actual, expected] of wrong) {
    findings.add(
      code,
      `${name} gives ${String(actual)} as the ${what}; the events give ${String(expected)}.`,
      place,
    );
  }
  return wrong.length === 0;
}

export function fields(
  record: Result,
  expected: Expected,
  of: string,
): [what: string, actual: unknown, expected: unknown][] {
  return Object.entries(expected).map(([name, value]) => [
    `${name} of ${of}`,
    lower(record.getValue(name)),
    value,
  ]);
}

export function lower(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

export function unavailable(findings: Findings, name: string): void {
  findings.add("DATA_VIEW_UNAVAILABLE", `The node did not answer ${name}; it was not compared.`);
}
