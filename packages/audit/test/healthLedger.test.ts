// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger from events by hand: live bits and versions of pages, numbers of grantees, bindings at their edges.
import {
  boundConsentIdOf,
  isBoundConsent,
  type Matter,
  packRights,
  type Rights,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { concat, ZeroAddress, ZeroHash } from "ethers";
import { boundPages, concernedBy, word } from "../src/concerned.ts";
import { consentOf, consentsTo } from "../src/consentSources.ts";
import { ConsentsState } from "../src/consentState.ts";
import { Findings } from "../src/findings.ts";
import { eventOf } from "./support/events.ts";
import {
  CUSTODIAN,
  INSURER,
  MATTER,
  MINUTE,
  NEXT,
  OTHER,
  PATIENT,
  PURPOSE,
  RIGHTS,
  START,
  Story,
} from "./support/ledgerStory.ts";

describe("audit: the health ledger", () => {
  it("a binding is a consent from its second until the last minute of its rights, revoked when its bit goes", () => {
    const story = Story.begun().bind(1, 90).bind(2, 95).change(2, 0b101n, 0, 1, 200);
    expect(story.consent(1).consent).to.deep.equal({
      ...MATTER,
      from: START + 90,
      until: START + 100 * MINUTE,
    });
    expect(story.consent(1)).to.include({ source: "ledger", page: 1n, slot: 1, granteeNumber: 1, root: 7n });
    expect([story.consent(1).revokedAt, story.consent(2).revokedAt]).to.deep.equal([START + 200, undefined]);
    story.tell("ConsentRevokedByForce", [1n, 3, 2], 300);
    expect(story.consent(2).revokedAt).to.equal(START + 300);
    expect(story.state.pages.get(1n)).to.include({ version: 3, filled: 3, live: 1n, since: START / 60 + 5 });
    expect(story.codes()).to.deep.equal([]);
  });

  it("all matters that one slot is bound to end with it", () => {
    const again = { ...MATTER, program: 2n };
    const story = Story.begun().bind(1, 90).bind(1, 91, { matter: again });
    story.tell("ConsentRevokedByForce", [1n, 2, 1], 300);
    expect([story.consent(1), story.consent(1, again)].map(({ revokedAt }) => revokedAt)).to.deep.equal([
      START + 300,
      START + 300,
    ]);
    expect(story.codes()).to.deep.equal([]);
  });

  it("C2: a revocation stays one, whatever the page says later; and the page is followed", () => {
    const story = Story.begun().bind(1, 90).change(2, 0b101n, 0, 1, 200).change(3, 0b111n, 0, 1, 300);
    expect(story.consent(1).revokedAt).to.equal(START + 200);
    expect(story.state.pages.get(1n)!.isLive(1)).to.equal(true);
    expect(story.codes()).to.deep.equal(["PAGE_CHANGE_WRONG", "PAGE_LIVE_BITS_WRONG"]);
  });

  it("live bits are of used slots; a page takes 256 consents, and counts what it ends", () => {
    const full = (1n << 256n) - 1n;
    const change = (live: bigint, granted: number, revoked: number) =>
      Story.begun().change(2, live, granted, revoked).codes();
    expect(change(0b1111n, 1, 0)).to.deep.equal([]);
    // Given and revoked at once.
    expect(change(0b111n, 1, 1)).to.deep.equal([]);
    expect(change(full, 253, 0)).to.deep.equal([]);
    expect(change(full, 254, 0)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
    expect(change(0b10111n, 1, 1)).to.deep.equal(["PAGE_LIVE_BITS_WRONG"]);
    expect(change(0b110n, 0, 2)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
    expect(change(0b110n, 0, 0)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
    expect(change(0b111n, 0, 0)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
  });

  it("a root is a field element other than 0; versions follow each other; force needs a live slot", () => {
    const root = (value: bigint) => Story.begun().change(2, 0b110n, 0, 1, 0, value).codes();
    expect(root(0n)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
    expect(root(2n ** 255n)).to.deep.equal(["PAGE_CHANGE_WRONG"]);
    expect(Story.begun().change(1, 0b110n, 0, 1).codes()).to.deep.equal(["PAGE_VERSION_WRONG"]);
    expect(Story.begun().change(3, 0b110n, 0, 1).codes()).to.deep.equal(["PAGE_VERSION_WRONG"]);
    const force = (version: number, slot: number) =>
      Story.begun().tell("ConsentRevokedByForce", [1n, version, slot], 1).codes();
    expect(force(2, 0)).to.deep.equal([]);
    expect(force(3, 0)).to.deep.equal(["PAGE_VERSION_WRONG"]);
    expect(force(2, 3)).to.deep.equal(["PAGE_LIVE_BITS_WRONG"]);
    const log = (version: number) => Story.begun().tell("AccessesLogged", [1n, version, 1n], 1).codes();
    expect([log(0), log(1), log(2)]).to.deep.equal([[], [], ["PAGE_VERSION_WRONG"]]);
  });

  it("a page changes hands by nomination", () => {
    const accept = (nominee: string, previous: string, next: string) =>
      Story.begun()
        .tell("CustodianNominated", [1n, nominee], 1)
        .tell("CustodianChanged", [1n, previous, next], 2);
    const story = accept(NEXT, CUSTODIAN, NEXT);
    expect(story.codes()).to.deep.equal([]);
    expect(story.state.pages.get(1n)!.custodian).to.equal(NEXT);
    // A nomination is used up.
    expect(story.tell("CustodianChanged", [1n, NEXT, NEXT], 3).codes()).to.deep.equal([
      "ROLE_CHANGED_WRONGLY",
    ]);
    for (const [nominee, previous, next] of [
      [ZeroAddress, CUSTODIAN, NEXT],
      [NEXT, CUSTODIAN, OTHER],
      [NEXT, OTHER, NEXT],
    ] as const)
      expect(accept(nominee, previous, next).codes()).to.deep.equal(["ROLE_CHANGED_WRONGLY"]);
  });

  it("pages and grantees count from 1, and an account has one number", () => {
    expect(new Story().tell("PageOpened", [2n, CUSTODIAN, 0n], 0).codes()).to.deep.equal(["SEQUENCE_BROKEN"]);
    const registered = (number: bigint, who: string) =>
      Story.begun().tell("GranteeRegistered", [number, who], 1).codes();
    expect(registered(2n, OTHER)).to.deep.equal([]);
    expect(registered(3n, OTHER)).to.deep.equal(["SEQUENCE_BROKEN"]);
    expect(registered(2n, INSURER)).to.deep.equal(["GRANTEE_TWICE"]);
  });

  it("C1: a binding is for payment, not over, to an account with a number, of the page's form, of a live slot", () => {
    const bind = (at: number, changes: Partial<Rights>) =>
      Story.begun()
        .bind(1, at, { rights: packRights({ ...RIGHTS, ...changes }) })
        .codes();
    expect(bind(100 * MINUTE - 1, {})).to.deep.equal([]);
    expect(bind(100 * MINUTE, {})).to.deep.equal(["CONSENT_BOUND_WRONGLY"]);
    expect(bind(0, { purposes: 0b10 })).to.deep.equal([]);
    expect(bind(0, { purposes: 0b1111_1101 })).to.deep.equal(["CONSENT_BOUND_WRONGLY"]);
    const wide = Story.begun().bind(1, 0, { rights: packRights(RIGHTS) | (1n << 50n) });
    expect(wide.codes()).to.deep.equal(["CONSENT_BOUND_WRONGLY"]);
    expect(wide.consent(1).consent.until).to.equal(0);

    const form = packRights(RIGHTS);
    expect(Story.begun(form).bind(1, 0).codes()).to.deep.equal([]);
    expect(
      Story.begun(form + 1n)
        .bind(1, 0)
        .codes(),
    ).to.deep.equal(["CONSENT_BOUND_WRONGLY"]);

    const unnumbered = new Story().tell("PageOpened", [1n, CUSTODIAN, 0n], 0).change(1, 1n, 1, 0).bind(0, 1);
    expect(unnumbered.codes()).to.deep.equal(["CONSENT_BOUND_WRONGLY"]);

    const dead = Story.begun().change(2, 0b101n, 0, 1, 50).bind(1, 60);
    expect(dead.codes()).to.deep.equal(["CONSENT_BOUND_NOT_LIVE"]);
    expect(dead.consent(1).revokedAt).to.equal(START + 60);
    expect(Story.begun().bind(3, 60).codes()).to.deep.equal(["CONSENT_BOUND_NOT_LIVE"]);
    expect(Story.begun().bind(1, 60).bind(1, 61).codes()).to.deep.equal(["CONSENT_GRANTED_TWICE"]);
  });

  it("C1: an id is that of page, slot and matter", () => {
    const id = boundConsentIdOf(1n, 1, MATTER);
    const told = (page: bigint, slot: number, matter: Matter) =>
      Story.begun()
        .tell("ConsentBound", [id, page, slot, packRights(RIGHTS), Object.values(matter)], 1)
        .codes();
    expect(told(1n, 1, MATTER)).to.deep.equal([]);
    for (const [slot, matter] of [
      [2, MATTER],
      [1, { ...MATTER, patient: OTHER }],
      [1, { ...MATTER, purpose: ZeroHash }],
    ] as const)
      expect(told(1n, slot, matter)).to.deep.equal(["CONSENT_ID_WRONG"]);
    // What concerns another program is that one's audit's.
    expect(told(1n, 1, { ...MATTER, program: 2n })).to.deep.equal([]);
  });

  it("pages without a consent for the insurer, and consents for others, are recorded and not judged", () => {
    const story = new Story([])
      .tell("PageOpened", [1n, CUSTODIAN, 0n], 0)
      .change(5, 0b1001n, 1, 7)
      .tell("ConsentRevokedByForce", [2n, 9, 1], 1)
      .bind(0, 2, { matter: { ...MATTER, grantee: OTHER }, rights: 0n });
    expect(story.codes()).to.deep.equal([]);
    expect(story.state.pages.get(1n)!.version).to.equal(5);
    expect(story.state.consents.size).to.equal(1);
  });

  it("what was never opened changes nothing, and is named", () => {
    const story = new Story().change(1, 1n, 1, 0).bind(0, 1);
    expect(story.codes()).to.deep.equal(["EVENT_WITHOUT_ORIGIN"]);
    expect(story.state.consents.size).to.equal(0);
  });

  it("looks at the transactions of bindings to the insurer, of its number, and of the pages that they are in", () => {
    const story = new Story([1n, 2n])
      .tell("PageOpened", [1n, CUSTODIAN, 0n], 0)
      .tell("PageOpened", [2n, CUSTODIAN, 0n], 0)
      .tell("GranteeRegistered", [1n, INSURER], 0)
      .tell("GranteeRegistered", [2n, OTHER], 0)
      .change(1, 0b111n, 3, 0)
      .tell("ConsentsChanged", [2n, 1, 7n, 1n, 1, 0], 0)
      .bind(1, 1)
      .bind(0, 2, { page: 2n, matter: { ...MATTER, grantee: OTHER } })
      .tell("ConsentRevokedByForce", [1n, 2, 1], 3)
      .tell("ConsentRevokedByForce", [2n, 2, 0], 3)
      .tell("AccessesLogged", [1n, 1, 1n], 4);
    const about = { program: 1n, group: 1n, escrow: 1n, insurer: INSURER };
    const looked = concernedBy(about, story.events);
    expect(looked.map(({ name, log }) => [name, log.topics[1]])).to.deep.equal([
      ["PageOpened", word(1n)],
      ["GranteeRegistered", word(1n)],
      ["ConsentsChanged", word(1n)],
      ["ConsentBound", boundConsentIdOf(1n, 1, MATTER)],
      ["ConsentRevokedByForce", word(1n)],
    ]);
    expect([...boundPages(story.events, INSURER)]).to.deep.equal([1n]);
  });
});

describe("audit: two sources of consents", () => {
  it("one alone is asked about a consent: its id says which", () => {
    const findings = new Findings(1n);
    const { state: healthLedger } = Story.begun().bind(1, 1);
    const consents = new ConsentsState(findings, undefined);
    const bound = boundConsentIdOf(1n, 1, MATTER);
    const inPublic = `0x${"11".repeat(32)}`;
    const grant = (id: string) =>
      consents.apply(
        eventOf("consents", "ConsentGranted", [id, PATIENT, INSURER, PURPOSE, 1n, 0, 9, ZeroHash, 1n], START),
      );
    grant(inPublic);
    const sources = { consents, healthLedger };
    expect(isBoundConsent(bound)).to.equal(true);
    expect(consentOf(sources, bound)?.source).to.equal("ledger");
    expect(consentOf(sources, inPublic)?.source).to.equal("registry");
    // Whatever the registry tells of it.
    const another = concat([bound.slice(0, 10), `0x${"22".repeat(28)}`]);
    grant(another);
    expect(consentOf(sources, another)).to.equal(undefined);
    const to = (program: bigint, insurer: string) => consentsTo(sources, { id: program, insurer }).length;
    expect([to(1n, INSURER), to(2n, INSURER), to(1n, OTHER)]).to.deep.equal([3, 0, 0]);
  });
});
