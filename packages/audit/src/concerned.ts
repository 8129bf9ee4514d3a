// SPDX-License-Identifier: GPL-3.0-or-later
import type { LogEntry } from "./chainData.ts";
import type { ChainEvent, ContractAddresses } from "./events.ts";

const POLICY_EVENTS = new Set([
  "PolicyEnded",
  "PayeeChanged",
  "ClaimSettled",
  "ClaimRejected",
  "ClaimCredited",
  "ClaimDenied",
  "PeriodsReleased",
  "PolicyPaid",
]);

/** What the live bits of a page of the health ledger follow from. */
const PAGE_EVENTS = new Set(["PageOpened", "ConsentsChanged", "ConsentRevokedByForce"]);

/** What an audit is about, all of it public. */
export type Matter = {
  readonly program: bigint;
  readonly group: bigint;
  readonly escrow: bigint;
  readonly insurer: string;
};

/**
 * Events whose transactions are looked at: the program's and its escrow's, its group's anchors, consents to its insurer
 * and the pages of those that are of the health ledger, and all of the registries that can stop or replace circuits.
 */
export function concernedBy(matter: Matter, events: readonly ChainEvent[]): ChainEvent[] {
  const [program, group, escrow] = [matter.program, matter.group, matter.escrow].map(word);
  const policies = new Set(
    events
      .filter(({ contract, name, log }) => {
        return contract === "claims" && name === "PolicyIssued" && log.topics[2] === program;
      })
      .map(({ log }) => log.topics[1] ?? ""),
  );
  const pages = new Set([...boundPages(events, matter.insurer)].map(word));
  return events.filter((event) => {
    const { contract, name } = event;
    const [, first, second] = event.log.topics;
    if (contract === "circuits" || contract === "pauses") return true;
    if (contract === "anchors") return first === group;
    if (contract === "custody") return first === escrow;
    if (contract === "consents") return name === "ConsentGranted" && event.hex("grantee") === matter.insurer;
    if (contract === "ledger") {
      if (name === "GranteeRegistered") return event.hex("account") === matter.insurer;
      if (name === "ConsentBound") return isBindingTo(event, matter.insurer);
      return PAGE_EVENTS.has(name) && pages.has(first ?? "");
    }
    if (contract !== "claims") return false;
    if (name === "ProgramCreated") return first === program;
    if (name === "PolicyIssued") return second === program;
    return !POLICY_EVENTS.has(name) || policies.has(first ?? "");
  });
}

/** Pages of the health ledger with a consent that was bound for an insurer. */
export function boundPages(events: readonly ChainEvent[], insurer: string): ReadonlySet<bigint> {
  return new Set(events.filter((event) => isBindingTo(event, insurer)).map((event) => event.big("page")));
}

function isBindingTo(event: ChainEvent, insurer: string): boolean {
  if (event.contract !== "ledger" || event.name !== "ConsentBound") return false;
  return String(event.struct("matter").getValue("grantee")).toLowerCase() === insurer;
}

/**
 * Whether a log of a receipt should have been among the events: all of the contracts', and the token's own to and from
 * custody.
 * @param transfer topic of the token's transfers
 */
export function belongsTo(
  addresses: ContractAddresses,
  token: string,
  transfer: string,
): (log: LogEntry) => boolean {
  const contracts = new Set(Object.values(addresses));
  const party = `0x${addresses.custody.slice(2).padStart(64, "0")}`;
  return ({ address, topics }) =>
    contracts.has(address) ||
    (address === token && topics[0] === transfer && (topics[1] === party || topics[2] === party));
}

/** A number as a topic. */
export function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
