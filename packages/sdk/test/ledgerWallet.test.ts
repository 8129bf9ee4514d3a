// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import {
  assertGiven,
  CONSENT_OFFER,
  consentBatch,
  consentLeafOf,
  grantDomainOf,
  grantMessageOf,
  handleOf,
  isGrantSignature,
  KEPT_CONSENT,
  LedgerWallet,
  type OpenConsent,
  type PageAddress,
  packRights,
  pageRootOf,
  REVOCATION_REQUEST,
  revokeActionOf,
  SIGNED_GRANT,
  SlotKey,
  signerOf,
} from "@vitalproof/sdk/ledger";
import { type Document, documentSchema, documentText, type Json, parseDocument } from "@vitalproof/sdk/wire";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { ADDRESS, RIGHTS } from "../../../test/support/ledgerPage.ts";
import { bigintToBytes } from "../src/field.ts";
import { FIELD, VitalproofError } from "../src/index.ts";
import { identityOf, MASTER, TestCustodian } from "./ledgerSupport.ts";
import { codeThrown } from "./support.ts";

const wallet = new LedgerWallet(identityOf("ada"));

function refusalOf(act: () => unknown): VitalproofError {
  try {
    act();
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** All that an error or an object shows. */
const shown = (value: unknown): string =>
  [
    inspect(value, { depth: 9, showHidden: true }),
    JSON.stringify(value),
    value instanceof Error ? `${value.message} ${value.stack}` : "",
  ].join("\n");

describe("ledger wallet: keys", () => {
  it("are the same for a restored identity, however the ledger's address is written", () => {
    const again = new LedgerWallet(identityOf("ada"));
    const lower = { ...ADDRESS, ledger: ADDRESS.ledger.toLowerCase() };
    const [one, other] = [wallet.keysOf(ADDRESS, 3), again.keysOf(lower, 3)];
    expect(other.key.publicKey).to.deep.equal(one.key.publicKey);
    expect(other.revocationSecret()).to.equal(one.revocationSecret());
    expect([one.signer, one.handle]).to.deep.equal([
      signerOf(one.key.publicKey),
      handleOf(one.revocationSecret()),
    ]);
  });

  it("differ between patients, chains, ledgers, pages and slots, and pages and slots do not run together", () => {
    const places: [PageAddress, number][] = [
      [ADDRESS, 3],
      [ADDRESS, 4],
      [{ ...ADDRESS, page: 2n }, 3],
      [{ ...ADDRESS, page: 11n }, 3],
      [{ ...ADDRESS, page: 1n }, 13],
      [{ ...ADDRESS, chainId: 1n }, 3],
      [{ ...ADDRESS, ledger: `0x${"b1".repeat(20)}` }, 3],
    ];
    const all = [wallet, new LedgerWallet(identityOf("bob"))].flatMap((each) =>
      places.map(([address, slot]) => each.keysOf(address, slot)),
    );
    for (const name of ["signer", "handle"] as const)
      expect(new Set(all.map((keys) => keys[name])).size).to.equal(all.length);
    const secrets = all.map((keys) => keys.revocationSecret());
    expect(new Set(secrets).size).to.equal(all.length);
    for (const secret of secrets) expect(secret > 0n && secret < 2n ** 253n && secret < FIELD).to.equal(true);
    // Not only small ones: of 14 secrets one at least has one of its two highest bits.
    expect(secrets.some((secret) => secret >= 2n ** 251n)).to.equal(true);
  });

  it("the revocation secret, which a custodian gets, is not the seed of the key", () => {
    const keys = wallet.keysOf(ADDRESS, 3);
    for (let high = 0n; high < 8n; high++) {
      const seed = bigintToBytes((high << 253n) | keys.revocationSecret(), 32);
      expect(new SlotKey(seed).publicKey).to.not.deep.equal(keys.key.publicKey);
    }
  });

  it("are refused for what is not a page or a slot", () => {
    for (const slot of [-1, 256, 0.5])
      expect(codeThrown(() => wallet.keysOf(ADDRESS, slot))).to.equal("INVALID_ARGUMENT");
    for (const change of [{ chainId: -1n }, { ledger: "0x12" }, { page: 0n }])
      expect(codeThrown(() => wallet.keysOf({ ...ADDRESS, ...change }, 0))).to.equal("INVALID_ARGUMENT");
  });

  it("T33: show neither seed, key nor secret when printed or serialised", () => {
    const keys = wallet.keysOf(ADDRESS, 3);
    const seed = Buffer.from(identityOf("ada").walletSeed()).toString("hex");
    const text = shown({ wallet, keys });
    for (const secret of [keys.revocationSecret(), BigInt(`0x${seed}`)])
      for (const marker of [secret.toString(), secret.toString(16)]) expect(text).to.not.contain(marker);
    expect(text).to.contain("(secret)");
  });
});

describe("ledger wallet: offers", () => {
  const custodian = new TestCustodian();

  it("H9: the grant holds for exactly this consent in this slot of this page", () => {
    const offer = custodian.offer();
    const { grant, consent, kept } = wallet.accept(offer);
    expect(consent).to.deep.equal({
      rights: RIGHTS,
      grantee: 77,
      audit: offer.audit,
      signer: wallet.keysOf(ADDRESS, 0).signer,
      handle: wallet.keysOf(ADDRESS, 0).handle,
    });
    expect(kept).to.deep.equal({ address: ADDRESS, slot: 0, consent });
    const signed = (address: PageAddress, slot: number, of: OpenConsent) =>
      isGrantSignature(
        grantMessageOf(grantDomainOf(address), slot, consentLeafOf(of)),
        grant.signature,
        grant.key,
      );
    expect(signed(ADDRESS, 0, consent)).to.equal(true);
    expect(signed(ADDRESS, 1, consent)).to.equal(false);
    expect(signed({ ...ADDRESS, page: 2n }, 0, consent)).to.equal(false);
    expect(signed({ ...ADDRESS, chainId: 1n }, 0, consent)).to.equal(false);
    expect(signed(ADDRESS, 0, { ...consent, rights: { ...RIGHTS, purposes: 0xff } })).to.equal(false);
    expect(signed(ADDRESS, 0, { ...consent, audit: consent.audit + 1n })).to.equal(false);
    expect(signed(ADDRESS, 0, { ...consent, grantee: 78 })).to.equal(false);
  });

  it("a custodian's batch takes the grant, and only in its slot", () => {
    const { grant } = wallet.accept(custodian.offer());
    const request = { circuit: "consent-batch-test", address: ADDRESS, form: 0n, revocations: [] };
    const first = consentBatch({ ...request, page: { leaves: [], live: 0n }, grants: [grant] });
    expect(first.page.leaves).to.deep.equal([consentLeafOf(grant.consent)]);
    expect(codeThrown(() => consentBatch({ ...request, page: first.page, grants: [grant] }))).to.equal(
      "GRANT_NOT_SIGNED",
    );
  });

  it("of a page with a form have its rights; without one, or with 0, any", () => {
    const form = packRights(RIGHTS);
    expect(wallet.accept(custodian.offer({ form })).consent.rights).to.deep.equal(RIGHTS);
    expect(wallet.accept(custodian.offer({ form: 0n })).consent.rights).to.deep.equal(RIGHTS);
    const error = refusalOf(() => wallet.accept(custodian.offer({ form: form + 1n })));
    expect(error.code).to.equal("INVALID_ARGUMENT");
    expect(shown(error)).to.not.contain(form.toString());
  });

  it("T33: are refused without saying their audit key", () => {
    const marker = FIELD + 987_654_321_012_345n;
    const error = refusalOf(() => wallet.accept(custodian.offer({ audit: marker })));
    expect(error.code).to.equal("NOT_A_FIELD_ELEMENT");
    expect(shown(error)).to.not.contain(marker.toString());
    expect(codeThrown(() => wallet.accept(custodian.offer({ audit: 0n })))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => wallet.accept(custodian.offer({ slot: 256 })))).to.equal("INVALID_ARGUMENT");
    const wide = { ...RIGHTS, purposes: 256 };
    expect(codeThrown(() => wallet.accept(custodian.offer({ rights: wide })))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => wallet.accept(custodian.offer({ grantee: 2 ** 32 })))).to.equal(
      "INVALID_ARGUMENT",
    );
  });
});

