// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type BaseContract,
  Contract,
  type ContractRunner,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  isError,
  type LogDescription,
} from "ethers";
import { type Detail, VitalproofError } from "../errors.ts";
import { interfaceOf } from "./interfaces.ts";

/** A transaction that was mined. */
export type Sent<T = undefined> = {
  result: T;
  hash: string;
  blockNumber: number;
  gasUsed: bigint;
  receipt: ContractTransactionReceipt;
};

/** A contract with TypeChain's type. */
export function connect<T extends BaseContract>(
  abi: Parameters<typeof interfaceOf>[0],
  address: string,
  runner: ContractRunner,
): T {
  return new Contract(address, interfaceOf(abi), runner) as unknown as T;
}

/**
 * Sends a transaction and waits until it is mined.
 * @param result reads what the transaction made out of the contract's events
 * @throws CONTRACT_REVERTED with the contract's own error in `details`, CONTRACT_CALL_FAILED for everything else
 */
export async function send<T = undefined>(
  contract: BaseContract,
  action: string,
  transaction: () => Promise<ContractTransactionResponse>,
  result?: (events: readonly LogDescription[]) => T,
): Promise<Sent<T>> {
  const receipt = await attempt(contract, action, async () => (await transaction()).wait());
  if (receipt === null)
    throw new VitalproofError("CONTRACT_CALL_FAILED", `${action} was sent and not mined.`);
  const address = (await contract.getAddress()).toLowerCase();
  const events = receipt.logs
    .filter((log) => log.address.toLowerCase() === address)
    .map((log) => contract.interface.parseLog(log))
    .filter((event): event is LogDescription => event !== null);
  const { hash, blockNumber, gasUsed } = receipt;
  return { result: result?.(events) as T, hash, blockNumber, gasUsed, receipt };
}

/** As `send`, for calls that change nothing. */
export async function read<T>(contract: BaseContract, action: string, call: () => Promise<T>): Promise<T> {
  return attempt(contract, action, call);
}

/** Overrides of a view as of a block; of the latest when it is left out. */
export function atBlock(block: number | undefined): { blockTag?: number } {
  return block === undefined ? {} : { blockTag: block };
}

/** The argument of the first event of a name. @throws CONTRACT_CALL_FAILED when there is none */
export function argumentOf(events: readonly LogDescription[], event: string, argument: string): unknown {
  const found = events.find(({ name }) => name === event);
  if (found !== undefined) return found.args.getValue(argument) as unknown;
  throw new VitalproofError("CONTRACT_CALL_FAILED", `The transaction did not emit ${event}.`, {
    details: { event },
    hint: "Check that the address is that of the contract.",
  });
}

async function attempt<T>(contract: BaseContract, action: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw explained(contract, action, error);
  }
}

function explained(contract: BaseContract, action: string, error: unknown): VitalproofError {
  const data = revertData(error);
  const reverted = data === undefined ? null : contract.interface.parseError(data);
  if (reverted !== null) {
    const names = reverted.fragment.inputs.map(({ name }, i) => name || String(i));
    const values = Object.fromEntries(names.map((name, i) => [name, detailOf(reverted.args[i])]));
    const shown = names.map((name) => `${name} ${String(values[name])}`).join(", ");
    return new VitalproofError(
      "CONTRACT_REVERTED",
      `${action} was refused: ${reverted.name}${shown === "" ? "" : ` (${shown})`}.`,
      { details: { action, error: reverted.name, ...values }, cause: error },
    );
  }
  if (data !== undefined) {
    return new VitalproofError(
      "CONTRACT_REVERTED",
      `${action} was refused with an error of another contract.`,
      {
        details: { action, data },
        cause: error,
      },
    );
  }
  const code =
    isError(error, "UNKNOWN_ERROR") || !(error instanceof Error && "code" in error) ? "" : String(error.code);
  if (isPoor(error)) {
    return new VitalproofError("CONTRACT_CALL_FAILED", `${action} failed: the account cannot pay for gas.`, {
      details: { action, code: "INSUFFICIENT_FUNDS" },
      hint: "Send the account some of the chain's native coin, and try again.",
      cause: error,
    });
  }
  return new VitalproofError("CONTRACT_CALL_FAILED", `${action} failed${code === "" ? "" : ` (${code})`}.`, {
    details: { action, code },
    hint: "Check the address, the network and the account's balance; the cause says more.",
    cause: error,
  });
}

/** Members in which providers wrap what a node answered. */
const WRAPPING = ["data", "error", "info", "cause"] as const;

/** Nodes say it in words of their own, which may hold an address with a secret: they are read, and not passed on. */
function isPoor(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 5) return false;
  if (isError(error, "INSUFFICIENT_FUNDS")) return true;
  const { message } = error as { message?: unknown };
  if (typeof message === "string" && /(insufficient|enough) funds/i.test(message)) return true;
  return WRAPPING.some((inner) => isPoor((error as Record<string, unknown>)[inner], depth + 1));
}

/** Revert data, wherever the provider put it. */
export function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 5) return undefined;
  const { data } = error as { data?: unknown };
  if (typeof data === "string" && /^0x([0-9a-f]{2}){4,}$/i.test(data)) return data;
  for (const inner of WRAPPING) {
    const found = revertData((error as Record<string, unknown>)[inner], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function detailOf(value: unknown): Detail {
  return typeof value === "bigint" || typeof value === "boolean" ? value : String(value);
}
