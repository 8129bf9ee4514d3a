// SPDX-License-Identifier: GPL-3.0-or-later
//
// The hospital of `npm run dapp`, with real proofs: it takes a patient's answer, reports looks, and takes a request for
// revocation. What does not fit is refused.
import { createIdentity } from "@vitalproof/sdk";
import {
  accountingOf,
  CONSENT_OFFER,
  LedgerClient,
  LedgerWallet,
  REVOCATION_REQUEST,
  readHistory,
  rebuildPage,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { good, refused, serving } from "./support/serving.ts";

describe("dapp: the demo hospital", function () {
  this.timeout(600_000);
  const served = serving();
  const offered = async () =>
    parseDocument(CONSENT_OFFER, (await served.get("/demo/hospital/offer")).text, "offer.json");
  const give = (text: string) => served.post("/demo/hospital/files", JSON.parse(text));

  it("enters, reports and revokes under proofs that the contract takes", async () => {
    const offer = await offered();
    const { address, slot } = offer;
    const wallet = new LedgerWallet(createIdentity());
    const { grant, kept } = wallet.accept(offer);
    const other = wallet.accept({ ...offer, audit: offer.audit + 1n }).grant;
    await refused(give(documentText(SIGNED_GRANT, { address, slot, grant: other })), 403, "NOT_ALLOWED");
    const { secret } = wallet.revocationOf(kept);
    const request = documentText(REVOCATION_REQUEST, { address, slot, secret });
    await refused(give(request), 403, "NOT_ALLOWED");

    const answer = documentText(SIGNED_GRANT, { address, slot, grant });
    await good(give(answer));
    await refused(give(answer), 403, "NOT_ALLOWED");
    expect((await offered()).slot).to.equal(1);
    const client = new LedgerClient(address.ledger, served.provider);
    expect(await client.isLive(address.page, slot)).to.equal(true);

    await served.passUntil((await served.now()) + 7200);
    await good(served.post("/demo/hospital/reports", {}));
    const { batches } = rebuildPage(await readHistory(address.ledger, served.provider, address.page));
    const { rows, counts } = accountingOf(kept, batches);
    expect(rows.map(({ role, emergency }) => [role, emergency])).to.deep.equal([
      ["nurse", false],
      ["physician", false],
      ["laboratory", false],
      ["physician", true],
    ]);
    expect(counts.emergencies).to.equal(1);

    await good(give(request));
    expect(await client.isLive(address.page, slot)).to.equal(false);
  });
});
