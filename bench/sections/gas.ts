// SPDX-License-Identifier: GPL-3.0-or-later
import { CHAINS } from "../chains.ts";
import type { Report } from "../report.ts";
import { number, type Plot, table, when } from "../words.ts";
import { limitWords } from "./batches.ts";

export function gasLines({ gas }: Report, plot: Plot): string[] {
  if (gas === undefined) return [];
  const { date, ethereumGasGwei, dataGweiPerByte, etherUsd } = gas.assumptions;
  const usd = (value: number) => (value >= 1 ? value.toFixed(2) : value.toPrecision(2));
  return [
    "## Gas and money",
    "",
    when(gas),
    "",
    ...plot("gas.svg", "gas of every operation"),
    ...plot("claim-cost.svg", "one claim on each chain"),
    "Medians of the gas scenario with real proofs (`test/e2e/gas.test.ts`). The committed baseline is in [baselines](baselines/gas.json).",
    `**Prices are assumptions of ${date}**, not quotes: Ethereum ${ethereumGasGwei} gwei a unit of gas, a rollup's data ${dataGweiPerByte} gwei a byte,`,
    `${number(etherUsd)} USD an ether (\`--gas-price\`, \`--data-price\`, \`--eth-usd\`). On Ethereum data is the calldata's part of the gas. On the rollups it is`,
    "paid on top, by the bytes of the signed transaction:",
    "",
    ...CHAINS.map(
      (chain) =>
        `- **${chain.title}**, ${Number(chain.gasGwei(gas.assumptions).toPrecision(3))} gwei a unit of gas; a transaction: ${limitWords(chain)}: ${chain.note}.`,
    ),
    "",
    ...table(
      [
        "operation",
        "gas",
        "of it calldata",
        "calldata bytes",
        "transaction bytes",
        ...CHAINS.map(({ title }) => `${title}: execution + data, USD`),
      ],
      gas.operations.map((row) => [
        `\`${row.operation}\``,
        number(row.gas),
        number(row.calldataGas),
        number(row.calldataBytes),
        number(row.transactionBytes),
        ...row.chains.map((cost) => `${usd(cost.executionUsd)} + ${usd(cost.dataUsd)}`),
      ]),
    ),
    "",
  ];
}
