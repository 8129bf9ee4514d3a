// SPDX-License-Identifier: GPL-3.0-or-later
//
// A market for research over the real verifiers of its circuits, with proofs that are true of whatever is asked.

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { ownSlotWitness, packRights, type Rights } from "@vitalproof/sdk/ledger";
import {
  type Answer,
  type AnswerClasses,
  type DataPage,
  type Program,
  packProgram,
  pageWitness,
  payeeActionOf,
  type RequestAddress,
  type ResearchKey,
  researchFamilyFields,
} from "@vitalproof/sdk/research";
import { id, ZeroHash } from "ethers";
import type { ResearchMarket, TestToken } from "../../../types/ethers-contracts/index.js";
import { patientOf } from "../../support/ledgerPage.ts";
import { answerOf, dataPageOf, RESEARCHER } from "../../support/researchPage.ts";
import { deployLedger, TestPage } from "./ledger.ts";
import { ethers, time } from "./network.ts";
import { idOf, putOnRecord, simulated } from "./realCircuits.ts";

const VERIFIERS = {
  "page-well-formed-256": "PageWellFormed256Verifier",
  "page-well-formed-1024": "PageWellFormed1024Verifier",
  "query-256": "Query256Verifier",
  "query-1024": "Query1024Verifier",
  "query-mean-256": "QueryMean256Verifier",
} as const;

/** For research alone, by researchers, until 2046. */
export const RESEARCH_RIGHTS: Rights = {
  purposes: 0b1000,
  roles: 0b100_0000,
  classes: 255,
  until: 40_000_000,
};
export const FORM = packRights(RESEARCH_RIGHTS);

/** Fee of a query, and the offer that it meets. */
export const FEE = 10_000n;
export const OFFER = {
  royaltyPerMille: 600n,
  exactBudget: 8n,
  price: 10_000n,
  lookPerMille: 100n,
  summable: (1n << 14n) - 1n,
};

/** Everything deployed, circuits on record, and no dataset. */
export async function deployResearch() {
  const world = await deployLedger();
  const { circuits, custody, ledger, insurer, controller } = world;
  await putOnRecord(world, VERIFIERS, researchFamilyFields);
  const market = (await ethers.deployContract("ResearchMarket", [
    { circuits, custody, ledger },
  ])) as unknown as ResearchMarket;
  const token = (await ethers.deployContract("TestToken", ["Fee", "FEE", 6])) as unknown as TestToken;
  // Roles that have no part in research stand for who has.
  return { ...world, market, token, researcher: insurer, patient: controller };
}
export type ResearchWorld = Awaited<ReturnType<typeof deployResearch>>;

/** Ledger pages with the same number of patients each, for research. */
export async function openPages(world: ResearchWorld, count: number, patients: number): Promise<TestPage[]> {
  const pages: TestPage[] = [];
  for (let p = 0; p < count; p++) {
    const page = await TestPage.open(world, FORM);
    for (let left = patients; left > 0; left -= 16)
      await page.grant(Math.min(16, left), (slot) =>
        patientOf(`page ${p}, patient ${slot}`, RESEARCH_RIGHTS),
      );
    pages.push(page);
  }
  return pages;
}

/** A dataset as its custodian has it: page of columns, and what earlier answers left. */
export class TestDataset {
  readonly world: ResearchWorld;
  readonly pages: readonly TestPage[];
  readonly dataset: bigint;
  data: DataPage;
  earlier: AnswerClasses[] = [];

  constructor(world: ResearchWorld, pages: readonly TestPage[], dataset: bigint, data: DataPage) {
    [this.world, this.pages, this.dataset, this.data] = [world, pages, dataset, data];
  }

  /** Registers a dataset over these pages. */
  static async register(
    world: ResearchWorld,
    pages: readonly TestPage[],
    offer: Partial<typeof OFFER> & { token?: TestToken } = {},
  ): Promise<TestDataset> {
    const data = dataPageOf(256 * pages.length, 0);
    const { market, custodian } = world;
    await market.connect(custodian).registerDataset(...registration(world, pages, data, offer));
    return new TestDataset(world, pages, await market.datasetCount(), data);
  }

  /** For a test that changes it: fixtures are shared. */
  copy(): TestDataset {
    const pages = this.pages.map((page) => page.copy());
    const copy = new TestDataset(this.world, pages, this.dataset, this.data);
    copy.earlier = [...this.earlier];
    return copy;
  }

