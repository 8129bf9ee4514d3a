// SPDX-License-Identifier: GPL-3.0-or-later
//
// Decodes the transactions of a page, each checked against its own event.
import { Interface, type LogDescription, type Result } from "ethers";
import { isFieldElement } from "../field.ts";
import { HEALTH_LEDGER_ABI } from "../generated/ledgerAbi.ts";
import { type ProofCalldata, proofFromCalldata } from "../prove/proof.ts";
import type {
  AccessesLogged,
  CarriedProof,
  CarriedTranscript,
  ConsentChange,
  ForcedRevocation,
  HistoryEntry,
  LedgerEvent,
  LedgerPlace,
  LedgerTransaction,
} from "./history.ts";
import { mismatch } from "./mismatch.ts";
import { ciphersOf } from "./record.ts";
import type { EndedVersion } from "./version.ts";
import { unpackAccessHeader } from "./words.ts";

/** Events that a page's history is made of. */
export const HISTORY_EVENTS = [
  "PageOpened",
  "ConsentsChanged",
  "AccessesLogged",
  "ConsentRevokedByForce",
  "CustodianChanged",
] as const;
type HistoryEvent = (typeof HISTORY_EVENTS)[number];

/** Whether the content of a page follows from the input of the transaction with this event. */
export function isInInput(event: HistoryEvent): boolean {
  return event !== "PageOpened" && event !== "CustodianChanged";
}

const ledger = new Interface(HEALTH_LEDGER_ABI);

/** The first topics of those events, by which a node finds them. */
export const HISTORY_TOPICS: readonly string[] = HISTORY_EVENTS.map(
  (name) => ledger.getEvent(name)!.topicHash,
);

/** The name of an event; undefined for events that are not part of a history. */
export function historyEventOf({ topics }: Pick<LedgerEvent, "topics">): HistoryEvent | undefined {
  return HISTORY_EVENTS[HISTORY_TOPICS.indexOf(topics[0] ?? "")];
}

/**
 * Decodes a page's transactions into entries, in order.
 * @throws LEDGER_MISMATCH naming the first transaction that is not about the page, or whose input does not fit its event
 */
export function entriesOf(page: bigint, transactions: readonly LedgerTransaction[]): HistoryEntry[] {
  return transactions.flatMap((transaction) => {
    const read = transaction.events.map((event) => {
      const name = historyEventOf(event);
      const found = name === undefined ? undefined : parsed(event);
      if (name === undefined || found?.args.getValue("page") !== page)
        throw mismatch({ page, transaction: transaction.hash }, "an event is not one of this page");
      return { name, args: found.args };
    });
    // A direct call has one event. Of two, one would have no input of its own.
    if (transaction.input !== undefined && read.length !== 1)
      throw mismatch({ page, transaction: transaction.hash }, `a direct call has ${read.length} events`);
    return read.map(({ name, args }) => new EntryReader(page, transaction, args).entry(name));
  });
}

