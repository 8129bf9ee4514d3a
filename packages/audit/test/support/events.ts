// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash } from "ethers";
import { ChainEvent, type ContractName, contractInterfaces, parseEvent } from "../../src/events.ts";

const interfaces = contractInterfaces();
let transactions = 0;

/** An event as a chain would give it, encoded and read again; each in a transaction of its own unless one is named. */
export function eventOf(
  contract: ContractName,
  name: string,
  args: readonly unknown[],
  time: number,
  transaction = `0x${(++transactions).toString(16).padStart(64, "0")}`,
): ChainEvent {
  const abi = interfaces[contract];
  const { topics, data } = abi.encodeEventLog(abi.getEvent(name)!, [...args]);
  const log = {
    address: "0x00",
    topics,
    data,
    blockNumber: time,
    blockHash: ZeroHash,
    transactionHash: transaction,
    logIndex: 0,
  };
  const parsed = parseEvent(abi, log)!;
  return new ChainEvent(contract, parsed.name, parsed.args, log, time);
}

/** An address with one digit all over. */
export function account(digit: number): string {
  return `0x${digit.toString(16).repeat(40)}`;
}
