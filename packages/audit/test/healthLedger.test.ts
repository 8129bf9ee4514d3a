// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health ledger from events by hand: live bits and versions of pages, numbers of grantees, bindings at their edges, and
// the circuit that a binding's proof may be of.
import { type Proof, proofCalldata, type VerificationKey } from "@vitalproof/sdk";
import {
  boundConsentIdOf,
  HEALTH_LEDGER_ABI,
  isBoundConsent,
  type Matter,
  packRights,
  type Rights,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { concat, Interface, ZeroAddress, ZeroHash } from "ethers";
import { bindProofsIn } from "../src/calldata.ts";
import type { CircuitState } from "../src/circuits/types.ts";
import { boundPages, concernedBy, word } from "../src/concerned.ts";
import { consentOf, consentsTo } from "../src/consentSources.ts";
import { ConsentsState } from "../src/consentState.ts";
import type { ChainEvent } from "../src/events.ts";
import { Findings } from "../src/findings.ts";
import { checkBindings } from "../src/ledgerProofs.ts";
import { HealthLedgerState } from "../src/ledgerState.ts";
import { StopHistory } from "../src/stops.ts";
import { account, eventOf } from "./support/events.ts";

const [INSURER, OTHER, PATIENT, CUSTODIAN, NEXT] = [1, 2, 3, 4, 5].map(account) as [
  string,
  string,
  string,
  string,
  string,
];
/** Begin of a minute, Unix seconds. */
const START = 1_771_131_600;
const MINUTE = 60;
const PURPOSE = `0x${"ab".repeat(32)}`;
const MATTER: Matter = { patient: PATIENT, grantee: INSURER, purpose: PURPOSE, program: 1n };
/** For treatment and payment, until minute 100. */
const RIGHTS: Rights = { purposes: 0b11, roles: 1, classes: 1, until: START / MINUTE + 100 };

/** Pages and the insurer's number, and what is told of them. Times are seconds from the start. */
class Story {
  readonly findings = new Findings(1n);
  readonly state: HealthLedgerState;
  readonly events: ChainEvent[] = [];

  /** @param pages that the audit is about */
  constructor(pages: readonly bigint[] = [1n]) {
    this.state = new HealthLedgerState(this.findings, { insurer: INSURER, pages: new Set(pages) });
  }

  /** Page 1 with slots 0 to 2 given and live, and the insurer as grantee 1. */
  static begun(form = 0n): Story {
    return new Story()
      .tell("PageOpened", [1n, CUSTODIAN, form], 0)
      .tell("GranteeRegistered", [1n, INSURER], 0)
      .change(1, 0b111n, 3, 0);
  }

  tell(name: string, args: readonly unknown[], at: number): this {
    const event = eventOf("ledger", name, args, START + at);
    this.events.push(event);
    this.state.apply(event);
    return this;
  }

  change(version: number, live: bigint, granted: number, revoked: number, at = 0, root = 7n): this {
    return this.tell("ConsentsChanged", [1n, version, root, live, granted, revoked], at);
  }

  bind(slot: number, at: number, changes: { matter?: Matter; rights?: bigint; page?: bigint } = {}): this {
    const { matter = MATTER, rights = packRights(RIGHTS), page = 1n } = changes;
    const id = boundConsentIdOf(page, slot, matter);
    return this.tell("ConsentBound", [id, page, slot, rights, Object.values(matter)], at);
  }

  consent(slot: number, matter = MATTER) {
    return this.state.consents.get(boundConsentIdOf(1n, slot, matter))!;
  }

  codes(): string[] {
    return [...new Set(this.findings.all().map(({ code }) => code))].sort();
  }
}

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

describe("audit: proofs of bindings", () => {
  const abi = new Interface(HEALTH_LEDGER_ABI);
  const LEDGER = account(9);
  const CIRCUIT = `0x${"5a".repeat(32)}`;
  const proof: Proof = {
    a: [1n, 2n],
    b: [
      [3n, 4n],
      [5n, 6n],
    ],
    c: [7n, 8n],
  };
  const rights = packRights(RIGHTS);
  const call = (changes: { slot?: number; circuit?: string; matter?: Matter; rights?: bigint } = {}) => {
    const { slot = 1, circuit = CIRCUIT, matter = MATTER } = changes;
    return abi.encodeFunctionData("bind", [
      ...[1n, circuit, slot, changes.rights ?? rights, Object.values(matter)],
      proofCalldata(proof),
    ]);
  };
  const wanted = { page: 1n, slot: 1, rights, matter: MATTER };

  it("are found in the calldata, directly and inside another contract's, for exactly what was bound", () => {
    expect(bindProofsIn(abi, call(), wanted)).to.deep.equal([{ circuit: CIRCUIT, proof }]);
    expect(bindProofsIn(abi, concat(["0x12345678", call({ slot: 2 }), call()]), wanted)).to.have.length(1);
    for (const other of [
      { ...wanted, page: 2n },
      { ...wanted, slot: 2 },
      { ...wanted, rights: rights + 1n },
      ...(["patient", "grantee"] as const).map((who) => ({ ...wanted, matter: { ...MATTER, [who]: OTHER } })),
      { ...wanted, matter: { ...MATTER, purpose: ZeroHash } },
      { ...wanted, matter: { ...MATTER, program: 2n } },
    ])
      expect(bindProofsIn(abi, call(), other)).to.deep.equal([]);
    expect(bindProofsIn(abi, call().slice(0, -2), wanted)).to.deep.equal([]);
    expect(bindProofsIn(abi, "0x", wanted)).to.deep.equal([]);
  });

  const BOUND_AT = START + 90;
  const circuit = (changes: Partial<CircuitState> = {}): CircuitState => ({
    ...({ verificationKeyHash: "0xaa", addedAt: START, suspensions: new StopHistory() } as CircuitState),
    ...({ family: "0x6c65646765722d62696e640000000000", retiredAt: undefined, forgedAt: undefined } as const),
    ...changes,
  });
  const check = async (
    record: CircuitState | undefined,
    options: { input?: string; keyHash?: string; holds?: boolean } = {},
  ) => {
    const { findings, state } = Story.begun().bind(1, 90);
    const consent = state.consents.get(boundConsentIdOf(1n, 1, MATTER))!;
    const { input = call(), keyHash = "0xaa", holds = true } = options;
    let asked: readonly bigint[] = [];
    await checkBindings(
      {
        ...{ chainId: 5n, ledger: LEDGER, abi, findings, progress: () => {} },
        keys: new Map([
          [keyHash, { circuit: "bind-slot", key: {} as VerificationKey, keyKind: "production" }],
        ]),
        circuits: new Map(record === undefined ? [] : [[CIRCUIT, record]]),
        transactions: new Map([
          [consent.transaction, { input, succeeded: true, blockNumber: 1, logs: [] } as never],
        ]),
        verify: (_, inputs) => {
          asked = inputs;
          return holds;
        },
      },
      [consent],
    );
    return { codes: findings.all().map(({ code }) => code), asked };
  };

  it("are verified for the root, slot, action, rights and grantee that events tell of", async () => {
    const { codes, asked } = await check(circuit());
    expect(codes).to.deep.equal([]);
    expect([asked[0], asked[1], asked[3], asked[4]]).to.deep.equal([7n, 1n, rights, 1n]);
    expect((await check(circuit(), { holds: false })).codes).to.deep.equal(["CONSENT_PROOF_INVALID"]);
    expect((await check(circuit(), { input: "0x" })).codes).to.deep.equal(["CONSENT_PROOF_MISSING"]);
    expect((await check(circuit(), { keyHash: "0xbb" })).codes).to.deep.equal(["CONSENT_KEY_UNKNOWN"]);
  });

  it("V2: are of a circuit for bindings that was in force in that second", async () => {
    const stopped = (start: number, end: number) => {
      const suspensions = new StopHistory();
      suspensions.begin(start, end, "why");
      return circuit({ suspensions });
    };
    const right = [
      circuit({ retiredAt: BOUND_AT + 1 }),
      circuit({ forgedAt: BOUND_AT + 1, retiredAt: BOUND_AT + 1 }),
      // Exposed after it in the same block.
      circuit({ forgedAt: BOUND_AT, retiredAt: BOUND_AT }),
      stopped(BOUND_AT - 9, BOUND_AT),
      stopped(BOUND_AT + 1, BOUND_AT + 9),
    ];
    const wrong = [
      undefined,
      circuit({ family: "0x6c65646765722d736c6f740000000000" }),
      circuit({ addedAt: BOUND_AT + 1 }),
      circuit({ retiredAt: BOUND_AT }),
      circuit({ forgedAt: BOUND_AT - 1, retiredAt: BOUND_AT - 1 }),
      stopped(BOUND_AT - 9, BOUND_AT + 1),
    ];
    for (const [i, record] of right.entries())
      expect((await check(record)).codes, `right ${i}`).to.deep.equal([]);
    for (const [i, record] of wrong.entries())
      expect((await check(record)).codes, `wrong ${i}`).to.deep.equal(["CONSENT_CIRCUIT_WRONG"]);
  });
});
