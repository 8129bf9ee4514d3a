// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ANCHOR_REGISTRY_ABI,
  CIRCUIT_REGISTRY_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "@vitalproof/sdk";
import { HEALTH_LEDGER_ABI } from "@vitalproof/sdk/ledger";
import { Interface, type Result } from "ethers";
import type { LogEntry } from "./chainData.ts";

export type ContractName =
  | "claims"
  | "anchors"
  | "consents"
  | "ledger"
  | "circuits"
  | "scopes"
  | "pauses"
  | "custody";

export type ContractAddresses = Readonly<Record<ContractName, string>>;

type Interfaces = Readonly<Record<ContractName | "token", Interface>>;
let made: Interfaces | undefined;

/** Interfaces of the contracts, and of an ERC-20's transfers. Made on demand, and once: parsing an ABI takes milliseconds. */
export function contractInterfaces(): Interfaces {
  made ??= {
    claims: new Interface(CLAIMS_PAYOUT_ABI),
    anchors: new Interface(ANCHOR_REGISTRY_ABI),
    consents: new Interface(CONSENT_REGISTRY_ABI),
    ledger: new Interface(HEALTH_LEDGER_ABI),
    circuits: new Interface(CIRCUIT_REGISTRY_ABI),
    scopes: new Interface(SCOPE_REGISTRY_ABI),
    pauses: new Interface(PAUSE_REGISTRY_ABI),
    custody: new Interface(CUSTODY_ABI),
    token: new Interface([
      "event Transfer(address indexed from, address indexed to, uint256 value)",
      "function balanceOf(address account) view returns (uint256)",
      "function decimals() view returns (uint8)",
      "function symbol() view returns (string)",
    ]),
  };
  return made;
}

/** One event of a contract, with the time of its block. */
export class ChainEvent {
  readonly contract: ContractName | "token";
  readonly name: string;
  readonly log: LogEntry;
  /** Unix seconds. */
  readonly time: number;
  readonly #args: Result;

  constructor(contract: ContractName | "token", name: string, args: Result, log: LogEntry, time: number) {
    this.contract = contract;
    this.name = name;
    this.#args = args;
    this.log = log;
    this.time = time;
  }

  get place(): { block: number; transaction: string } {
    return { block: this.log.blockNumber, transaction: this.log.transactionHash };
  }

  big(name: string): bigint {
    return this.#args.getValue(name) as bigint;
  }

  number(name: string): number {
    return Number(this.big(name));
  }

  /** Strings as they are. */
  text(name: string): string {
    return String(this.#args.getValue(name));
  }

  /** Addresses and 32-byte words, in lower case. */
  hex(name: string): string {
    return this.text(name).toLowerCase();
  }

  /** A struct. */
  struct(name: string): Result {
    return this.#args.getValue(name) as Result;
  }
}

/** The event in a log; undefined for one that the interface does not know or that does not decode. */
export function parseEvent(abi: Interface, log: LogEntry): { name: string; args: Result } | undefined {
  try {
    const parsed = abi.parseLog({ topics: [...log.topics], data: log.data });
    if (parsed === null) return undefined;
    // Decoding is lazy: reading every argument brings errors out here.
    parsed.args.toArray(true);
    return { name: parsed.name, args: parsed.args };
  } catch {
    return undefined;
  }
}
