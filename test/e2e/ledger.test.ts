// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger with real proofs: consents, a batch of accesses that its patient reads from calldata alone, one
// revocation by the secret and one by force, and a page that is rebuilt from the chain.
import { join } from "node:path";
import { proofCalldata, prove, snarkjsProver } from "@vitalproof/sdk";
import {
  accessBatch,
  ciphersOf,
  consentBatch,
  findAccesses,
  ownSlotWitness,
  pageRootOf,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import { diskArtifacts } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { deployLedger, idOf, minute, TestPage } from "../contracts/support/ledger.ts";
import { ethers, time } from "../contracts/support/network.ts";

const root = join(import.meta.dirname, "../..");
const artifacts = diskArtifacts(join(root, "circuits/artifacts"), { large: join(root, "build/circuits") });
const MINUTE = 60;

describe("e2e: health ledger", function () {
  this.timeout(600_000);
  const prover = snarkjsProver();
  const proven = async (witness: Parameters<typeof prove>[2]) =>
    proofCalldata((await prove(prover, await artifacts.load(witness.circuit), witness)).proof);

  it("consents, accesses, accounting and revocations, each under a proof of its circuit", async () => {
    const world = await deployLedger();
    const { ledger, custodian, stranger } = world;
    const page = await TestPage.open(world);
    const { address } = page;

    const made = page.newGrants(12);
    const grants = made.map(({ grant }) => grant);
    const given = consentBatch({
      ...{ circuit: "consent-batch", address, page: page.state, form: 0n, grants, revocations: [] },
    });
    const changes = page.changes(given);
    changes[6] = await proven(given.witness);
    await ledger.connect(custodian).changeConsents(...changes);
    page.patients.push(...made.map(({ patient }) => patient));
    page.state = given.page;
    const since = Number((await ledger.pageOf(1n)).since);

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
    const logged = await ledger
      .connect(stranger)
      .logAccesses(
        1n,
        idOf("access-batch-64"),
        batch.headerWord,
        batch.digest,
        await proven(batch.witness),
        batch.body,
      );

    // A patient has the chain and a key.
    const input = (await ethers.provider.getTransaction(logged.hash))!.data;
    const [, , header, , , body] = ledger.interface.decodeFunctionData("logAccesses", input);
    const mine = { slot: 3, audit: page.patients[3]!.consent.audit };
    const found = findAccesses(ciphersOf(body, 64), BigInt(header) >> 80n, mine);
    expect(found.map(({ index }) => index)).to.deep.equal(
      [...accesses.keys()].filter((i) => accesses[i]!.slot === 3),
    );
    expect(found.every(({ index, record }) => record.actor === 100 + index)).to.equal(true);

    // The clinic is silent; the page is rebuilt from the leaves in calldata, and slot 3 revoked with this transaction.
    const filter = ledger.filters.ConsentsChanged(1n);
    const events = await ledger.queryFilter(filter);
    const leaves = await Promise.all(
      events.map(async ({ transactionHash }) => {
        const { data } = (await ethers.provider.getTransaction(transactionHash))!;
        return ledger.interface.decodeFunctionData("changeConsents", data).at(-1) as readonly bigint[];
      }),
    );
    expect(pageRootOf(leaves.flat())).to.equal((await ledger.pageOf(1n)).root);
    const { consent, secret } = page.patients[3]!;
    const action = revokeActionOf(address);
    const witness = ownSlotWitness({ leaves: leaves.flat(), slot: 3, consent, secret, action });
    const forced = await ledger
      .connect(stranger)
      .revokeByForce(1n, idOf("own-slot"), 3, await proven(witness));
    expect(await ledger.isLive(1n, 3)).to.equal(false);
    console.log(
      `      by force: ${(await forced.wait())!.gasUsed} gas, logged: ${(await logged.wait())!.gasUsed}`,
    );

    // From then on no batch with an access under it can be made, but for an emergency.
    page.state = { ...page.state, live: (await ledger.pageOf(1n)).live };
    const later = { ...request, page: page.state, base: await minute(), span: 0 };
    expect(() => accessBatch({ ...later, accesses: [page.access(3)] })).to.throw(/not-live/);
    expect(accessBatch({ ...later, accesses: [page.access(3, { glass: 1 })] }).header.emergencies).to.equal(
      1,
    );
  });
});
