// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type BlockInfo,
  type ChainData,
  type ContractAddresses,
  contractInterfaces,
  type LogEntry,
  type TransactionInfo,
} from "@vitalproof/audit";
import type { Interface } from "ethers";

/** What a lying source changes; undefined leaves things as they are. Logs change in events and receipts alike. */
export type Lies = {
  /** Instead of one log: others, or none. */
  readonly log?: (log: LogEntry) => readonly LogEntry[];
  /** Only in answers to questions for events, so that receipts tell otherwise. */
  readonly event?: (log: LogEntry) => readonly LogEntry[];
  readonly transaction?: (transaction: TransactionInfo) => TransactionInfo | undefined;
  readonly call?: (to: string, data: string, answer: string) => string;
  readonly block?: (block: BlockInfo) => BlockInfo;
  readonly code?: (address: string, code: string) => string;
  readonly chainId?: bigint;
};

/** A source that passes everything on from an honest one, except for its lies. */
export function falsified(honest: ChainData, lies: Lies): ChainData {
  const onLog = lies.log ?? ((log) => [log]);
  const onEvent = lies.event ?? ((log) => [log]);
  return {
    chainId: async () => lies.chainId ?? honest.chainId(),
    block: async (block) => {
      const found = await honest.block(block);
      return lies.block?.(found) ?? found;
    },
    logs: async (filter) => (await honest.logs(filter)).flatMap(onLog).flatMap(onEvent),
    transaction: async (hash) => {
      const found = await honest.transaction(hash);
      if (found === undefined) return undefined;
      const changed = { ...found, logs: found.logs.flatMap(onLog) };
      return lies.transaction === undefined ? changed : lies.transaction(changed);
    },
    call: async (to, data, block) => {
      const answer = await honest.call(to, data, block);
      return lies.call?.(to.toLowerCase(), data, answer) ?? answer;
    },
    code: async (address, block) => {
      const code = await honest.code(address, block);
      return lies.code?.(address.toLowerCase(), code) ?? code;
    },
  };
}

/** Ways to change events by name, for the contracts of one deployment. */
export function liar(addresses: ContractAddresses & { readonly token: string }) {
  const interfaces = contractInterfaces();
  const nameOf = (log: LogEntry): string | undefined => {
    const contract = (Object.keys(addresses) as (keyof typeof addresses)[]).find(
      (name) => addresses[name].toLowerCase() === log.address,
    );
    if (contract === undefined) return undefined;
    return interfaces[contract].getEvent(log.topics[0]!)?.name;
  };
  const abiOf = (log: LogEntry): Interface => {
    const contract = (Object.keys(addresses) as (keyof typeof addresses)[]).find(
      (name) => addresses[name].toLowerCase() === log.address,
    );
    return interfaces[contract!];
  };
  const argsOf = (log: LogEntry): Record<string, unknown> => {
    const parsed = abiOf(log).parseLog({ topics: [...log.topics], data: log.data })!;
    return parsed.args.toObject() as Record<string, unknown>;
  };
  /** The log with some arguments changed. */
  const edit = (log: LogEntry, changes: Record<string, unknown>): LogEntry => {
    const abi = abiOf(log);
    const fragment = abi.getEvent(log.topics[0]!)!;
    const args = { ...argsOf(log), ...changes };
    const values = fragment.inputs.map(({ name }) => args[name]);
    const { topics, data } = abi.encodeEventLog(fragment, values);
    return { ...log, topics: topics.map((topic) => topic.toLowerCase()), data };
  };
  type Choice = (args: Record<string, unknown>) => boolean;
  const any: Choice = () => true;
  return {
    nameOf,
    argsOf,
    edit,
    /** Drops events of a name, all or some. */
    drop:
      (name: string, where: Choice = any): NonNullable<Lies["log"]> =>
      (log) =>
        nameOf(log) === name && where(argsOf(log)) ? [] : [log],
    /** Changes arguments of events of a name. */
    change:
      (
        name: string,
        changes: Record<string, unknown> | ((args: Record<string, unknown>) => Record<string, unknown>),
        where: Choice = any,
      ): NonNullable<Lies["log"]> =>
      (log) => {
        if (nameOf(log) !== name || !where(argsOf(log))) return [log];
        return [edit(log, typeof changes === "function" ? changes(argsOf(log)) : changes)];
      },
    /** Puts an event of the same contract right before or after events of a name. */
    invent:
      (
        next: string,
        name: string,
        values: readonly unknown[],
        where: Choice = any,
        side: "before" | "after" = "before",
      ): NonNullable<Lies["log"]> =>
      (log) => {
        if (nameOf(log) !== next || !where(argsOf(log))) return [log];
        const [contract] = (Object.keys(addresses) as (keyof typeof addresses)[]).filter(
          (candidate) => interfaces[candidate].getEvent(name) !== null,
        );
        const abi = interfaces[contract!];
        const { topics, data } = abi.encodeEventLog(abi.getEvent(name)!, [...values]);
        const made = {
          ...log,
          address: addresses[contract!].toLowerCase(),
          topics: topics.map((topic) => topic.toLowerCase()),
          data,
          logIndex: log.logIndex + (side === "before" ? -0.5 : 0.5),
        };
        return side === "before" ? [made, log] : [log, made];
      },
  };
}
