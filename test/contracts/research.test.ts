// SPDX-License-Identifier: GPL-3.0-or-later
//
// The contract of research queries: rules that no circuit can keep for it. Proofs are of the real circuits' keys, and true of
// whatever is asked.

import {
  assertProgram,
  type Program,
  payeeActionOf,
  requestDomainOf,
  requestOf,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { dataPageOf, lastRecords, RESEARCHER, SMALL_ORDER } from "../support/researchPage.ts";
import { TestPage } from "./support/ledger.ts";
import { ethers, load, takesItsBlocksAlong, time } from "./support/network.ts";
import { familyOf, idOf } from "./support/realCircuits.ts";
import {
  ask,
  deployResearch,
  FEE,
  FORM,
  OFFER,
  openPages,
  queryOf,
  registration,
  TestDataset,
} from "./support/research.ts";
import { R } from "./support/values.ts";

const PATIENTS = 26;

/** Records 0 to 25 have consents; A: the first or last of them. */
const GROUP: Program = {
  conditions: [
    { column: 0, from: 1 },
    { column: 0, from: 15 },
  ],
  ...{ a: 0b0010n, b: 0b1000n, outcome: 0n, wants: { v: true, u: false } },
};
/** 10 people in group A. */
const SMALL: Program = { ...GROUP, conditions: [GROUP.conditions[0]!, { column: 0, from: 11 }] };

const LOOK_FEE = (FEE * OFFER.lookPerMille) / 1_000n;

describe("ResearchMarket", () => {
  takesItsBlocksAlong();

  const opened = async () => {
    const world = await deployResearch();
    const pages = await openPages(world, 1, PATIENTS);
    return { ...world, pages };
  };
  const registered = async () => {
    const world = await opened();
    return { ...world, set: await TestDataset.register(world, world.pages) };
  };
  const fresh = async () => {
    const loaded = await load(registered);
    return { ...loaded, set: loaded.set.copy() };
  };
  const escrowOf = async ({ market, custody }: Awaited<ReturnType<typeof registered>>, dataset = 1n) => {
    const { escrow } = await market.datasetOf(dataset);
    const { free, committed } = await custody.escrow(escrow);
    return { free, committed };
  };

  it("is made of three contracts", async () => {
    const { market, circuits, custody, ledger, stranger } = await load(opened);
    expect([await market.circuits(), await market.custody(), await market.ledger()]).to.deep.equal(
      [circuits, custody, ledger].map(({ target }) => target),
    );
    const factory = await ethers.getContractFactory("ResearchMarket");
    for (const name of ["circuits", "custody", "ledger"]) {
      const config = { circuits, custody, ledger, [name]: stranger.address };
      await expect(factory.deploy(config))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotAContract")
        .withArgs(stranger.address);
    }
  });

  it("has the SDK's domains and actions", async () => {
    const { market, set, patient } = await load(registered);
    expect(await market.requestDomainOf(5n, 1n)).to.equal(requestDomainOf(set.address(5n)));
    expect(await market.payeeActionOf(1n, 9, patient.address)).to.equal(
      payeeActionOf(set.address(0n), 9, patient.address),
    );
  });

  describe("datasets", () => {
    it("are registered with a page that is well formed, and have an escrow of their custodian's", async () => {
      const { market, custodian, custody, set } = await load(registered);
      const dataset = await market.datasetOf(1n);
      expect(dataset.custodian).to.equal(custodian.address);
      expect(dataset.root).to.equal(registration(set.world, set.pages, set.data)[1].root);
      const { owner, module } = await custody.escrow(dataset.escrow);
      expect([owner, module]).to.deep.equal([custodian.address, market.target]);
      expect(await market.datasetOfPage(1n)).to.equal(1n);
      await expect(market.datasetOf(2n))
        .to.be.revertedWithCustomError(market, "ResearchMarket_UnknownDataset")
        .withArgs(2n);
    });

    it("Q3: a page without a proof, or with one of another page or circuit, is refused", async () => {
      const world = await load(opened);
      const { market, custodian, pages } = world;
      const [offer, page] = registration(world, pages, dataPageOf(256, 0));
      const register = (changes: Partial<typeof page>) =>
        market.connect(custodian).registerDataset(offer, { ...page, ...changes });
      await expect(register({ root: page.root + 1n })).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotProven",
      );
      // A page of another number is another page of the dataset.
      const other = registration(world, pages, dataPageOf(256, 1))[1];
      await expect(register(other)).to.be.revertedWithCustomError(market, "ResearchMarket_NotProven");
      await expect(register({ circuit: idOf("query-256") }))
        .to.be.revertedWithCustomError(market, "ResearchMarket_CircuitNotUsable")
        .withArgs(idOf("query-256"), familyOf("research-page"));
      await expect(register({})).to.emit(market, "DatasetRegistered");
    });

    it("are over ledger pages of their custodian, for research, and of no other dataset", async () => {
      const world = await load(opened);
      const { market, custodian, ledger, stranger, next } = world;
      const offered = (pages: readonly bigint[], by = custodian, changes = {}) => {
        const [offer, page] = registration(world, [], dataPageOf(256, 0));
        const ledgerPages = [0, 1, 2, 3].map((p) => pages[p] ?? 0n) as [bigint, bigint, bigint, bigint];
        return market.connect(by).registerDataset({ ...offer, ledgerPages, ...changes }, page);
      };
      await expect(offered([1n], stranger))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotPageCustodian")
        .withArgs(1n, stranger.address);
      await expect(offered([9n])).to.be.revertedWithCustomError(ledger, "HealthLedger_UnknownPage");
      await ledger.connect(custodian).openPage(0n);
      const payment = FORM & ~8n;
      await ledger.connect(custodian).openPage(payment);
      const over = (FORM & 0xff_ffffn) | (BigInt(Math.floor((await time.latest()) / 60)) << 24n);
      await ledger.connect(custodian).openPage(over);
      for (const [page, form] of [
        [2n, 0n],
        [3n, payment],
        [4n, over],
      ] as const)
        await expect(offered([page]))
          .to.be.revertedWithCustomError(market, "ResearchMarket_NotForResearch")
          .withArgs(page, form);
      for (const [pages, changes] of [
        [[], {}],
        [[0n, 1n], {}],
        [[1n, 0n, 1n], {}],
        [[1n], { exactBudget: 0n }],
        [[1n], { exactBudget: 9n }],
        [[1n], { royaltyPerMille: 1_001n }],
        [[1n], { lookPerMille: 101n }],
        [[1n], { royaltyPerMille: 1_000n, lookPerMille: 1n }],
        [[1n], { summable: 1n << 14n }],
      ] as const)
        await expect(offered(pages, custodian, changes)).to.be.revertedWithCustomError(
          market,
          "ResearchMarket_InvalidOffer",
        );
      await expect(offered([1n, 1n]))
        .to.be.revertedWithCustomError(market, "ResearchMarket_PageTaken")
        .withArgs(1n, 1n);
      await offered([1n]);
      await expect(offered([1n]))
        .to.be.revertedWithCustomError(market, "ResearchMarket_PageTaken")
        .withArgs(1n, 1n);
      // Not after a hand-over either: its patients have been asked.
      await ledger.connect(custodian).nominateCustodian(1n, next.address);
      await ledger.connect(next).acceptCustodian(1n);
      await expect(offered([1n], next)).to.be.revertedWithCustomError(market, "ResearchMarket_PageTaken");
    });

    it("get new columns from their custodian alone, and earlier answers count on", async () => {
      const { market, custodian, stranger, set } = await fresh();
      const query = await set.ask(GROUP);
      await set.answer(query, GROUP);
      const data = dataPageOf(256, 0);
      const columns = data.columns.map((column, c) =>
        c === 1 ? { ...column, codes: column.codes.map(() => 3) } : column,
      );
      const [, page] = registration(set.world, set.pages, { ...data, columns });
      await expect(market.connect(stranger).replacePage(1n, page))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotCustodian")
        .withArgs(1n, stranger.address);
      await expect(
        market.connect(custodian).replacePage(1n, { ...page, root: page.root + 1n }),
      ).to.be.revertedWithCustomError(market, "ResearchMarket_NotProven");
      const earlier = await market.earlierOf(1n);
      const [waiting, accepted] = [await set.ask(GROUP, { accepted: false }), await set.ask(GROUP)];
      await expect(market.connect(custodian).replacePage(1n, page))
        .to.emit(market, "PageReplaced")
        .withArgs(1n, page.root);
      expect(await market.earlierOf(1n)).to.deep.equal(earlier);
      // Answers are over the new page from now on, and to queries that were asked since.
      for (const [query, state] of [
        [waiting, 1n],
        [accepted, 2n],
      ] as const) {
        const sent =
          state === 1n
            ? market.connect(custodian).accept(query, 1n)
            : market.answer(...set.answering(query, GROUP));
        await expect(sent).to.be.revertedWithCustomError(market, "ResearchMarket_OtherPage").withArgs(1n, 1n);
      }
      const again = await set.ask(GROUP);
      await expect(market.answer(...set.answering(again, GROUP))).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotProven",
      );
      set.data = { ...data, columns };
      await set.answer(again, GROUP);
    });
  });

  describe("queries", () => {
    it("commit their fee in the dataset's escrow, in public", async () => {
      const world = await fresh();
      const { market, researcher, set, token, custody } = world;
      const query = await set.ask(GROUP, { accepted: false });
      expect(await escrowOf(world)).to.deep.equal({ free: 0n, committed: FEE });
      expect(await token.balanceOf(custody)).to.equal(FEE);
      expect(await token.balanceOf(market)).to.equal(0n);
      const [asked] = await market.queryFilter(market.filters.QueryAsked(query));
      expect(Object.values(queryOf(researcher, GROUP)).slice(2)).to.deep.equal(asked!.args.asked.slice(2));
      expect(Object.values(queryOf(researcher, GROUP).program)).to.deep.equal([...asked!.args.asked.program]);
      const request = await market.requestOf(query, 1n);
      expect([request.researcher, request.state, request.fee]).to.deep.equal([researcher.address, 1n, FEE]);
    });

    it("go to several datasets at once, each with a fee of its own, and to one only once", async () => {
      const world = await fresh();
      const { market } = world;
      const second = await TestDataset.register(world, await openPages(world, 1, 16), {
        price: 5n,
      });
      const both = [
        { dataset: 1n, fee: FEE },
        { dataset: second.dataset, fee: 7n },
      ];
      const query = await ask(world, both, GROUP);
      expect((await market.requestOf(query, 1n)).fee).to.equal(FEE);
      expect((await market.requestOf(query, second.dataset)).fee).to.equal(7n);
      await expect(ask(world, [both[0]!, both[0]!], GROUP))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotNow")
        .withArgs(query + 1n, 1n, 1n);
      await expect(ask(world, [both[0]!, { dataset: 9n, fee: FEE }], GROUP)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_UnknownDataset",
      );
    });

    it("Q8: with a key of small order or off the curve are refused", async () => {
      const { market, researcher } = await fresh();
      const deadline = (await time.latest()) + 86_400;
      const [x, y] = RESEARCHER.publicKey;
      const withKey = (keyX: bigint, keyY: bigint) =>
        market
          .connect(researcher)
          .ask({ ...queryOf(researcher, GROUP), keyX, keyY }, [{ dataset: 1n, fee: 0n }], deadline);
      expect(SMALL_ORDER.some(([keyX]) => keyX !== 0n)).to.equal(true);
      for (const [keyX, keyY] of [
        [0n, 1n],
        [0n, R - 1n],
        [1n, 1n],
        [x, y + 1n],
        [x + R, y],
        [x, y + R],
        ...SMALL_ORDER,
      ] as const)
        await expect(withKey(keyX, keyY), `${keyX}`)
          .to.be.revertedWithCustomError(market, "ResearchMarket_InvalidKey")
          .withArgs(keyX, keyY);
      await expect(withKey(x, y)).to.be.revertedWithCustomError(market, "ResearchMarket_FeeTooLow");
    });

    it("that no circuit could answer, or that are of another's name, are refused", async () => {
      const { market, researcher, stranger } = await fresh();
      const deadline = (await time.latest()) + 86_400;
      const bids = [{ dataset: 1n, fee: 0n }];
      const asked = queryOf(researcher, GROUP);
      const reach = (value: bigint) => value << 4n;
      for (const changes of [
        { a: 0n },
        { a: 3n, b: 2n },
        { conditions: 14n },
        { conditions: reach(4_097n) },
        { conditions: (15n | reach(1n)) << 119n },
        { conditions: 1n << 138n },
      ])
        await expect(
          market
            .connect(researcher)
            .ask({ ...asked, program: { ...asked.program, ...changes } }, bids, deadline),
          JSON.stringify(changes, (_, value) => String(value)),
        ).to.be.revertedWithCustomError(market, "ResearchMarket_InvalidProgram");
      for (const conditions of [13n | reach(4_096n), (13n | reach(1n)) << 119n])
        await expect(
          market
            .connect(researcher)
            .ask({ ...asked, program: { ...asked.program, conditions } }, bids, deadline),
        ).to.be.revertedWithCustomError(market, "ResearchMarket_FeeTooLow");
      await expect(market.connect(stranger).ask(asked, bids, deadline)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NothingAsked",
      );
      await expect(market.connect(researcher).ask(asked, [], deadline)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NothingAsked",
      );
      const now = await time.latest();
      for (const wrong of [now + 3_590, now + 90 * 86_400 + 10])
        await expect(market.connect(researcher).ask(asked, bids, wrong)).to.be.revertedWithCustomError(
          market,
          "ResearchMarket_InvalidDeadline",
        );
    });

    it("Q5: that would sum up over records without a value, or a column that is not for sums, are refused", async () => {
      const world = await load(opened);
      const { market, researcher } = world;
      // All columns but 5 are summable.
      await TestDataset.register(world, world.pages, { summable: 0x3fdfn });
      const deadline = (await time.latest()) + 86_400;
      const asking = (program: Program) => {
        const { a, b, outcome } = program;
        const conditions = program.conditions.reduce(
          (word, { column, from }, p) =>
            word | ((BigInt(column) | (BigInt(4_096 - from) << 4n)) << BigInt(17 * p)),
          0n,
        );
        const wants = (program.wants.v ? 1n : 0n) | (program.wants.u ? 2n : 0n);
        const words = { conditions: conditions | (wants << 136n), a, b, outcome };
        const asked = { ...queryOf(researcher, GROUP), program: words };
        return market.connect(researcher).ask(asked, [{ dataset: 1n, fee: 0n }], deadline);
      };
      const base: Program = {
        conditions: [
          { column: 4, from: 1 },
          { column: 6, from: 1 },
        ],
        ...{ a: 0b1000n, b: 0b0010n, outcome: 0n, wants: { v: true, u: true } },
      };
      await expect(asking(base)).to.be.revertedWithCustomError(market, "ResearchMarket_FeeTooLow");
      const [first, second] = base.conditions;
      for (const wrong of [
        { conditions: [{ column: 4, from: 0 }, second!] },
        { conditions: [{ column: 4, from: 4_096 }, second!] },
        { conditions: [first!, { column: 6, from: 0 }] },
        { conditions: [first!] },
        { a: 0b1100n, b: 0n },
        { a: 0b1010n, b: 0n },
        { b: 0b0100n },
      ]) {
        const program = { ...base, ...wrong };
        await expect(
          asking(program),
          JSON.stringify(wrong, (_, value) => String(value)),
        ).to.be.revertedWithCustomError(market, "ResearchMarket_InvalidProgram");
        expect(() => assertProgram(program))
          .to.throw()
          .with.property("code", "INVALID_ARGUMENT");
      }
      for (const [place, column] of [
        [0, 5],
        [1, 5],
      ] as const) {
        const conditions = base.conditions.map((one, p) => (p === place ? { ...one, column } : one));
        await expect(asking({ ...base, conditions }))
          .to.be.revertedWithCustomError(market, "ResearchMarket_NotSummable")
          .withArgs(1n, 5n);
        // Without its sums it may be asked about.
        await expect(
          asking({ ...base, conditions, wants: { v: false, u: false } }),
        ).to.be.revertedWithCustomError(market, "ResearchMarket_FeeTooLow");
      }
    });

    it("are accepted by the custodian alone, in time, and as often as the budget has it", async () => {
      const world = await load(opened);
      const { market, custodian, stranger } = world;
      const set = await TestDataset.register(world, world.pages, { exactBudget: 2n });
      const [first, second, third] = [
        await set.ask(GROUP, { accepted: false }),
        await set.ask(GROUP, { accepted: false }),
        await set.ask(GROUP, { accepted: false }),
      ];
      await expect(market.connect(stranger).accept(first, 1n)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotCustodian",
      );
      await expect(market.connect(custodian).accept(first, 1n))
        .to.emit(market, "QueryAccepted")
        .withArgs(first, 1n);
      await expect(market.connect(custodian).accept(first, 1n))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotNow")
        .withArgs(first, 1n, 2n);
      await market.connect(custodian).accept(second, 1n);
      // Not after a hand-over of its page.
      const { ledger, next } = world;
      await ledger.connect(custodian).nominateCustodian(1n, next.address);
      const state = await ethers.provider.send("evm_snapshot", []);
      await ledger.connect(next).acceptCustodian(1n);
      await expect(market.connect(custodian).accept(third, 1n))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotPageCustodian")
        .withArgs(1n, custodian.address);
      await ethers.provider.send("evm_revert", [state]);
      await expect(market.connect(custodian).accept(third, 1n))
        .to.be.revertedWithCustomError(market, "ResearchMarket_BudgetSpent")
        .withArgs(1n, 2n);
      await expect(market.connect(custodian).accept(99n, 1n)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotNow",
      );
    });

    it("Q11: accepted and not answered: the fee goes back after the deadline, and the budget stays spent", async () => {
      const world = await fresh();
      const { market, custodian, researcher, stranger, set, token } = world;
      const query = await set.ask(GROUP);
      for (const by of [researcher, stranger])
        await expect(market.connect(by).refund(query, 1n)).to.be.revertedWithCustomError(
          market,
          "ResearchMarket_NotNow",
        );
      const { deadline } = await market.requestOf(query, 1n);
      const answering = set.answering(query, GROUP);
      await time.setNextBlockTimestamp(deadline + 1n);
      await expect(market.answer(...answering)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotNow",
      );
      await expect(market.connect(stranger).refund(query, 1n))
        .to.emit(market, "FeeRefunded")
        .withArgs(query, 1n, FEE);
      expect(await token.balanceOf(researcher)).to.equal(FEE);
      expect(await escrowOf(world)).to.deep.equal({ free: 0n, committed: 0n });
      expect((await market.datasetOf(1n)).exactUsed).to.equal(1n);
      await expect(market.refund(query, 1n)).to.be.revertedWithCustomError(market, "ResearchMarket_NotNow");
      await expect(market.connect(custodian).accept(query, 1n)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotNow",
      );
    });

    it("not accepted: the researcher takes the fee back at any time, anyone after the deadline", async () => {
      const { market, researcher, stranger, set, token } = await fresh();
      const first = await set.ask(GROUP, { accepted: false });
      const second = await set.ask(GROUP, { accepted: false });
      await expect(market.connect(stranger).refund(first, 1n)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotNow",
      );
      await market.connect(researcher).refund(first, 1n);
      expect(await token.balanceOf(researcher)).to.equal(FEE);
      await time.increaseTo((await market.requestOf(second, 1n)).deadline + 1n);
      await market.connect(stranger).refund(second, 1n);
      expect(await token.balanceOf(researcher)).to.equal(2n * FEE);
    });
  });

  describe("answers", () => {
    it("are read by the researcher from the event, and pay custodian and patients", async () => {
      const world = await fresh();
      const { market, set, stranger, custodian, custody, token } = world;
      const query = await set.ask(GROUP);
      const made = set.answerTo(query, GROUP);
      expect(made.evaluation.smallCells).to.deep.equal([]);
      const perSlot = (FEE * OFFER.royaltyPerMille) / 1_000n / BigInt(PATIENTS);
      await expect(market.connect(stranger).answer(...set.answering(query, GROUP, made)))
        .to.emit(market, "EpochBegun")
        .withArgs(1n, 0n, set.words);
      const [event] = await market.queryFilter(market.filters.QueryAnswered(query));
      const { answer, perSlot: paid } = event!.args;
      const sealed = {
        released: answer.released,
        point: [answer.pointX, answer.pointY] as const,
        ciphers: [answer.cipherA, answer.cipherB] as const,
      };
      expect(answer.released).to.equal(true);
      expect(RESEARCHER.open(sealed, requestOf(set.address(query)))).to.deep.equal(made.evaluation.sums);
      expect(made.evaluation.sums.a.n).to.equal(14n);
      expect(paid).to.equal(perSlot);
      expect(await market.earlierOf(1n)).to.deep.equal([made.words.classes]);
      const free = FEE - perSlot * BigInt(PATIENTS);
      expect(await escrowOf(world)).to.deep.equal({ free, committed: FEE - free });
      await custody.connect(custodian).withdraw((await market.datasetOf(1n)).escrow, free, custodian.address);
      expect(await token.balanceOf(custodian)).to.equal(free);
      expect((await market.requestOf(query, 1n)).state).to.equal(3n);
    });

    it("Q1: a consent revoked after proving voids the answer, and a new proof without it counts", async () => {
      const { market, set } = await fresh();
      const query = await set.ask(GROUP);
      const answering = set.answering(query, GROUP);
      await set.pages[0]!.revoke(20);
      await expect(market.answer(...answering)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotProven",
      );
      const made = await set.answer(query, GROUP);
      expect(made.evaluation.sums.b.n).to.equal(11n);
    });

    it("Q5 Q7: a cohort of 10 is suppressed: the custodian keeps the look fee, and the rest goes back", async () => {
      const world = await fresh();
      const { market, researcher, set, token } = world;
      const query = await set.ask(SMALL);
      const made = set.answerTo(query, SMALL);
      expect(made.evaluation.sums.a.n).to.equal(10n);
      const answering = set.answering(query, SMALL, made);
      // The same answer, said to be released.
      const [head, sealed] = [answering.slice(0, 6), answering[6]];
      await expect(
        market.answer(...(head as unknown as Head), { ...sealed, released: true }),
      ).to.be.revertedWithCustomError(market, "ResearchMarket_NotProven");
      await market.answer(...answering);
      expect(await market.earlierOf(1n)).to.deep.equal([]);
      expect(await escrowOf(world)).to.deep.equal({ free: LOOK_FEE, committed: FEE - LOOK_FEE });
      expect((await market.requestOf(query, 1n)).state).to.equal(4n);
      await market.refund(query, 1n);
      expect(await token.balanceOf(researcher)).to.equal(FEE - LOOK_FEE);
      const { epochs, perSlot, exactUsed } = await market.datasetOf(1n);
      expect([epochs, perSlot, exactUsed]).to.deep.equal([0n, 0n, 1n]);
    });

    it("Q6: the second answer is compared with the first, which cannot be left out", async () => {
      const { market, set } = await fresh();
      await set.answer(await set.ask(GROUP), GROUP);
      const near: Program = { ...GROUP, conditions: [GROUP.conditions[0]!, { column: 0, from: 14 }] };
      const query = await set.ask(near);
      const alone = set.copy();
      alone.earlier = [];
      expect(alone.answerTo(query, near).words.released).to.equal(true);
      await expect(market.answer(...alone.answering(query, near))).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotProven",
      );
      const made = await set.answer(query, near);
      expect(made.words.released).to.equal(false);
      // The same group again is not near: it is equal.
      const again = await set.ask(GROUP);
      expect((await set.answer(again, GROUP)).words.released).to.equal(true);
    });

    it("Q9: not twice, not for another query or dataset, not before it is accepted, and not with other words", async () => {
      const { market, set } = await fresh();
      const early = await set.ask(GROUP, { accepted: false });
      await expect(market.answer(...set.answering(early, GROUP)))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotNow")
        .withArgs(early, 1n, 1n);
      const query = await set.ask(GROUP);
      const answering = set.answering(query, GROUP);
      const other = await set.ask(SMALL);
      await expect(market.answer(other, ...(answering.slice(1) as unknown as Tail)))
        .to.be.revertedWithCustomError(market, "ResearchMarket_OtherQuery")
        .withArgs(other);
      const same = await set.ask(GROUP);
      await expect(
        market.answer(same, ...(answering.slice(1) as unknown as Tail)),
      ).to.be.revertedWithCustomError(market, "ResearchMarket_NotProven");
      const [head, sealed] = [answering.slice(0, 6) as unknown as Head, answering[6]];
      for (const [name, value] of Object.entries(sealed)) {
        if (typeof value !== "bigint") continue;
        await expect(
          market.answer(...head, { ...sealed, [name]: (value + 1n) % R }),
          name,
        ).to.be.revertedWithCustomError(market, "ResearchMarket_NotProven");
        // The polynomial would take the alias.
        await expect(market.answer(...head, { ...sealed, [name]: value + R }), name)
          .to.be.revertedWithCustomError(market, "ResearchMarket_NotInField")
          .withArgs(value + R);
      }
      const wrong = [...answering] as unknown as Parameters<typeof market.answer>;
      wrong[3] = idOf("access-batch-64");
      await expect(market.answer(...wrong))
        .to.be.revertedWithCustomError(market, "ResearchMarket_CircuitNotUsable")
        .withArgs(idOf("access-batch-64"), familyOf("research-query"));
      await market.answer(...answering);
      await expect(market.answer(...answering)).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotNow",
      );
    });

    it("are by any circuit that fits: the form for one mean as well", async () => {
      const { market, set } = await fresh();
      const program = lastRecords(256, 256 - 13);
      const query = await set.ask(program);
      const made = set.answerTo(query, program, "query-mean-256");
      expect(made.evaluation.sums.a.n).to.equal(13n);
      await expect(market.answer(...set.answering(query, program, made, "query-mean-256"))).to.emit(
        market,
        "QueryAnswered",
      );
    });

    it("end with the form of the page", async () => {
      const world = await deployResearch();
      const { market } = world;
      const now = Math.floor((await time.latest()) / 60);
      const form = (FORM & 0xff_ffffn) | (BigInt(now + 600) << 24n);
      const page = await TestPage.open(world, form);
      const set = await TestDataset.register(world, [page]);
      const query = await set.ask(GROUP);
      await time.increaseTo((now + 600) * 60 - 2);
      const answering = set.answering(query, GROUP);
      await time.setNextBlockTimestamp((now + 600) * 60);
      await expect(market.answer(...answering))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotForResearch")
        .withArgs(page.page, form);
    });
  });

  describe("royalties", () => {
    const PER_SLOT = (FEE * OFFER.royaltyPerMille) / 1_000n / BigInt(PATIENTS);

    it("Q12 Q13: every live record earns the same, whatever it says, and claims it once", async () => {
      const world = await fresh();
      const { market, patient, set, stranger, token } = world;
      await set.answer(await set.ask(GROUP), GROUP);
      const words = set.words;
      let paid = 0n;
      for (let record = 0; record < PATIENTS; record++) {
        await market.connect(stranger).setPayee(...set.payment(record, patient.address));
        await expect(market.connect(stranger).claimRoyalty(1n, record, [words]))
          .to.emit(market, "RoyaltyPaid")
          .withArgs(1n, record, patient.address, PER_SLOT);
        paid += PER_SLOT;
        await expect(market.claimRoyalty(1n, record, [words]))
          .to.be.revertedWithCustomError(market, "ResearchMarket_NothingOwed")
          .withArgs(1n, record);
      }
      expect(await token.balanceOf(patient)).to.equal(paid);
      expect(await escrowOf(world)).to.deep.equal({ free: FEE - paid, committed: 0n });
    });

    it("Q12: a record that was not live in an answer earns nothing from it, and over epochs what it was live for", async () => {
      const { market, patient, next, set } = await fresh();
      await set.answer(await set.ask(GROUP), GROUP);
      const first = set.words;
      // Record 3's patient names a payee while they can, and leaves.
      await market.setPayee(...set.payment(3, next.address));
      // All of group A leave: a cell of fourteen beside the answer before.
      const left = Array.from({ length: 14 }, (_, slot) => slot);
      await set.pages[0]!.revoke(...left);
      const later: Program = { ...GROUP, a: 0b1010n, b: 0n };
      await set.answer(await set.ask(later), later);
      const second = set.words;
      await set.answer(await set.ask(later), later);
      const share = (FEE * OFFER.royaltyPerMille) / 1_000n / 12n;
      const { epochs, perSlot } = await market.datasetOf(1n);
      expect([epochs, perSlot]).to.deep.equal([2n, PER_SLOT + 2n * share]);
      // Record 3 left after the first answer; what it earned before is still its patient's.
      await expect(market.claimRoyalty(1n, 3, [second]))
        .to.be.revertedWithCustomError(market, "ResearchMarket_OtherEpoch")
        .withArgs(1n, 0n);
      await expect(market.claimRoyalty(1n, 3, [first, second]))
        .to.emit(market, "RoyaltyPaid")
        .withArgs(1n, 3n, next.address, PER_SLOT);
      // Record 20 stayed: epoch after epoch, or at once.
      await market.setPayee(...set.payment(20, patient.address));
      await expect(market.claimRoyalty(1n, 20, [first]))
        .to.emit(market, "RoyaltyPaid")
        .withArgs(1n, 20n, patient.address, PER_SLOT);
      await expect(market.claimRoyalty(1n, 20, [second]))
        .to.emit(market, "RoyaltyPaid")
        .withArgs(1n, 20n, patient.address, 2n * share);
      await set.answer(await set.ask(later), later);
      await expect(market.claimRoyalty(1n, 20, [second]))
        .to.emit(market, "RoyaltyPaid")
        .withArgs(1n, 20n, patient.address, share);
    });

    it("go to whom the record's patient names, and to nobody else's", async () => {
      const { market, patient, stranger, set } = await fresh();
      await set.answer(await set.ask(GROUP), GROUP);
      await expect(market.claimRoyalty(1n, 5, [set.words]))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NoPayee")
        .withArgs(1n, 5n);
      // Another patient's proof, and the right one for another account or record.
      const own = set.payment(5, patient.address);
      await expect(market.setPayee(...set.payment(5, stranger.address, 6))).to.be.revertedWithCustomError(
        market,
        "ResearchMarket_NotProven",
      );
      for (const [at, value] of [
        [1, 6],
        [2, stranger.address],
      ] as const) {
        const wrong = own.map((argument, i) => (i === at ? value : argument)) as unknown as Parameters<
          typeof market.setPayee
        >;
        await expect(market.setPayee(...wrong)).to.be.revertedWithCustomError(
          market,
          "ResearchMarket_NotProven",
        );
      }
      for (const [record, account] of [
        [256, patient.address],
        [1_024, patient.address],
        [MaxUint256, patient.address],
        [5, ZeroAddress],
      ] as const) {
        const wrong = [...own] as unknown as Parameters<typeof market.setPayee>;
        [wrong[1], wrong[2]] = [record, account];
        await expect(market.setPayee(...wrong), `${record}`)
          .to.be.revertedWithCustomError(market, "ResearchMarket_UnknownRecord")
          .withArgs(1n, record);
      }
      await expect(market.connect(stranger).setPayee(...own))
        .to.emit(market, "PayeeSet")
        .withArgs(1n, 5n, patient.address);
    });

    it("are out of reach of a proof once there is a payee, and of one about a consent that ended", async () => {
      const { market, patient, stranger, next, set } = await fresh();
      await set.answer(await set.ask(GROUP), GROUP);
      const old = set.payment(5, next.address);
      await market.setPayee(...set.payment(5, patient.address));
      // Neither an old proof nor a new one, by a custodian who was told the secret, changes it.
      for (const by of [stranger, next])
        await expect(market.connect(by).setPayee(...old))
          .to.be.revertedWithCustomError(market, "ResearchMarket_NotPayee")
          .withArgs(by.address, patient.address);
      // The payee names another, without a proof; and what was earned before goes there.
      await market.connect(patient).setPayee(...set.payment(5, next.address, 6));
      await expect(market.claimRoyalty(1n, 5, [set.words]))
        .to.emit(market, "RoyaltyPaid")
        .withArgs(1n, 5n, next.address, PER_SLOT);
      await set.pages[0]!.revoke(6);
      await expect(market.setPayee(...set.payment(6, stranger.address)))
        .to.be.revertedWithCustomError(market, "ResearchMarket_NotLive")
        .withArgs(1n, 6n);
    });
  });
});

type Head = [bigint, bigint, ReturnType<typeof queryOf>, string, bigint, never];
type Tail = [bigint, ReturnType<typeof queryOf>, string, bigint, never, never];