function parsed({ topics, data }: LedgerEvent): LogDescription | undefined {
  try {
    return ledger.parseLog({ topics: [...topics], data }) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Reads one event with its transaction. */
class EntryReader {
  readonly #page: bigint;
  readonly #transaction: LedgerTransaction;
  readonly #event: Result;
  readonly #place: LedgerPlace;

  constructor(page: bigint, transaction: LedgerTransaction, event: Result) {
    this.#page = page;
    this.#transaction = transaction;
    this.#event = event;
    this.#place = { transaction: transaction.hash, block: transaction.block, time: transaction.time };
  }

  entry(name: HistoryEvent): HistoryEntry {
    switch (name) {
      case "PageOpened": {
        const [custodian, form] = [this.#text("custodian"), this.#big("form")];
        return { kind: "opened", ...this.#place, custodian, form };
      }
      case "CustodianChanged": {
        const [previous, custodian] = [this.#text("previous"), this.#text("custodian")];
        return { kind: "handed-over", ...this.#place, previous, custodian };
      }
      case "ConsentsChanged":
        return this.#change();
      case "ConsentRevokedByForce":
        return this.#forced();
      case "AccessesLogged":
        return this.#logged();
    }
  }

  #change(): ConsentChange {
    const [version, granted, revoked] = [
      this.#count("version"),
      this.#count("granted"),
      this.#count("revoked"),
    ];
    const [root, live] = [this.#big("root"), this.#big("live")];
    const own = { kind: "changed", ...this.#place, version, root, live, revoked } as const;
    const call = this.#call(["changeConsents"]);
    if (call === undefined) {
      if (granted !== 0) throw this.#hidden("the leaves of its consents are not in its input");
      return { ...own, leaves: [], carried: undefined };
    }
    const leaves = [...(call.args.getValue("leaves") as bigint[])];
    const same = { root, live, revoked: BigInt(revoked) };
    for (const [name, value] of Object.entries(same))
      if (call.args.getValue(name) !== value)
        throw this.#refused(`${name} of the input is not that of the event`);
    if (leaves.length !== granted)
      throw this.#refused(`the input has ${leaves.length} leaves, and the event says ${granted}`);
    if (!leaves.every(isFieldElement)) throw this.#refused("a leaf is not a field element");
    return { ...own, leaves, carried: transcriptOf(call.args) };
  }

  #forced(): ForcedRevocation {
    const [version, slot] = [this.#count("version"), this.#count("slot")];
    const own = { kind: "forced", ...this.#place, version, slot } as const;
    const call = this.#call(["revokeByForce"]);
    if (call === undefined) return { ...own, carried: undefined };
    if (call.args.getValue("slot") !== BigInt(slot))
      throw this.#refused("slot of the input is not that of the event");
    return { ...own, carried: proofOf(call.args) };
  }

  #logged(): AccessesLogged {
    const [version, headerWord] = [this.#count("version"), this.#big("header")];
    const call = this.#call(["logAccesses", "logLate"]);
    if (call === undefined) throw this.#hidden("its records are not in its input");
    if (call.args.getValue("header") !== headerWord)
      throw this.#refused("header of the input is not that of the event");
    const body = call.args.getValue("body") as string;
    const late = call.name === "logLate";
    const header = this.#fits("its header or body is malformed", () => {
      const unpacked = unpackAccessHeader(headerWord);
      ciphersOf(body, unpacked.count);
      return unpacked;
    });
    const versions = late ? (call.args.getValue("versions") as Result[]).map(endedVersionOf) : [];
    const batch = { ...this.#place, version, header, body, late };
    return { kind: "logged", ...this.#place, batch, headerWord, versions, carried: transcriptOf(call.args) };
  }

  /** The transaction's direct call of the ledger; undefined if a contract made the call. */
  #call(names: readonly string[]): { readonly name: string; readonly args: Result } | undefined {
    const { input } = this.#transaction;
    if (input === undefined) return undefined;
    const call = this.#fits("its input cannot be decoded", () =>
      ledger.parseTransaction({ data: padded(input) }),
    );
    if (call === null || !names.includes(call.name))
      throw this.#refused(`its input does not call ${names.join(" or ")}`);
    if (call.args.getValue("page") !== this.#page) throw this.#refused("its input is for another page");
    return call;
  }

  #fits<T>(what: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw this.#refused(what, { cause: error });
    }
  }

  /** Possible for an account that runs code (EIP-7702), which is an account and a contract at once. */
  #hidden(what: string): Error {
    const hint =
      "Take an archive that has them. If the account ran code as it sent this, they are in the transaction's trace alone.";
    return this.#refused(what, { hint });
  }

  #refused(what: string, options?: Parameters<typeof mismatch>[2]): Error {
    const version = this.#event.toObject().version as bigint | undefined;
    const place = { page: this.#page, transaction: this.#place.transaction };
    return mismatch(
      { ...place, version: version === undefined ? undefined : Number(version) },
      what,
      options,
    );
  }

  #big = (name: string): bigint => this.#event.getValue(name) as bigint;
  #count = (name: string): number => Number(this.#big(name));
  #text = (name: string): string => this.#event.getValue(name) as string;
}

/** Contracts read zeros beyond the end of their input, so what sends may leave out those of its last word. */
function padded(input: string): string {
  return input + "0".repeat(64);
}

function proofOf(args: Result): CarriedProof {
  const { a, b, c } = args.getValue("proof") as ProofCalldata;
  const [x, y] = b;
  const proof = proofFromCalldata({
    a: [a[0], a[1]],
    b: [
      [x[0], x[1]],
      [y[0], y[1]],
    ],
    c: [c[0], c[1]],
  });
  return { circuit: args.getValue("circuit") as string, proof };
}

function transcriptOf(args: Result): CarriedTranscript {
  return { ...proofOf(args), digest: args.getValue("digest") as bigint };
}

function endedVersionOf(args: Result): EndedVersion {
  const number = (name: string) => Number(args.getValue(name));
  return {
    before: args.getValue("before") as string,
    root: args.getValue("root") as bigint,
    live: args.getValue("live") as bigint,
    since: number("since"),
    until: number("until"),
    logged: number("logged"),
  };
}