describe("ledger wallet: given", () => {
  const custodian = new TestCustodian();
  const kept = ["ada", "bob", "eve"].map((name) => custodian.enrol(name));
  const { leaves, live } = custodian.page;
  const differs = (act: () => unknown): unknown => {
    const { code, details } = refusalOf(act);
    expect(code).to.equal("CONSENT_NOT_GIVEN");
    return details.differs;
  };
  const { consent } = kept[1]!;

  it("is what calldata's leaf is of", () => {
    for (const [slot, each] of kept.entries()) assertGiven(each.consent, slot, leaves, { live });
  });

  it("is not an empty slot, another slot, or a revoked consent", () => {
    expect(differs(() => assertGiven(consent, 1, leaves.slice(0, 1)))).to.deep.equal(["empty-slot"]);
    expect(differs(() => assertGiven(consent, 2, leaves))).to.deep.equal(["other-slot"]);
    expect(refusalOf(() => assertGiven(consent, 2, leaves)).details.found).to.equal(1);
    expect(differs(() => assertGiven(consent, 1, leaves, { live: 0b101n }))).to.deep.equal(["not-live"]);
    expect(codeThrown(() => assertGiven(consent, 256, leaves))).to.equal("INVALID_ARGUMENT");
  });

  it("names what the custodian entered instead, never its value", () => {
    const entered: [Partial<OpenConsent>, string[]][] = [
      [{ audit: consent.audit + 1n }, ["audit"]],
      [{ grantee: 78 }, ["grantee"]],
      [{ signer: 5n, handle: 6n }, ["signer", "handle"]],
      [{ rights: { ...RIGHTS, purposes: 0xff } }, ["purposes"]],
      [
        { rights: { purposes: 1, roles: 2, classes: 3, until: 4 } },
        ["purposes", "roles", "classes", "until"],
      ],
    ];
    for (const [change, parts] of entered) {
      const claimed = { ...consent, ...change };
      const other = leaves.with(1, consentLeafOf(claimed));
      expect(differs(() => assertGiven(consent, 1, other, { claimed }))).to.deep.equal(parts);
      const text = shown(refusalOf(() => assertGiven(consent, 1, other, { claimed })));
      for (const secret of [consent.audit, claimed.audit]) {
        expect(text).to.not.contain(secret.toString());
        expect(text).to.not.contain(secret.toString(16));
      }
      // Without an opening, or with one that the leaf is not of, nobody can say.
      expect(differs(() => assertGiven(consent, 1, other))).to.deep.equal(["unknown"]);
      expect(differs(() => assertGiven(consent, 1, other, { claimed: consent }))).to.deep.equal(["unknown"]);
    }
  });
});

