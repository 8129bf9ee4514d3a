// SPDX-License-Identifier: GPL-3.0-or-later
import { measureGas } from "../scripts/baselines/gas.ts";
import { type Assumptions, CHAINS, costOn, type TransactionCost } from "./chains.ts";
import { root } from "./circuits.ts";
import { step } from "./progress.ts";
import type { GasPart, OperationRow } from "./report.ts";
import { median } from "./statistics.ts";

/** Gas of every operation of the gas scenario, and what it costs on each chain at the assumed prices. */
export async function measureOperations(
  assumptions: Assumptions,
): Promise<Pick<GasPart, "assumptions" | "operations">> {
  const { gas, transactions } = await step("the gas scenario with real proofs", async () => measureGas(root));
  const operations: OperationRow[] = [];
  for (const [operation, used] of Object.entries(gas).sort(([a], [b]) => a.localeCompare(b, "en"))) {
    const sizes = transactions.filter((sent) => sent.operation === operation.replace(/\(.*$/, ""));
    if (sizes.length === 0) throw new Error(`the gas scenario says no size of a transaction of ${operation}`);
    const middle = (figure: "calldataBytes" | "calldataGas" | "transactionBytes") =>
      Math.round(median(sizes.map((sent) => sent[figure])));
    operations.push(
      withCosts(
        {
          operation,
          gas: used,
          calldataBytes: middle("calldataBytes"),
          calldataGas: middle("calldataGas"),
          transactionBytes: middle("transactionBytes"),
        },
        assumptions,
      ),
    );
  }
  return { assumptions, operations };
}

/** The same figures at other prices; nothing is measured anew. */
export function repriced(part: GasPart, assumptions: Assumptions): GasPart {
  return {
    ...part,
    assumptions,
    operations: part.operations.map(({ chains: _, ...operation }) => withCosts(operation, assumptions)),
  };
}

function withCosts(
  operation: TransactionCost & { readonly operation: string },
  assumptions: Assumptions,
): OperationRow {
  return { ...operation, chains: CHAINS.map((chain) => costOn(chain, operation, assumptions)) };
}
