// SPDX-License-Identifier: GPL-3.0-or-later
//
// H12: a page is read, rebuilt and archived from the chain alone, and whatever does not fit is refused with its place. Proofs
// are of the real circuits' keys, so that an archive's are verified as the contract did it.
import { refusalOf, VitalproofError } from "@vitalproof/sdk";
import {
  archiveOf,
  ciphersOf,
  findAccesses,
  historyFromArchive,
  LEDGER_ARCHIVE,
  type LedgerArchive,
  LedgerClient,
  type PageHistory,
  packAccessHeader,
  pageRootOf,
  readHistory,
  rebuildPage,
  unpackAccessHeader,
  verifyArchive,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import type { Provider } from "ethers";
import { LATE_TIME } from "./support/ledger.ts";
import { edited, replaced, tellStory, verificationKeys } from "./support/ledgerStory.ts";
import { ethers, load, takesItsBlocksAlong } from "./support/network.ts";
import { idOf } from "./support/realCircuits.ts";

/** The refusal of something. */
async function refusal(act: () => unknown): Promise<VitalproofError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** A provider that answers some questions in another way. */
function nodeWith(answers: Partial<Record<"getTransaction" | "getBlock" | "getLogs", unknown>>): Provider {
  const node: Provider = new Proxy(ethers.provider as unknown as Provider, {
    get(target, name) {
      if (name === "provider") return node;
      if (Object.hasOwn(answers, name)) return answers[name as "getBlock"];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return node;
}

describe("history of a ledger page", () => {
  takesItsBlocksAlong();

  const read = async () => {
    const story = await tellStory();
    const history = await readHistory(story.at, ethers.provider, story.number);
    return { ...story, history, archive: archiveOf(history), keys: verificationKeys() };
  };
  const verified = (
    { archive, keys, history }: Awaited<ReturnType<typeof read>>,
    other: LedgerArchive = archive,
  ) => verifyArchive(other, { verificationKeys: keys, page: history.state });

  /** Refused with the place. */
  async function refuses(
    act: () => unknown,
    hash: string | undefined,
    version: number | undefined,
    what: RegExp,
  ) {
    const error = await refusal(act);
    expect(error.code, error.message).to.equal("LEDGER_MISMATCH");
    expect(error.details.what).to.match(what);
    expect(error.details.transaction).to.equal(hash);
    expect(error.details.version).to.equal(version);
    return error;
  }
  const rebuilds = (archive: LedgerArchive) => () => rebuildPage(historyFromArchive(archive));

  describe("read", () => {
    it("gives every change and every batch, and rebuilds to the contract's page", async () => {
      const { history, page, client, number, hashes, since, ledger } = await load(read);
      const rebuilt = rebuildPage(history);
      expect(rebuilt.leaves).to.deep.equal(page.state.leaves);
      expect(rebuilt.live).to.equal(page.state.live);
      expect([rebuilt.version, rebuilt.versions.length]).to.deep.equal([5, 5]);
      const now = await client.page(number);
      expect([rebuilt.since, rebuilt.logged]).to.deep.equal([now.since, now.logged]);
      expect(history.state).to.deep.equal(now);
      expect(history.entries.map(({ kind }) => kind).join(" ")).to.equal(
        "opened changed logged logged logged changed logged forced handed-over changed logged changed",
      );
      expect(
        rebuilt.batches.map(({ transaction, version, late }) => [transaction, version, late]),
      ).to.deep.equal([
        [hashes.first, 1, false],
        [hashes.second, 1, false],
        [hashes.third, 1, false],
        [hashes.late, 1, true],
        [hashes.fourth, 4, false],
      ]);
      const [opened, granted, revoked] = [rebuilt.versions[0]!, rebuilt.versions[1]!, rebuilt.versions[2]!];
      expect([opened.since, granted.since, granted.logged]).to.deep.equal([opened.since, since, since + 160]);
      expect(await client.lateLogged(number, revoked.before)).to.equal(since + 250);
      const added = rebuilt.versions[4]!;
      expect(rebuilt.gaps).to.deep.equal(
        [
          { from: opened.since, until: since },
          { from: since + 100, until: since + 120 },
          { from: since + 160, until: since + 200 },
          { from: since + 250, until: added.since },
          { from: added.since + 40, until: now.logged },
        ].filter(({ from, until }) => from < until),
      );
      const block = (await ethers.provider.getBlock(rebuilt.batches[0]!.block))!;
      expect(rebuilt.batches[0]!.time).to.equal(block.timestamp);
      expect(await ledger.pageCount()).to.equal(await client.pageCount());
    });

    it("a patient finds their accesses in it", async () => {
      const { history, page } = await load(read);
      const mine = { slot: 3, audit: page.patients[3]!.consent.audit };
      const found = rebuildPage(history).batches.flatMap(({ header, body }) =>
        findAccesses(ciphersOf(body, header.count), header.nonce, mine),
      );
      expect(found.map(({ record }) => [record.actor, record.glass])).to.deep.equal([
        [5, 1],
        [77, 0],
      ]);
    });

    it("as of a block, and on from what is known: later blocks alone are asked for", async () => {
      const { at, number, history, hashes } = await load(read);
      const { block } = history.entries.find(({ transaction }) => transaction === hashes.revoked)!;
      const early = await readHistory(at, ethers.provider, number, { toBlock: block });
      expect(rebuildPage(early).version).to.equal(2);
      const known = historyFromArchive(archiveOf(early));
      const asked: string[] = [];
      const node = nodeWith({
        getTransaction: (hash: string) => {
          asked.push(hash);
          return ethers.provider.getTransaction(hash);
        },
      });
      const later = await readHistory(at, node, number, { known });
      expect(later).to.deep.equal(history);
      expect(asked).to.have.members([
        hashes.late,
        hashes.forced,
        hashes.added,
        hashes.fourth,
        hashes.indirect,
      ]);
      expect(await readHistory(at, ethers.provider, number, { known: later })).to.deep.equal(later);
      const behind = await refusal(() =>
        readHistory(at, ethers.provider, number, { known: later, toBlock: block }),
      );
      expect(behind.code).to.equal("INVALID_ARGUMENT");
    });

    it("is refused with the archive as the way out where a node no longer has it", async () => {
      const { at, number, history, hashes } = await load(read);
      const error = await refusal(() =>
        readHistory(at, nodeWith({ getTransaction: async () => null }), number),
      );
      expect([error.code, error.details.transaction]).to.deep.equal(["CONTRACT_CALL_FAILED", hashes.granted]);
      expect(error.hint).to.match(/archive/);
      for (const node of [nodeWith({ getBlock: async () => null }), nodeWith({ getLogs: async () => [] })]) {
        const refused = await refusal(() => readHistory(at, node, number));
        expect(refused.code).to.equal("CONTRACT_CALL_FAILED");
        expect(refused.hint).to.match(/archive/);
      }
      // With the archive, that node is enough.
      const known = historyFromArchive(archiveOf(history));
      const again = await readHistory(at, nodeWith({ getTransaction: async () => null }), number, { known });
      expect(rebuildPage(again).version).to.equal(5);
    });

    it("is of one page: unknown ones and the archive of another are refused", async () => {
      const { at, number, history, client } = await load(read);
      const unknown = await refusal(() => readHistory(at, ethers.provider, 9n));
      expect(refusalOf(unknown)?.sentence).to.equal("There is no page 9.");
      const other = (await client.openPage(5n)).result;
      expect(await client.pageAddress(other)).to.deep.equal({ ...history.address, page: other });
      expect(rebuildPage(await readHistory(at, ethers.provider, other))).to.deep.include({
        live: 0n,
        gaps: [],
      });
      const error = await refusal(() => readHistory(at, ethers.provider, other, { known: history }));
      expect(error.code).to.equal("INVALID_ARGUMENT");
      expect(number).not.to.equal(other);
    });
  });

  describe("client", () => {
    it("tells what the contract refuses, and its views", async () => {
      const { client, number, page, stranger, next, at } = await load(read);
      expect(await client.lateTime()).to.equal(Number(LATE_TIME));
      expect([await client.isLive(number, 3), await client.isLive(number, 2)]).to.deep.equal([true, false]);
      expect(await client.nomineeOf(number)).to.equal(undefined);
      const heir = new LedgerClient(at, next);
      await heir.nominateCustodian(number, stranger.address);
      expect(await client.nomineeOf(number)).to.equal(stranger.address);
      const error = await refusal(() => client.nominateCustodian(number, stranger.address));
      expect(refusalOf(error)?.name).to.equal("HealthLedger_NotCustodian");
      const batch = page.batch(page.newGrants(1).map(({ grant }) => grant));
      const wrong = {
        a: [1n, 2n],
        b: [
          [0n, 0n],
          [0n, 0n],
        ],
        c: [1n, 2n],
      } as const;
      const refused = await refusal(() => heir.changeConsents(number, batch, wrong));
      expect(refusalOf(refused)?.name).to.equal("HealthLedger_NotProven");
    });

    it("headers are read as they were packed, and no others", () => {
      const header = { count: 3, emergencies: 1, base: 29_000_000, span: 4_095, nonce: (1n << 96n) - 5n };
      expect(unpackAccessHeader(packAccessHeader(header))).to.deep.equal(header);
      for (const word of [1n << 176n, -1n, 4_096n << 64n])
        expect(() => unpackAccessHeader(word)).to.throw(/header/);
    });
  });

  describe("refused with version and transaction", () => {
    it("an input that is not its event's", async () => {
      const { archive, hashes } = await load(read);
      const { root } = archive.state;
      for (const [hash, version, change, what] of [
        [hashes.granted, 1, { input: { root } }, /root of the input/],
        [hashes.granted, 1, { input: { live: 7n } }, /live of the input/],
        [hashes.granted, 1, { event: { revoked: 1n } }, /revoked of the input/],
        [hashes.granted, 1, { event: { granted: 3n } }, /4 leaves, and the event says 3/],
        [hashes.granted, 1, { input: { page: 2n } }, /another page/],
        [hashes.granted, 1, { input: { leaves: [1n, 2n, 3n, 1n << 255n] } }, /not a field element/],
        [hashes.first, 1, { input: { header: 1n } }, /header of the input/],
        [hashes.first, 1, { input: { body: "0x00" } }, /malformed/],
        [hashes.forced, 3, { event: { slot: 3n } }, /slot of the input/],
      ] as const)
        await refuses(rebuilds(edited(archive, hash!, change)), hash, version, what);
      const cut = replaced(archive, hashes.first!, (each) => ({ ...each, input: each.input!.slice(0, 200) }));
      await refuses(rebuilds(cut), hashes.first, 1, /decoded/);
      const other = replaced(archive, hashes.first!, (each) => ({
        ...each,
        input: archive.transactions.find(({ hash }) => hash === hashes.forced)!.input!,
      }));
      await refuses(rebuilds(other), hashes.first, 1, /does not call logAccesses or logLate/);
    });

    it("leaves and records that are in no input", async () => {
      const { archive, hashes } = await load(read);
      const without = (hash: string) =>
        replaced(archive, hash, ({ input: _, ...transaction }) => transaction);
      await refuses(rebuilds(without(hashes.granted!)), hashes.granted, 1, /leaves of its consents/);
      await refuses(rebuilds(without(hashes.first!)), hashes.first, 1, /records are not in its input/);
    });

    it("a leaf, live bits, a slot or a revocation that the page cannot have", async () => {
      const { archive, hashes, page } = await load(read);
      const leaves = page.state.leaves.slice(0, 4).with(1, 5n);
      await refuses(
        rebuilds(edited(archive, hashes.granted!, { input: { leaves } })),
        hashes.granted,
        1,
        /leaves do not give the page's root/,
      );
      const both = (live: bigint, revoked: bigint) => ({
        input: { live, revoked },
        event: { live, revoked },
      });
      const slots = edited(archive, hashes.revoked!, both(0b111101n, 1n));
      await refuses(rebuilds(slots), hashes.revoked, 2, /neither live before nor is new/);
      const more = edited(archive, hashes.revoked!, both(0b1101n, 2n));
      await refuses(rebuilds(more), hashes.revoked, 2, /1 consents end, and it says 2/);
      const slot = edited(archive, hashes.forced!, { input: { slot: 1n }, event: { slot: 1n } });
      await refuses(rebuilds(slot), hashes.forced, 3, /slot 1 was not live/);
      const keeper = edited(archive, hashes.handedOver!, { event: { previous: `0x${"11".repeat(20)}` } });
      await refuses(rebuilds(keeper), hashes.handedOver, 3, /keeps the page/);
    });

    it("a window or a version that accesses cannot have had", async () => {
      const { archive, hashes, since } = await load(read);
      const word = (hash: string, shift: (base: number) => number) => {
        const { batch } = historyFromArchive(archive).entries.find(
          (each) => each.kind === "logged" && each.transaction === hash,
        ) as Extract<PageHistory["entries"][number], { kind: "logged" }>;
        const header = packAccessHeader({ ...batch.header, base: shift(batch.header.base) });
        return edited(archive, hash, { input: { header }, event: { header } });
      };
      await refuses(rebuilds(word(hashes.second!, () => since + 99)), hashes.second, 1, /window/);
      await refuses(rebuilds(word(hashes.fourth!, (base) => base + 60)), hashes.fourth, 4, /window/);
      await refuses(rebuilds(word(hashes.late!, () => since + 159)), hashes.late, 1, /window/);
      await refuses(rebuilds(word(hashes.late!, (base) => base + 400)), hashes.late, 1, /window/);
      const under = edited(archive, hashes.first!, { event: { version: 0n } });
      await refuses(rebuilds(under), hashes.first, 0, /under version 0 while version 1 lasts/);
      const earlier = edited(archive, hashes.late!, { event: { version: 0n } });
      await refuses(rebuilds(earlier), hashes.late, 0, /not those of the page/);
      const { versions } = rebuildPage(historyFromArchive(archive));
      const shown = [{ ...versions[1]!, logged: since }];
      const untrue = edited(archive, hashes.late!, { input: { versions: shown } });
      await refuses(rebuilds(untrue), hashes.late, 1, /not those of the page/);
    });

    it("what is missing, twice, in another order or at another time", async () => {
      const { archive, hashes } = await load(read);
      const without = (hash: string) => rebuilds(replaced(archive, hash, () => undefined));
      await refuses(without(hashes.revoked!), hashes.late, 1, /not those of the page/);
      await refuses(without(hashes.forced!), hashes.added, 4, /begins version 4 after version 2/);
      await refuses(without(hashes.handedOver!), hashes.indirect, 5, /custodian is/);
      await refuses(without(hashes.opened!), hashes.granted, undefined, /opening is missing/);
      // The last batch of a version, and the page's last change.
      await refuses(without(hashes.third!), hashes.late, 1, /not those of the page/);
      await refuses(without(hashes.fourth!), hashes.indirect, 5, /history is/);
      await refuses(
        without(hashes.indirect!),
        hashes.fourth,
        4,
        /version is 4, and the contract's page has 5/,
      );
      const { transactions } = archive;
      const swapped = {
        ...archive,
        transactions: transactions.with(2, transactions[3]!).with(3, transactions[2]!),
      };
      await refuses(rebuilds(swapped), hashes.first, 1, /comes after a later one/);
      const twice = { ...archive, transactions: transactions.toSpliced(1, 0, transactions[0]!) };
      await refuses(rebuilds(twice), hashes.opened, 0, /opened again/);
      const at = (hash: string, seconds: number) =>
        rebuilds(replaced(archive, hash, (each) => ({ ...each, time: each.time + seconds })));
      await refuses(at(hashes.added!, 60), hashes.fourth, 4, /window/);
      await refuses(at(hashes.indirect!, 60), hashes.indirect, 5, /since is/);
      await refuses(at(hashes.opened!, -60), hashes.late, 1, /not those of the page/);
      // What shows nowhere but as a gap: the archive's reader sees it.
      const hole = rebuildPage(historyFromArchive(replaced(archive, hashes.second!, () => undefined)));
      expect(hole.gaps.length).to.equal(rebuildPage(historyFromArchive(archive)).gaps.length);
      expect(hole.gaps.reduce((sum, { from, until }) => sum + until - from, 0)).to.equal(
        rebuildPage(historyFromArchive(archive)).gaps.reduce(
          (sum, { from, until }) => sum + until - from,
          30,
        ),
      );
    });
  });

  describe("archive", () => {
    it("survives its file, and everything in it is verified again", async () => {
      const world = await load(read);
      const { archive, history, hashes } = world;
      const text = documentText(LEDGER_ARCHIVE, archive);
      const back = parseDocument(LEDGER_ARCHIVE, text, "page.json");
      expect(back).to.deep.equal(archive);
      expect(historyFromArchive(back)).to.deep.equal(history);
      const { page, proofs, withoutProof } = verified(world, back);
      expect(page).to.deep.equal(rebuildPage(history));
      expect(proofs).to.equal(9);
      expect(withoutProof.map(({ transaction, version }) => [transaction, version])).to.deep.equal([
        [hashes.indirect, 5],
      ]);
      expect(
        (await refusal(() => parseDocument(LEDGER_ARCHIVE, text.replace('"input"', '"inputs"'), "f"))).code,
      ).to.equal("DOCUMENT_INVALID");
    });

    it("H2: is refused with the place where a byte of a body, a header or a proof is another", async () => {
      const world = await load(read);
      const { archive, hashes, history } = world;
      const entry = history.entries.find(({ transaction }) => transaction === hashes.second)!;
      if (entry.kind !== "logged") throw new Error("The second batch is not one.");
      const { header, body } = entry.batch;
      const flipped = `${body.slice(0, -1)}${body.endsWith("0") ? "1" : "0"}`;
      const word = packAccessHeader({ ...header, emergencies: 1 });
      const nonce = packAccessHeader({ ...header, nonce: header.nonce ^ 1n });
      for (const change of [
        { input: { body: flipped } },
        { input: { digest: entry.carried.digest + 1n } },
        { input: { digest: 1n << 255n } },
        { input: { header: word }, event: { header: word } },
        { input: { header: nonce }, event: { header: nonce } },
        {
          input: {
            proof: [
              [1n, 2n],
              [
                [1n, 2n],
                [3n, 4n],
              ],
              [1n, 2n],
            ],
          },
        },
      ]) {
        const forged = edited(archive, hashes.second!, change);
        rebuilds(forged)();
        const error = await refuses(() => verified(world, forged), hashes.second, 1, /proof does not hold/);
        expect((error.cause as VitalproofError).code).to.match(/^PROOF_(INVALID|MALFORMED)$/);
      }
      // A late one, and one of own-slot.
      const late = history.entries.find(({ transaction }) => transaction === hashes.late)!;
      if (late.kind !== "logged") throw new Error("The late batch is not one.");
      const other = `0x01${late.batch.body.slice(4)}`;
      const forged = edited(archive, hashes.late!, { input: { body: other } });
      await refuses(() => verified(world, forged), hashes.late, 1, /proof does not hold/);
      const slot = edited(archive, hashes.forced!, { input: { slot: 3n }, event: { slot: 3n } });
      await refuses(() => verified(world, slot), hashes.forced, 3, /proof does not hold/);
    });

    it("H3: a consent that was never proven is refused, whatever root goes with it", async () => {
      const world = await load(read);
      const { archive, hashes, page } = world;
      const leaves = page.state.leaves.slice(0, 4).with(1, 5n);
      const root = pageRootOf(leaves);
      const forged = edited(archive, hashes.granted!, { input: { leaves, root }, event: { root } });
      await refuses(() => verified(world, forged), hashes.granted, 1, /proof does not hold/);
    });

    it("V1: a proof counts under the circuit of its family alone, and with a key", async () => {
      const world = await load(read);
      const { archive, hashes, keys, history } = world;
      for (const circuit of [idOf("own-slot"), idOf("consent-batch"), `0x${"77".repeat(32)}`]) {
        const forged = edited(archive, hashes.first!, { input: { circuit } });
        await refuses(() => verified(world, forged), hashes.first, 1, /is not one of ledger-access/);
      }
      const { "own-slot": _, ...fewer } = keys;
      const error = await refusal(() =>
        verifyArchive(archive, { verificationKeys: fewer, page: history.state }),
      );
      expect([error.code, error.details.circuit]).to.deep.equal(["ARTIFACT_MISSING", "own-slot"]);
    });

    it("is compared with the chain's page of now, and not with what it says itself", async () => {
      const world = await load(read);
      const { archive, keys, client, number, hashes, history } = world;
      const state = { ...archive.state, live: 0n };
      expect(verified(world, { ...archive, state }).page.live).to.equal(history.state.live);
      const early = archiveOf({ ...history, transactions: history.transactions.slice(0, -1) });
      await refuses(() => verified(world, early), hashes.fourth, 4, /version is 4/);
      const elsewhere = { ...archive, ledger: `0x${"11".repeat(20)}` };
      await refuses(
        () => verifyArchive(elsewhere, { verificationKeys: keys, page: history.state }),
        hashes.granted,
        1,
        /proof does not hold/,
      );
      const page = await client.page(number);
      expect(verifyArchive(archive, { verificationKeys: keys, page }).page.version).to.equal(5);
    });
  });
});
