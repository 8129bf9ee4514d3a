// SPDX-License-Identifier: GPL-3.0-or-later
import { Custody, TokenClient } from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";
import { same } from "./addresses.ts";
import type { Ledger, ProgramRow } from "./ledger.ts";

/** A figure that events give otherwise than custody. Smallest units. */
export type Difference = {
  readonly name: string;
  readonly byEvents: bigint;
  readonly byContract: bigint;
};

/** Money as events and custody have it, at one block. */
export type Figures = Readonly<Record<"free" | "committed" | "all", bigint>>;

/** What the events add up to: of a program, and `all` of every program of its token together. */
export function figuresOf(ledger: Ledger, program: ProgramRow): Figures {
  let all = 0n;
  for (const { token, free, reserved, owed } of ledger.programs.values()) {
    if (same(token, program.token)) all += free + reserved + owed;
  }
  return { free: program.free, committed: program.reserved + program.owed, all };
}

/**
 * Compares figures from events with custody's own view at a block, and with the tokens that it holds.
 * @param byEvents taken when the events were read up to `block`
 * @returns what differs. A sum above that of the programs is fine, because other products have escrows; so is a balance
 *          above the sum, because anyone can send tokens to custody
 * @throws what the node answers, for example that it no longer has the state of that block
 */
export async function differences(
  custody: string,
  runner: ContractRunner,
  program: Pick<ProgramRow, "escrow" | "token">,
  byEvents: Figures,
  block: number,
): Promise<Difference[]> {
  const client = new Custody(custody, runner);
  const [view, accounted, balance] = await Promise.all([
    client.escrow(program.escrow, block),
    client.accountedIn(program.token, block),
    new TokenClient(program.token, runner).balanceOf(custody, block),
  ]);
  const figures: Difference[] = [
    { name: "Free", byEvents: byEvents.free, byContract: view.free },
    { name: "Reserved and owed", byEvents: byEvents.committed, byContract: view.committed },
  ];
  const wrong = figures.filter((figure) => figure.byEvents !== figure.byContract);
  if (accounted < byEvents.all)
    wrong.push({ name: "All programs of this token", byEvents: byEvents.all, byContract: accounted });
  if (balance < accounted)
    wrong.push({ name: "Tokens that custody holds", byEvents: accounted, byContract: balance });
  return wrong;
}
