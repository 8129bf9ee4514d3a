// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger with real proofs: consents, a batch of accesses that its patient reads from calldata alone, a
// revocation by force, a page that is rebuilt from the chain, and its archive, whose proofs are verified again.
import { join } from "node:path";
import { prove, snarkjsProver, type VerificationKey, type Witness } from "@vitalproof/sdk";
import {
  accessBatch,
  archiveOf,
  ciphersOf,
  consentBatch,
  findAccesses,
  LEDGER_ARCHIVE,
  LedgerClient,
  ownSlotWitness,
  readHistory,
  rebuildPage,
  revokeActionOf,
  verifyArchive,
} from "@vitalproof/sdk/ledger";
import { diskArtifacts } from "@vitalproof/sdk/node";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { deployLedger, minute, TestPage } from "../contracts/support/ledger.ts";
import { ethers, time } from "../contracts/support/network.ts";

const root = join(import.meta.dirname, "../..");
const artifacts = diskArtifacts(join(root, "circuits/artifacts"), { large: join(root, "build/circuits") });
const MINUTE = 60;

describe("e2e: health ledger", function () {
  this.timeout(600_000);
  const prover = snarkjsProver();
  const keys: Record<string, VerificationKey> = {};
  const proven = async (witness: Witness) => {
    const files = await artifacts.load(witness.circuit);
    keys[witness.circuit] = files.verificationKey;
    return (await prove(prover, files, witness)).proof;
  };

  it("consents, accesses, accounting and revocations, each under a proof of its circuit", async () => {
    const world = await deployLedger();
    const page = await TestPage.open(world);
    const { address } = page;
    const custodian = new LedgerClient(address.ledger, world.custodian);
    const stranger = new LedgerClient(address.ledger, world.stranger);

    const made = page.newGrants(12);
    const grants = made.map(({ grant }) => grant);
    const given = consentBatch({
      ...{ circuit: "consent-batch", address, page: page.state, form: 0n, grants, revocations: [] },
    });
    await custodian.changeConsents(1n, given, await proven(given.witness));
    page.patients.push(...made.map(({ patient }) => patient));
    page.state = given.page;
    const { since } = await custodian.page(1n);

    await time.increase(24 * 60 * MINUTE);
    const accesses = Array.from({ length: 64 }, (_, i) =>
      page.access((5 * i) % 12, {
        minute: 20 * i,
        actor: 100 + i,
        ...(i === 7 ? { glass: 1, purpose: 7 } : {}),
      }),
    );
    const request = {
      circuit: "access-batch-64",
      address,
      page: page.state,
      base: since,
      span: 1_400,
      accesses,
    };
    const batch = accessBatch(request);
    const logged = await custodian.logAccesses(1n, batch, await proven(batch.witness));

    // A patient has the chain and a key.
    const before = rebuildPage(await readHistory(address.ledger, ethers.provider, 1n));
    const mine = { slot: 3, audit: page.patients[3]!.consent.audit };
    const [found] = before.batches.map(({ header, body }) =>
      findAccesses(ciphersOf(body, header.count), header.nonce, mine),
    );
    expect(found!.map(({ index }) => index)).to.deep.equal(
      [...accesses.keys()].filter((i) => accesses[i]!.slot === 3),
    );
    expect(found!.every(({ index, record }) => record.actor === 100 + index)).to.equal(true);

    // The clinic is silent; the page is rebuilt from the leaves in calldata, and slot 3 revoked with this transaction.
    const { leaves } = before;
    const { consent, secret } = page.patients[3]!;
    const action = revokeActionOf(address);
    const witness = ownSlotWitness({ leaves, slot: 3, consent, secret, action });
    const forced = await stranger.revokeByForce(1n, 3, await proven(witness));
    expect(await stranger.isLive(1n, 3)).to.equal(false);
    console.log(`      by force: ${forced.gasUsed} gas, logged: ${logged.gasUsed}`);

    // From then on no batch with an access under it can be made, but for an emergency.
    const history = await readHistory(address.ledger, ethers.provider, 1n);
    const { live } = rebuildPage(history);
    const later = { ...request, page: { leaves, live }, base: await minute(), span: 0 };
    expect(() => accessBatch({ ...later, accesses: [page.access(3)] })).to.throw(/not-live/);
    expect(accessBatch({ ...later, accesses: [page.access(3, { glass: 1 })] }).header.emergencies).to.equal(
      1,
    );

    // Years later: the file, the chain's page and the keys are enough, and nothing in the file can be another.
    const text = documentText(LEDGER_ARCHIVE, archiveOf(history));
    const archive = parseDocument(LEDGER_ARCHIVE, text, "page-1.json");
    const trust = { verificationKeys: keys, page: await custodian.page(1n) };
    const verified = verifyArchive(archive, trust);
    expect([verified.proofs, verified.withoutProof]).to.deep.equal([3, []]);
    expect(verified.page).to.deep.equal(rebuildPage(history));
    const record = batch.body.slice(-8);
    const other = text.replace(record, `${record.slice(0, -1)}${record.endsWith("0") ? "1" : "0"}`);
    expect(() => verifyArchive(parseDocument(LEDGER_ARCHIVE, other, "page-1.json"), trust))
      .to.throw(/version 1, transaction .*: its proof does not hold/)
      .with.nested.property("details.transaction", logged.hash);
  });
});