describe("ledger wallet: revocations", () => {
  const custodian = new TestCustodian();
  const kept = ["ada", "bob"].map((name) => custodian.enrol(name));
  const bob = new LedgerWallet(identityOf("bob"));

  it("H10: a batch takes the secret of the own slot, and the wallet gives no other", () => {
    const page = consentBatch({
      circuit: "consent-batch-test",
      ...{ address: ADDRESS, page: custodian.page, form: 0n, grants: [] },
      revocations: [bob.revocationOf(kept[1]!)],
    }).page;
    expect(page.live).to.equal(0b01n);
    expect(bob.owns(kept[1]!)).to.equal(true);
    expect(bob.owns(kept[0]!)).to.equal(false);
    expect(codeThrown(() => bob.revocationOf(kept[0]!))).to.equal("SLOT_NOT_OWNED");
    // The right consent under a wrong place.
    for (const place of [{ slot: 0 }, { address: { ...ADDRESS, page: 2n } }])
      expect(codeThrown(() => bob.revocationOf({ ...kept[1]!, ...place }))).to.equal("SLOT_NOT_OWNED");
  });

  it("H11: by force, with public inputs that the contract has", () => {
    const { leaves } = custodian.page;
    const witness = bob.forcedRevocation(kept[1]!, leaves);
    expect(witness.circuit).to.equal("own-slot");
    expect(witness.publicInputs).to.deep.equal([pageRootOf(leaves), 1n, revokeActionOf(ADDRESS)]);
    const otherAudit = { ...kept[1]!, consent: { ...kept[1]!.consent, audit: 7n } };
    expect(codeThrown(() => bob.forcedRevocation(otherAudit, leaves))).to.equal("SLOT_NOT_OWNED");
    expect(codeThrown(() => bob.forcedRevocation(kept[0]!, leaves))).to.equal("SLOT_NOT_OWNED");
  });
});

