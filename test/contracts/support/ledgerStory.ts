// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page to which everything happened that can happen to one, sent by the SDK's client.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Proof, VerificationKey } from "@vitalproof/sdk";
import {
  type AccessBatch,
  type LedgerArchive,
  LedgerClient,
  type LedgerTransaction,
  pageRootOf,
  readHistory,
  rebuildPage,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import type { Interface } from "ethers";
import type { CallingAccount } from "../../../types/ethers-contracts/index.js";
import { simulatedProof } from "../../support/simulatedProof.ts";
import { deployLedger, type LedgerCircuit, minute, TestPage } from "./ledger.ts";
import { ethers, time } from "./network.ts";
import { circuitKey } from "./proofs.ts";

const MINUTE = 60;

/** As `simulated`, in the SDK's form. */
export function proofOf(name: LedgerCircuit, inputs: readonly bigint[]): Proof {
  const { trapdoor, points } = circuitKey(name);
  return simulatedProof(trapdoor, points, inputs, 7n);
}

export function verificationKeys(): Record<LedgerCircuit, VerificationKey> {
  const read = (name: LedgerCircuit) => {
    const file = join(import.meta.dirname, "../../../circuits/artifacts", name, "verification_key.json");
    return JSON.parse(readFileSync(file, "utf8")) as VerificationKey;
  };
  return {
    "access-batch-64": read("access-batch-64"),
    "access-batch-244": read("access-batch-244"),
    "access-batch-1024": read("access-batch-1024"),
    "consent-batch": read("consent-batch"),
    "own-slot": read("own-slot"),
    "bind-slot": read("bind-slot"),
  };
}

/**
 * Page 1: four consents; accesses, with a gap before the second batch; a revocation, and accesses that come late; one by
 * force; another custodian, who adds two; accesses again; and a revocation that a contract sends.
 */
export async function tellStory() {
  const world = await deployLedger();
  const { custodian, next, stranger } = world;
  const at = await world.ledger.getAddress();
  const [own, others, heirs] = [custodian, stranger, next].map(
    (account) => new LedgerClient(at, account),
  ) as [LedgerClient, LedgerClient, LedgerClient];
  const opened = await own.openPage();
  const page = TestPage.of(world);
  const number = opened.result;
  const hashes: Record<string, string> = { opened: opened.hash };
  const state = () => own.page(number);
  const change = async (sender: LedgerClient, granted: number, revoked: readonly number[]) => {
    const made = page.newGrants(granted);
    const batch = page.batch(
      made.map(({ grant }) => grant),
      revoked.map((slot) => page.revocation(slot)),
    );
    const sent = await sender.changeConsents(
      number,
      batch,
      proofOf("consent-batch", batch.witness.publicInputs),
    );
    page.patients.push(...made.map(({ patient }) => patient));
    page.state = batch.page;
    return sent.hash;
  };
  const proven = (batch: AccessBatch) => proofOf("access-batch-64", batch.witness.publicInputs);

  hashes.granted = await change(own, 4, []);
  const { since } = await state();
  await time.increase(300 * MINUTE);
  const first = page.accesses(since, 100, [
    page.access(0, { minute: 9 }),
    page.access(3, { glass: 1, purpose: 7 }),
  ]);
  hashes.first = (await own.logAccesses(number, first.batch, proven(first.batch))).hash;
  const second = page.accesses(since + 120, 30, [page.access(3, { actor: 77 })]);
  hashes.second = (await own.logAccesses(number, second.batch, proven(second.batch))).hash;
  const third = page.accesses(since + 150, 10, []);
  hashes.third = (await own.logAccesses(number, third.batch, proven(third.batch))).hash;
  const before = page.state;
  hashes.revoked = await change(others, 0, [1]);

  const { versions } = rebuildPage(await readHistory(at, ethers.provider, number));
  const late = page.accesses(since + 200, 50, [page.access(1)], before);
  hashes.late = (await own.logLate(number, versions.slice(1), late.batch, proven(late.batch))).hash;

  const inputs = [pageRootOf(page.state.leaves), 2n, revokeActionOf(page.address)];
  hashes.forced = (await others.revokeByForce(number, 2, proofOf("own-slot", inputs))).hash;
  page.state = { ...page.state, live: page.state.live & ~4n };

  await own.nominateCustodian(number, next.address);
  hashes.handedOver = (await heirs.acceptCustodian(number)).hash;
  hashes.added = await change(heirs, 2, [0]);
  await time.increase(60 * MINUTE);
  const fourth = page.accesses((await state()).since, 40, [page.access(4)]);
  hashes.fourth = (await heirs.logAccesses(number, fourth.batch, proven(fourth.batch))).hash;

  const wallet = (await ethers.deployContract("CallingAccount")) as unknown as CallingAccount;
  const revocation = page.batch([], [page.revocation(5)]);
  const data = world.ledger.interface.encodeFunctionData("changeConsents", page.changes(revocation));
  hashes.indirect = (await wallet.connect(stranger).execute(world.ledger, data)).hash;
  page.state = revocation.page;
  return { ...world, at, client: own, page, number, hashes, since, now: await minute() };
}

const abi = (await ethers.getContractFactory("HealthLedger")).interface as unknown as Interface;

type Edit = {
  /** Members of the call's arguments. */
  readonly input?: Record<string, unknown>;
  /** Members of the event's arguments. */
  readonly event?: Record<string, unknown>;
};

/** An archive in which one transaction says something else. */
export function edited(archive: LedgerArchive, hash: string, { input, event }: Edit): LedgerArchive {
  return replaced(archive, hash, (transaction) => ({
    ...transaction,
    ...(input === undefined ? {} : { input: editedInput(transaction.input!, input) }),
    events: transaction.events.map((each) =>
      event === undefined ? each : { ...each, ...editedEvent(each, event) },
    ),
  }));
}

/** An archive in which one transaction is another, or is left out. */
export function replaced(
  archive: LedgerArchive,
  hash: string,
  by: (transaction: LedgerTransaction) => LedgerTransaction | undefined,
): LedgerArchive {
  const at = archive.transactions.findIndex((each) => each.hash === hash);
  if (at < 0) throw new Error(`The archive has no transaction ${hash}.`);
  const other = by(archive.transactions[at]!);
  const transactions = archive.transactions.toSpliced(at, 1, ...(other === undefined ? [] : [other]));
  return { ...archive, transactions };
}

function editedInput(data: string, changes: Record<string, unknown>): string {
  const { fragment, args } = abi.parseTransaction({ data })!;
  const values = fragment.inputs.map(({ name }, i) => (name in changes ? changes[name] : args[i]));
  return abi.encodeFunctionData(fragment, values);
}

function editedEvent(
  { topics, data }: { topics: readonly string[]; data: string },
  changes: Record<string, unknown>,
) {
  const { fragment, args } = abi.parseLog({ topics: [...topics], data })!;
  const values = fragment.inputs.map(({ name }, i) => (name in changes ? changes[name] : args[i]));
  const encoded = abi.encodeEventLog(fragment, values);
  return { topics: encoded.topics, data: encoded.data };
}
