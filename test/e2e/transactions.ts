// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes, type Interface, Transaction } from "ethers";
import { calldataGas } from "../../bench/chains.ts";
import { type Fixture, verifierOf } from "./fixture.ts";

/** One transaction of the chain by what it did. */
export interface TransactionSize {
  /** As `--gas-stats-json` names it: `Contract.function` or `Contract deployment`. */
  readonly operation: string;
  readonly calldataBytes: number;
  readonly calldataGas: number;
  /** Of the signed transaction. */
  readonly transactionBytes: number;
}

/** Sizes of all transactions that the fixture's chain has seen: what a rollup is paid for besides gas. */
export async function transactionSizes(fixture: Fixture): Promise<TransactionSize[]> {
  const { provider } = fixture.world.connection.ethers;
  const names = await contractNames(fixture);
  const sizes: TransactionSize[] = [];
  for (let number = 0; number <= (await provider.getBlockNumber()); number++) {
    const block = (await provider.getBlock(number, true))!;
    for (const sent of block.prefetchedTransactions) {
      const receipt = (await provider.getTransactionReceipt(sent.hash))!;
      const contract = names.get(sent.to ?? receipt.contractAddress ?? "");
      if (contract === undefined) continue;
      const called = contract.interface.parseTransaction({ data: sent.data });
      if (sent.to !== null && called === null) continue;
      const data = getBytes(sent.data);
      sizes.push({
        operation: sent.to === null ? `${contract.name} deployment` : `${contract.name}.${called!.name}`,
        calldataBytes: data.length,
        calldataGas: calldataGas(data),
        transactionBytes: getBytes(Transaction.from(sent).serialized).length,
      });
    }
  }
  return sizes;
}

async function contractNames(fixture: Fixture): Promise<Map<string, { name: string; interface: Interface }>> {
  const { connection, contracts, token } = fixture.world;
  const { circuit } = await contracts.claims.program(1);
  const at = async (name: string, address: string) => connection.ethers.getContractAt(name, address);
  const list: [string, { getAddress(): Promise<string>; interface: Interface }][] = [
    ["CircuitRegistry", contracts.circuits],
    ["AnchorRegistry", contracts.anchors],
    ["ConsentRegistry", contracts.consents],
    ["ScopeRegistry", contracts.scopes],
    ["PauseRegistry", contracts.pauses],
    ["Custody", contracts.custody],
    ["HealthLedger", contracts.ledger],
    ["ClaimsPayout", contracts.claims],
    ["TestToken", token],
    ["GlucoseDayVerifier", await verifierOf(fixture)],
    ["Groth16BatchVerifier", await at("Groth16BatchVerifier", await contracts.circuits.batchVerifier())],
    ["VerificationKey", await at("VerificationKey", await contracts.circuits.verificationKeyOf(circuit))],
  ];
  return new Map(
    await Promise.all(
      list.map(
        async ([name, contract]) =>
          [await contract.getAddress(), { name, interface: contract.interface }] as const,
      ),
    ),
  );
}
