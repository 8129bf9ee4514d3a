// SPDX-License-Identifier: GPL-3.0-or-later
import { bindsFrom, FLOORS, FLOORS_LOOKED_UP, floorOf, gasUnder } from "../calldataFloor.ts";
import type { LedgerGasRow, LedgerPart, LedgerProofRow, ProverFigures, Report } from "../report.ts";
import { accessConstraints, LEDGER_ROWS } from "../targets.ts";
import { day, megabytes, number, seconds, spread, table, when } from "../words.ts";

export function ledgerLines({ ledger }: Report): string[] {
  if (ledger === undefined) return [];
  return [
    "## The health ledger",
    "",
    when(ledger),
    "",
    "What it is, is in [docs/ledger.md](../docs/ledger.md).",
    "",
    ...proofLines(ledger),
    ...gasLines(ledger),
  ];
}

function proofLines(ledger: LedgerPart): string[] {
  const programs = [...new Set(ledger.proofs.flatMap(({ native }) => native?.program ?? []))];
  const more = accessConstraints(ledger);
  return [
    "### Proving",
    "",
    ...table(
      ["circuit", "constraints", "domain", "key"],
      ledger.circuits.map(({ name, constraints, domain, zkeyBytes }) => [
        `\`${name}\``,
        number(constraints),
        `2^${domain}`,
        megabytes(zkeyBytes),
      ]),
    ),
    "",
    ...(more === undefined
      ? []
      : [`One access more takes ${number(Math.round(more))} constraints (244 to 1,024).`, ""]),
    "Full batches, by snarkjs (`childProcessProver`) and by a native prover (`nativeProver`) in turns, each proof in processes of its own,",
    "with files in the disk's cache. Medians, with fastest and slowest. *In all* includes the start of processes. A native *proof* includes",
    "the SDK's check. *Processor* counts all threads. *Memory* is the most that the prover's processes held together. *Times as fast*",
    "divides snarkjs's medians by the native prover's, of one run. *By `access-batch-64`* is processor time of one run. *Load* is the",
    "machine's in the minute before the run: where it is above its processors, times on the clock are others' work as well.",
    ...(programs.length === 0 ? [] : [`The native prover: ${programs.join("; ")}.`]),
    "",
    ...table(
      [
        "circuit",
        "prover",
        "rounds",
        "load",
        "witness",
        "proof",
        "in all",
        "processor",
        "memory",
        "times as fast: proof",
        "in all",
        "by processor",
        "by `access-batch-64`",
        "measured",
      ],
      ledger.proofs.flatMap((row) => proofRows(row, ledger)),
    ),
    "",
    ...notProvenLines(ledger),
  ];
}

function notProvenLines({ circuits, proofs }: LedgerPart): string[] {
  const missing = circuits.filter(({ name }) => !proofs.some(({ circuit }) => circuit === name));
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => `\`${name}\``).join(", ");
  return [`Not measured yet: ${names} (\`LONG=1 npm run bench -- ledger\`).`, ""];
}

function proofRows(row: LedgerProofRow, ledger: LedgerPart): string[][] {
  const cells = (prover: string, figures: ProverFigures, ratios: string[]) => [
    `\`${row.circuit}\``,
    prover,
    String(row.rounds),
    String(row.load),
    spread(figures.witness),
    spread(figures.proof),
    spread(figures.total),
    figures.cpu === null ? "" : seconds(figures.cpu.median),
    figures.peakMemory === null ? "" : `${number(Math.round(figures.peakMemory / 1e6))} MB`,
    ...ratios,
    day(row, ledger),
  ];
  const times = (value: number | null) => (value === null ? "" : `${value.toFixed(2)} ×`);
  const { native } = row;
  return [
    cells("snarkjs", row.snarkjs, ["1", "1", "1", times(row.ratio)]),
    ...(native === undefined
      ? []
      : [
          cells("native", native, [
            times(native.faster.proof),
            `**${times(native.faster.total)}**`,
            times(native.faster.cpu),
            "",
          ]),
        ]),
  ];
}

function gasLines({ transactions }: LedgerPart): string[] {
  return [
    "### On chain",
    "",
    "Measured by the code that bounds them in `test/contracts/ledgerGas.test.ts`, with full batches of 1,024, 244 and 64 accesses over a page of 16",
    "patients. Proofs are made from the published trapdoor of development keys, under each size's own key. The EVM cannot tell them from",
    "others, and `LONG=1 npm run test:file test/e2e/ledgerSizes.test.ts` has real ones. The circuit of the *claims* has a mock for a verifier, so",
    "that they are everything but its Groth16 verification.",
    "",
    "Every transaction costs at least a floor for its calldata, and what it costs is the larger of floor and gas used. *Floor* is today's.",
    `EIPs as they were looked up on ${FLOORS_LOOKED_UP}, with gas for a byte that is 0 and for any other:`,
    "",
    ...FLOORS.map(({ eip, status, zero, other }) => `- EIP-${eip}, ${zero} and ${other}: ${status}.`),
    "",
    "What else Glamsterdam changes in the price of storage and transactions (EIP-2780, EIP-8037 and EIP-8038) is not in these figures.",
    "",
    ...table(
      [
        "transaction",
        "gas today",
        "each",
        "calldata: zero bytes",
        "other bytes",
        "floor",
        ...FLOORS.slice(1).flatMap(({ eip }) => [`under EIP-${eip}`, "each"]),
      ],
      transactions.map((row) => [
        row.operation,
        number(row.gas),
        each(row, row.gas),
        number(row.calldata.zero),
        number(row.calldata.other),
        number(floorOf(row.calldata, FLOORS[0])),
        ...FLOORS.slice(1).flatMap((rule) => {
          const gas = gasUnder(rule, row.gas, row.calldata);
          return [number(gas), each(row, gas)];
        }),
      ]),
    ),
    "",
    ...moreLines(transactions),
  ];
}

const each = ({ units }: LedgerGasRow, gas: number): string =>
  units === 1 ? "" : (gas / units).toLocaleString("en", { maximumFractionDigits: 1 });

/** What one access more costs, and from where floors decide. */
function moreLines(transactions: readonly LedgerGasRow[]): string[] {
  const [smaller, larger] = [244, 1_024].map((accesses) =>
    transactions.find(({ operation }) => operation === LEDGER_ROWS.access(accesses)),
  );
  if (smaller === undefined || larger === undefined) return [];
  const more = (larger.gas - smaller.gas) / (larger.units - smaller.units);
  const from = FLOORS.map((rule) => {
    const accesses = bindsFrom(rule, [smaller, larger]);
    return `under EIP-${rule.eip} ${accesses === undefined ? "never" : `from ${number(accesses)}`}`;
  });
  return [
    `One access more costs ${more.toFixed(0)} gas (244 to 1,024). By the same two rows the floor decides a batch's cost ${from.join(", ")} accesses.`,
    "",
  ];
}