describe("ledger wallet: documents", () => {
  const offer = new TestCustodian().offer({ form: packRights(RIGHTS) });
  const { grant, kept } = wallet.accept(offer);
  const { secret } = wallet.revocationOf(kept);
  const request = { address: ADDRESS, slot: 0, secret };

  it("come back as they were, and fit their JSON Schema", () => {
    const ajv = new Ajv2020({ strict: false });
    const check = <T>(document: Document<T>, body: T) => {
      const text = documentText(document as Document<Json>, body as Json);
      expect(parseDocument(document, text, "file")).to.deep.equal(body);
      const schema = documentSchema(document) as object;
      expect(ajv.validate(schema, JSON.parse(text)), ajv.errorsText()).to.equal(true);
      expect(ajv.validate(schema, { ...JSON.parse(text), more: 1 })).to.equal(false);
    };
    check(CONSENT_OFFER, offer);
    check(SIGNED_GRANT, { address: ADDRESS, slot: 0, grant });
    check(KEPT_CONSENT, kept);
    check(REVOCATION_REQUEST, request);
    const { form: _, ...without } = offer;
    check(CONSENT_OFFER, without);
  });

  it("T33: are refused at their place, without what was there", () => {
    const text = documentText(KEPT_CONSENT, kept as never);
    const hurt = (from: string, to: string) =>
      refusalOf(() => parseDocument(KEPT_CONSENT, text.replace(from, to), "kept.json"));
    const audit = hurt(`"audit": "${kept.consent.audit}"`, `"audit": "${FIELD + kept.consent.audit}"`);
    expect([audit.code, audit.details.at]).to.deep.equal(["DOCUMENT_INVALID", "kept.json.consent.audit"]);
    expect(shown(audit)).to.not.contain(kept.consent.audit.toString());
    expect(shown(audit)).to.not.contain((FIELD + kept.consent.audit).toString());
    expect(hurt('"slot": 0', '"slot": 256').details.at).to.equal("kept.json.slot");
    expect(hurt('"purposes": 22', '"purposes": 256').details.at).to.equal(
      "kept.json.consent.rights.purposes",
    );
    expect(hurt("kept-consent", "consent-offer").code).to.equal("DOCUMENT_INVALID");
  });

  it("T33: a master of audit keys is in none of them", () => {
    const files = [
      documentText(CONSENT_OFFER, offer as never),
      documentText(SIGNED_GRANT, { address: ADDRESS, slot: 0, grant } as never),
      documentText(KEPT_CONSENT, kept as never),
    ].join();
    expect(files).to.not.contain(MASTER.toString());
    expect(files).to.not.contain(secret.toString());
  });
});
