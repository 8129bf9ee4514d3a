// SPDX-License-Identifier: GPL-3.0-or-later
import { type BaseContract, type ContractRunner, EventLog } from "ethers";
import { connect, read } from "../../clients/call.ts";
import { eventsOf } from "../../clients/events.ts";
import { VitalproofError } from "../../errors.ts";
import { HEALTH_LEDGER_ABI } from "../../generated/ledgerAbi.ts";
import type { LedgerEvents, PageEvent } from "./chain.ts";

/** The events of a HealthLedger, read from a node. @throws (when asked) CONTRACT_CALL_FAILED */
export function ledgerEvents(address: string, runner: ContractRunner): LedgerEvents {
  const contract = connect<BaseContract>(HEALTH_LEDGER_ABI, address, runner);
  return {
    async pageEvents(page, fromBlock) {
      const names = ["PageOpened", "AccessesLogged", "ConsentsChanged", "ConsentRevokedByForce"];
      const topics = names.map((name) => contract.interface.getEvent(name)!.topicHash);
      const filter = [topics, `0x${page.toString(16).padStart(64, "0")}`];
      const logs = await eventsOf(contract, "pageEvents", { fromBlock }, (from, to) =>
        // One question for all kinds, so that they come from one view of the chain and in its order.
        contract.queryFilter(filter as never, from, to ?? "latest"),
      );
      return read(contract, "pageEvents", async () => {
        const times = new Map<number, number>();
        const events: PageEvent[] = [];
        for (const log of logs) {
          if (!(log instanceof EventLog)) throw unreadable(log.transactionHash);
          const time = times.get(log.blockNumber) ?? (await log.getBlock()).timestamp;
          times.set(log.blockNumber, time);
          events.push(eventOf(log, time));
        }
        return events;
      });
    },
  };
}

function eventOf({ eventName, args, transactionHash: hash, blockNumber }: EventLog, time: number): PageEvent {
  const place = { hash, blockNumber, time };
  const number = (name: string) => Number(args.getValue(name));
  const word = (name: string) => BigInt(args.getValue(name) as bigint);
  switch (eventName) {
    case "PageOpened":
      return { ...place, kind: "opened" };
    case "AccessesLogged":
      return { ...place, kind: "logged", version: number("version"), header: word("header") };
    case "ConsentRevokedByForce":
      return { ...place, kind: "forced", version: number("version"), slot: number("slot") };
    case "ConsentsChanged": {
      const after = { root: word("root"), live: word("live"), granted: number("granted") };
      return { ...place, kind: "changed", version: number("version"), ...after };
    }
    default:
      throw unreadable(hash);
  }
}

function unreadable(hash: string): VitalproofError {
  return new VitalproofError("CONTRACT_CALL_FAILED", `An event of transaction ${hash} is not a ledger's.`, {
    details: { hash },
    hint: "Check the ledger's address.",
  });
}
