// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of the real HealthLedger on the chain of this process, as its custodian's client sees it. What it sent can be taken
// back and mined again, as a reorganisation does.
import { proofCalldata } from "@vitalproof/sdk";
import {
  type LedgerChain,
  type LedgerEvents,
  ledgerEvents,
  type Mined,
  type PageAddress,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import type { ContractTransactionResponse } from "ethers";
import { type LedgerWorld, type LoggedBatch, minedAgain } from "../../support/ledgerWorld.ts";
import { deployLedger } from "./ledger.ts";
import { ethers, networkHelpers, time } from "./network.ts";
import { idOf, simulated } from "./realCircuits.ts";

type Send = () => Promise<ContractTransactionResponse>;
type Transaction = { readonly send: Send; readonly isOwn: boolean };
type Deployed = Awaited<ReturnType<typeof deployLedger>>;

export class ContractWorld implements LedgerWorld {
  readonly address: PageAddress;
  readonly fromBlock: number;
  readonly events: LedgerEvents;
  readonly chain: LedgerChain;
  readonly #world: Deployed;
  #clock: number;
  /** Of the last final block. */
  #snapshot: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;
  #sent: Transaction[] = [];

  private constructor(
    world: Deployed,
    address: PageAddress,
    fromBlock: number,
    clock: number,
    snapshot: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>,
  ) {
    this.#world = world;
    this.address = address;
    this.fromBlock = fromBlock;
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.events = ledgerEvents(address.ledger, ethers.provider);
    const { ledger, custodian } = world;
    const own = ledger.connect(custodian);
    const circuitOf = (batch: { readonly witness: { readonly circuit: string } }) =>
      idOf(batch.witness.circuit);
    this.chain = {
      pageAddress: async () => address,
      lateTime: async () => Number(await ledger.lateTime()),
      page: async (page) => {
        const found = await ledger.pageOf(page);
        const { root, live, form, history, custodian: keeper } = found;
        const numbers = { filled: Number(found.filled), version: Number(found.version) };
        const times = { since: Number(found.since), logged: Number(found.logged) };
        return { root, live, form, history, custodian: keeper, ...numbers, ...times };
      },
      changeConsents: (page, batch, proof) => {
        const { revoked, root, page: after, digest, leaves } = batch;
        return this.#mine(() =>
          own.changeConsents(
            ...([page, circuitOf(batch), revoked, root, after.live, digest] as const),
            proofCalldata(proof),
            [...leaves],
          ),
        );
      },
      logAccesses: (page, batch, proof) =>
        this.#mine(() =>
          own.logAccesses(
            ...([page, circuitOf(batch), batch.headerWord, batch.digest] as const),
            proofCalldata(proof),
            batch.body,
          ),
        ),
      logLate: (page, versions, batch, proof) =>
        this.#mine(() =>
          own.logLate(
            page,
            [...versions],
            ...([circuitOf(batch), batch.headerWord, batch.digest] as const),
            proofCalldata(proof),
            batch.body,
          ),
        ),
    };
  }

  static async open(): Promise<ContractWorld> {
    const world = await deployLedger();
    await world.ledger.connect(world.custodian).openPage(0n);
    const fromBlock = await ethers.provider.getBlockNumber();
    const address = { ...world.address, page: 1n };
    return new ContractWorld(
      world,
      address,
      fromBlock,
      await time.latest(),
      await networkHelpers.takeSnapshot(),
    );
  }

  get clock(): number {
    return this.#clock;
  }

  set clock(seconds: number) {
    this.#clock = Math.max(this.#clock, seconds);
  }

  async forceRevoke(slot: number): Promise<void> {
    const { ledger, stranger } = this.#world;
    const page = ledger.connect(stranger);
    const { root } = await ledger.pageOf(this.address.page);
    const proof = simulated("own-slot", [root, BigInt(slot), revokeActionOf(this.address)]);
    await this.#mine(() => page.revokeByForce(this.address.page, idOf("own-slot"), slot, proof), false);
  }

  async finalise(): Promise<void> {
    this.#snapshot = await networkHelpers.takeSnapshot();
    this.#sent = [];
  }

  async reorganise(isAgain: () => boolean): Promise<void> {
    await this.#snapshot.restore();
    const before = this.#sent;
    this.#sent = [];
    for (const { send, isOwn } of minedAgain(before, isAgain)) {
      // What does not fit any more is refused, as it would be mined without effect.
      await this.#mine(send, isOwn).catch(() => undefined);
    }
  }

  async logged(): Promise<LoggedBatch[]> {
    const { ledger } = this.#world;
    const found = await ledger.queryFilter(ledger.filters.AccessesLogged(this.address.page), this.fromBlock);
    return Promise.all(
      found.map(async ({ transactionHash: hash, args: { version, header } }) => {
        const { data } = (await ethers.provider.getTransaction(hash))!;
        const body = ledger.interface.parseTransaction({ data })!.args.at(-1) as string;
        return { hash, version: Number(version), header, body };
      }),
    );
  }

  async #mine(send: Send, isOwn = true): Promise<Mined> {
    this.#clock = Math.max(this.#clock, (await time.latest()) + 1);
    await time.setNextBlockTimestamp(this.#clock);
    const { hash, blockNumber } = (await (await send()).wait())!;
    this.#sent.push({ send, isOwn });
    return { hash, blockNumber };
  }
}
