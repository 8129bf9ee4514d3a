// SPDX-License-Identifier: GPL-3.0-or-later
import { loadInstances, readManifest, resolveConfig } from "@vitalproof/hardhat-circom/circuits";
import { getBytes } from "ethers";
import { calldataBytesOf } from "./calldataFloor.ts";
import { root } from "./circuits.ts";
import { BASE_CIRCUIT, measureProofs } from "./ledgerProofs.ts";
import { LEDGER_CIRCUITS, type LedgerCircuit } from "./ledgerWitness.ts";
import { configuredNativeProver } from "./nativeProgram.ts";
import { step } from "./progress.ts";
import {
  type LedgerCircuitRow,
  type LedgerGasRow,
  type LedgerPart,
  type LedgerProofRow,
  mergeRows,
} from "./report.ts";
import { LEDGER_GAS, LEDGER_ROWS } from "./targets.ts";

type Figures = Pick<LedgerPart, "circuits" | "proofs" | "transactions">;
type Circuit = LedgerCircuitRow & { readonly name: LedgerCircuit };

/** Circuits above this domain are proven with LONG=1 only: minutes and gigabytes. */
const USUAL_DOMAIN = 17;

/**
 * Gas of the health ledger's transactions, and proofs of its circuits. Without a native prover, figures of one are not
 * thrown away: the proofs of the circuits that have them stay, as long as the circuit is the one that was proven.
 * @param onFigures called when there is gas, and after each circuit: the large ones take minutes
 */
export async function measureLedger(
  before: Partial<Figures> | undefined,
  { full, today }: { readonly full: boolean; readonly today: string },
  onFigures: (figures: Figures) => void,
): Promise<void> {
  const transactions = await measureTransactions();
  const circuits = await circuitsOfLedger();
  const order = ({ circuit }: LedgerProofRow) => circuits.findIndex(({ name }) => name === circuit);
  let proofs = before?.proofs ?? [];
  onFigures({ circuits, proofs, transactions });
  const native = configuredNativeProver() !== undefined;
  const stays = ({ name, constraints }: Circuit) =>
    !native &&
    proofs.some((row) => row.circuit === name && row.native !== undefined && row.constraints === constraints);
  const long = full || process.env.LONG !== undefined;
  const wanted = circuits.filter((row) => (long || row.domain <= USUAL_DOMAIN) && !stays(row));
  if (wanted.length === 0) return;
  const base = circuits.find(({ name }) => name === BASE_CIRCUIT)!;
  await measureProofs([base, ...wanted.filter((row) => row !== base)], today, (row) => {
    if (!wanted.some(({ name }) => name === row.circuit)) return;
    proofs = mergeRows(
      proofs,
      [row],
      ({ circuit }) => circuit,
      (a, b) => order(a) - order(b),
    );
    onFigures({ circuits, proofs, transactions });
  });
}

async function circuitsOfLedger(): Promise<Circuit[]> {
  const config = resolveConfig(undefined, root);
  const instances = await loadInstances(config);
  return Promise.all(
    LEDGER_CIRCUITS.map(async (name) => {
      const manifest = await readManifest(config, instances.find((instance) => instance.name === name)!);
      if (manifest === undefined)
        throw new Error(`${name} has no manifest; run: npx hardhat circuits build ${name}`);
      const { constraints, domain, key } = manifest;
      return { name, constraints: constraints.nonLinear + constraints.linear, domain, zkeyBytes: key.bytes };
    }),
  );
}

/** By the code that bounds them in test/contracts/ledgerGas.test.ts. */
async function measureTransactions(): Promise<LedgerGasRow[]> {
  // Loaded late: it needs the contracts' generated types, which `hardhat build` makes.
  const costs = await import("../test/contracts/support/ledgerCosts.ts");
  const rows: LedgerGasRow[] = [];
  const add = async (operation: string, units: number, cost: () => ReturnType<typeof costs.forceCost>) => {
    const { gas, data } = await step(`gas of ${operation}`, cost);
    rows.push({ operation, units, gas, calldata: calldataBytesOf(getBytes(data)) });
  };
  for (const [accesses] of LEDGER_GAS.access)
    await add(LEDGER_ROWS.access(accesses), accesses, () => costs.accessBatchCost(accesses));
  await add(LEDGER_ROWS.consents, 31, costs.consentBatchCost);
  await add(LEDGER_ROWS.force, 1, costs.forceCost);
  await add(LEDGER_ROWS.bind, 1, costs.bindCost);
  for (const source of ["ledger", "registry"] as const)
    await add(LEDGER_ROWS.claim[source], 1, () => costs.claimCost(source));
  return rows;
}
