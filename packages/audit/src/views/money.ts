// SPDX-License-Identifier: GPL-3.0-or-later
import type { Result } from "ethers";
import type { Ledger } from "../claims/types.ts";
import { inParallel } from "../parallel.ts";
import { explainTransfers } from "../unexplained.ts";
import { compare, fields, unavailable, type ViewContext } from "./compare.ts";

/** What custody has in the audited token after the last block, and whose it is. */
export type Holdings = {
  /** The token's word for what custody has; undefined where it was not to be had. */
  readonly balance: bigint | undefined;
  /** In escrows of other products; 0 where it was not to be had. */
  readonly others: bigint;
  /** Direct transfers, which belong to no one. */
  readonly donated: bigint;
};

/** Compares ledgers, escrows, transfers and the token's balance. */
export async function checkMoney(context: ViewContext): Promise<Holdings> {
  const { claims, program, custody, addresses, findings, transfers } = context;
  for (const escrow of custody.escrows.values()) {
    if (escrow.module !== addresses.claims || claims.programOf(escrow.id) !== undefined) continue;
    findings.add(
      "ESCROW_WITHOUT_PROGRAM",
      `Escrow ${escrow.id} was opened by the claims contract, and no program has it.`,
    );
  }
  const programs = [...claims.programs.values()].filter(({ token }) => token === program.token);
  await inParallel(programs, async ({ id, escrow, insurer, token, ledger }) => {
    const expected = {
      token,
      owner: insurer,
      module: addresses.claims,
      free: ledger.free,
      committed: ledger.reserved + ledger.owed,
    };
    await compare(context, "custody", "escrow", [escrow], "VIEW_ESCROW_DISAGREES", {}, (result) =>
      fields(result[0] as Result, expected, `escrow ${escrow} (program ${id})`),
    );
  });
  const others = await readOthers(context);
  const { held, paid } = others;
  const owned = programs.reduce((sum, { ledger }) => sum + totalOf(ledger), 0n);
  const donated = explainTransfers(transfers, addresses.custody, paid, findings);
  const balance = await readBalance(context);
  const holdings = { balance, others: held, donated };
  if (!others.known) return holdings;
  const rightful = owned + held;
  await compare(
    context,
    "custody",
    "accountedIn",
    [program.token],
    "VIEW_ACCOUNTED_DISAGREES",
    {},
    (result) => [["the sum of all escrows in the token", result[0], rightful]],
  );
  if (balance === undefined) return holdings;
  if (balance < rightful) {
    findings.add("BALANCE_TOO_LOW", `Custody holds ${balance} of the token; its escrows have ${rightful}.`);
  } else if (balance !== rightful + donated) {
    findings.add(
      "BALANCE_UNEXPLAINED",
      `Custody holds ${balance} of the token; its escrows have ${rightful}, direct transfers brought ${donated}.`,
    );
  }
  return holdings;
}

/** What is free, reserved and owed. */
export function totalOf({ free, reserved, owed }: Ledger): bigint {
  return free + reserved + owed;
}

/**
 * Escrows of other products in the token: what custody says they hold, and what must have been paid out of them. Who
 * was paid is in events of their modules, which are not read here.
 */
async function readOthers(
  context: ViewContext,
): Promise<{ known: boolean; held: bigint; paid: { least: bigint; most: bigint } }> {
  const { custody, program, addresses, findings } = context;
  const others = custody.ofOthers(program.token, addresses.claims);
  const brought = others.reduce((sum, { funded, withdrawn }) => sum + funded - withdrawn, 0n);
  let [held, read] = [0n, 0];
  await inParallel(others, async ({ id, token, owner, module }) => {
    await compare(context, "custody", "escrow", [id], "VIEW_ESCROW_DISAGREES", {}, (result) => {
      const record = result[0] as Result;
      held += (record.getValue("free") as bigint) + (record.getValue("committed") as bigint);
      read++;
      return fields(record, { token, owner, module }, `escrow ${id}`);
    });
  });
  if (read < others.length) return { known: false, held: 0n, paid: { least: 0n, most: brought } };
  if (held > brought) {
    findings.add(
      "VIEW_ESCROW_DISAGREES",
      `The escrows of other products hold ${held} of the token; only ${brought} were brought to them.`,
    );
  }
  return { known: true, held, paid: { least: brought - held, most: brought - held } };
}

async function readBalance(context: ViewContext): Promise<bigint | undefined> {
  const { program, findings, addresses, interfaces, data, block } = context;
  const abi = interfaces.token;
  const result = await data
    .call(program.token, abi.encodeFunctionData("balanceOf", [addresses.custody]), block)
    .catch(() => undefined);
  if (result !== undefined) return abi.decodeFunctionResult("balanceOf", result)[0] as bigint;
  unavailable(findings, "balanceOf");
  return undefined;
}