  get live(): bigint {
    return this.pages.reduce((bits, page, p) => bits | (page.state.live << BigInt(256 * p)), 0n);
  }

  address(query: bigint): RequestAddress {
    const { address, market } = this.world;
    return { chainId: address.chainId, market: market.target as string, query, dataset: this.dataset };
  }

  /** The query's answer for the state of now, not sent. */
  answerTo(query: bigint, program: Program, circuit = `query-${256 * this.pages.length}`): Answer {
    const { data: page, live, earlier } = this;
    return answerOf({ circuit, page, program, live, earlier, address: this.address(query) });
  }

  /** Arguments of `answer`. */
  answering(
    query: bigint,
    program: Program,
    made = this.answerTo(query, program),
    circuit = `query-${256 * this.pages.length}`,
  ) {
    const { classes, point, ciphers, released } = made.words;
    const sealed = {
      ...{ classes, released, pointX: point[0], pointY: point[1] },
      ...{ cipherA: ciphers[0], cipherB: ciphers[1] },
    };
    return [
      query,
      this.dataset,
      queryOf(this.world.researcher, program),
      idOf(circuit),
      made.digest,
      simulated(circuit, made.witness.publicInputs),
      sealed,
    ] as const;
  }

  /** Asks, accepts, and answers with a simulated proof. */
  async ask(program: Program, { fee = FEE, accepted = true } = {}): Promise<bigint> {
    const { market, custodian } = this.world;
    const query = await ask(this.world, [{ dataset: this.dataset, fee }], program);
    if (accepted) await market.connect(custodian).accept(query, this.dataset);
    return query;
  }

  async answer(query: bigint, program: Program): Promise<Answer> {
    const made = this.answerTo(query, program);
    await this.world.market.connect(this.world.stranger).answer(...this.answering(query, program, made));
    if (made.words.released) this.earlier.push(made.classes);
    return made;
  }

  /** Arguments of `setPayee` for a record, by the patient of that record or of another. */
  payment(record: number, account: string, by = record) {
    const page = this.pages[Math.floor(record / 256)]!;
    const { consent, secret } = page.patients[by % 256]!;
    const action = payeeActionOf(this.address(0n), record, account);
    const witness = ownSlotWitness({ leaves: page.state.leaves, slot: by % 256, consent, secret, action });
    return [
      this.dataset,
      record,
      account,
      idOf("own-slot"),
      simulated("own-slot", witness.publicInputs),
    ] as const;
  }

  /** Live words of now, as an epoch has them. */
  get words(): [bigint, bigint, bigint, bigint] {
    return [0, 1, 2, 3].map((p) => this.pages[p]?.state.live ?? 0n) as [bigint, bigint, bigint, bigint];
  }
}

/** Arguments of `registerDataset`. */
export function registration(
  { token: usual }: ResearchWorld,
  pages: readonly { readonly page: bigint }[],
  data: DataPage,
  { token = usual, ...offer }: Partial<typeof OFFER> & { token?: TestToken } = {},
) {
  const circuit = `page-well-formed-${data.columns[0]!.codes.length}`;
  const witness = pageWitness(circuit, data);
  const numbers = [0, 1, 2, 3].map((p) => pages[p]?.page ?? 0n) as [bigint, bigint, bigint, bigint];
  return [
    { ...OFFER, ...offer, token, ledgerPages: numbers, schemaHash: id("schema") },
    {
      root: witness.publicInputs[0]!,
      circuit: idOf(circuit),
      proof: simulated(circuit, witness.publicInputs),
    },
  ] as const;
}

/** A query as it is asked. */
export function queryOf(researcher: HardhatEthersSigner, program: Program, key: ResearchKey = RESEARCHER) {
  return {
    researcher: researcher.address,
    program: packProgram(program),
    hypothesisHash: ZeroHash,
    keyX: key.publicKey[0],
    keyY: key.publicKey[1],
  };
}

/** Asks with fees that the researcher gets first. */
export async function ask(
  { market, researcher, token }: ResearchWorld,
  bids: readonly { readonly dataset: bigint; readonly fee: bigint }[],
  program: Program,
  days = 7,
): Promise<bigint> {
  const fees = bids.reduce((sum, { fee }) => sum + fee, 0n);
  await token.mint(researcher.address, fees);
  await token.connect(researcher).approve(market, fees);
  const deadline = (await time.latest()) + days * 86_400;
  await market.connect(researcher).ask(queryOf(researcher, program), [...bids], deadline);
  return market.queryCount();
}
