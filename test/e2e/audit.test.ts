// SPDX-License-Identifier: GPL-3.0-or-later
//
// The auditor against a real chain with real proofs, told honestly and falsified in one way at a time.
import { join } from "node:path";
import {
  type AuditReport,
  audit,
  type ChainData,
  type ContractAddresses,
  contractInterfaces,
  FINDINGS,
  type KnownKeys,
  reportHtml,
  reportLines,
  rpcChainData,
} from "@vitalproof/audit";
import { readKeys } from "@vitalproof/audit/node";
import { bigintText, DAY, isValidProof, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { eventful, type History, HOSTILE } from "./auditHistory.ts";
import { aboutCircuits } from "./falsifications/circuits.ts";
import { aboutClaims } from "./falsifications/claims.ts";
import { aboutHealthLedger } from "./falsifications/healthLedger.ts";
import { aboutMoney } from "./falsifications/money.ts";
import { aboutPolicies } from "./falsifications/policies.ts";
import { aboutRegistries } from "./falsifications/registries.ts";
import type { Setting } from "./falsifications/setting.ts";
import { aboutState } from "./falsifications/state.ts";
import { falsified, liar } from "./falsify.ts";
import { BENEFIT } from "./fixture.ts";

const TAGS =
  "html head meta title style body main h1 h2 p div table caption thead tbody tr th td ul li figure figcaption span svg desc line text rect polygon path circle details summary".split(
    " ",
  );

describe("e2e: audit", () => {
  let history: History;
  let honest: ChainData;
  let keys: KnownKeys;
  let addresses: ContractAddresses & { token: string };
  let lies: ReturnType<typeof liar>;
  const interfaces = contractInterfaces();

  before(async function () {
    this.timeout(300_000);
    history = await eventful();
    const { world } = history;
    const { provider } = world.connection;
    honest = rpcChainData((method, params) => provider.request({ method, params: [...params] }));
    keys = await readKeys(join(import.meta.dirname, "../../circuits/artifacts"));
    addresses = {
      claims: world.addresses.claims,
      anchors: world.addresses.anchors,
      consents: world.addresses.consents,
      ledger: world.addresses.ledger,
      scopes: world.addresses.scopes,
      circuits: await world.contracts.circuits.getAddress(),
      pauses: world.addresses.pauses,
      custody: world.addresses.custody,
      token: world.addresses.token,
    };
    lies = liar(addresses);
  });

  const auditOf = (data: ChainData, program = history.insurer.program): Promise<AuditReport> =>
    audit({ data, claims: addresses.claims, program, keys, verify: once });
  // The real verifier; an equation that comes again in the next audit is not computed again.
  const answers = new Map<string, boolean>();
  const once: typeof isValidProof = (key, inputs, proof) => {
    const equation = [key.IC, inputs, proof.a, proof.b, proof.c].join();
    const answer = answers.get(equation) ?? isValidProof(key, inputs, proof);
    answers.set(equation, answer);
    return answer;
  };
  const codesOf = (report: AuditReport) => [...new Set(report.findings.map(({ code }) => code))].sort();

  describe("an honest chain", () => {
    it("has no finding in any of its programs, and every proof verifies", async () => {
      const { insurer, other, review } = history;
      for (const program of [insurer.program, other.insurer.program, review.program]) {
        const report = await auditOf(honest, program);
        expect(report.findings, `program ${program}`).to.deep.equal([]);
        expect(report.summary.proofsVerified).to.equal(report.summary.claims);
        expect(report.invariants.filter(({ status }) => status === "broken")).to.deep.equal([]);
      }
    });

    it("rebuilds each claim's four public inputs: those of its proof", async () => {
      const { claims } = await auditOf(honest);
      expect(claims.map(({ period }) => period)).to.deep.equal([0, 2, 4, 5, 3]);
      for (const { period, inputs } of claims) {
        // Period 5 was proven again, under the corrected root.
        const own = history.proofs[period]!.publicInputs;
        expect(inputs[0]).to.equal(own[0]);
        expect(inputs[1] === own[1], `root of period ${period}`).to.equal(period !== 5);
        expect(inputs.slice(2)).to.deep.equal(own.slice(2));
      }
    });

    it("tells the root in force at each claim's block from the one in force now", async () => {
      const { anchors, claims } = await auditOf(honest);
      const statuses = anchors.map(({ status }) => status);
      expect(statuses).to.deep.equal([
        "anchored",
        "anchored",
        "anchored",
        "anchored",
        "corrected",
        "corrected",
      ]);
      expect(anchors.map(({ claimsBeforeCorrection }) => claimsBeforeCorrection)).to.deep.equal([
        0, 0, 0, 0, 1, 0,
      ]);
      const [before, after] = [4, 5].map((period) => claims.find((claim) => claim.period === period)!);
      expect(before!.inputs[1]).to.equal(anchors[4]!.writes[0]!.root);
      expect(after!.inputs[1]).to.equal(anchors[5]!.writes[1]!.root);
    });

    it("adds the money up: ledgers, transfers, balance", async () => {
      const { ledger, summary, latency, periods, stops } = await auditOf(honest);
      expect(ledger.now).to.deep.equal({
        funded: BENEFIT * 20n,
        withdrawn: BENEFIT,
        paid: BENEFIT * 5n,
        free: BENEFIT * 14n,
        reserved: 0n,
        owed: 0n,
      });
      expect(summary.outcomes).to.deep.equal({ paid: 5, owed: 0, "under-review": 0, rejected: 0, denied: 0 });
      // Another product was brought 1,000 and paid out 350.
      expect(ledger.otherProducts).to.equal(650n);
      expect(ledger.balance).to.equal(ledger.allPrograms + ledger.otherProducts);
      expect(ledger.transfersIn - ledger.transfersOut).to.equal(ledger.balance);
      expect(latency.paymentMedian).to.be.greaterThan(0);
      expect(periods).to.deep.include({ covered: 6, claimed: 5, released: 1 });
      expect(stops.pauses.length).to.equal(1);
      expect(stops.outages.length).to.equal(1);
      expect(stops.suspensions.length).to.equal(1);
    });

    it("follows reviews to their ends", async () => {
      const { claims, summary } = await auditOf(honest, history.review.program);
      expect(Object.fromEntries(claims.map(({ period, outcome }) => [period, outcome]))).to.deep.equal({
        0: "denied",
        2: "paid",
        3: "paid",
        4: "under-review",
      });
      expect(summary.outcomes.denied).to.equal(1);
    });

    it("verifies the proof of a consent that the health ledger bound, and says in every form where it was given", async () => {
      const { review } = history;
      const { consent, matter } = review.bound;
      const report = await auditOf(honest, review.program);
      const [last] = report.claims.filter(({ period }) => period === 4);
      expect(last!.consent).to.equal(consent);
      const [inPublic, bound] = report.consents;
      expect(inPublic).to.include({ source: "registry", page: undefined, slot: undefined, claims: 3 });
      expect(bound).to.include({ id: consent, source: "ledger", page: 1n, slot: 1, claims: 1 });
      expect(bound).to.include({ patient: matter.patient.toLowerCase(), from: bound!.grantedAt });
      expect(bound!.until - bound!.from).to.be.within(9 * DAY, 10 * DAY + 60);
      expect(bound!.revokedAt).to.be.greaterThan(last!.settledAt);
      expect(report.contracts.ledger).to.equal(addresses.ledger.toLowerCase());
      expect(reportLines(report).join("\n")).to.match(
        /, consent registry, 3 claims\n.*, health ledger, page 1, slot 1, 1 claims, revoked/,
      );
      expect(reportHtml(report))
        .to.include("<td>consent registry</td>")
        .and.to.include("<td>health ledger, page 1, slot 1</td>");
      expect(JSON.parse(JSON.stringify(report, bigintText)).consents[1]).to.include({
        source: "ledger",
        page: "1",
      });
      expect(report.reliesOn.join()).to.include("health ledger");
      expect((await auditOf(honest)).reliesOn.join()).to.not.include("health ledger");
    });

    it("says where it has no key for a binding: a warning, and C1 is not shown", async () => {
      const without = new Map([...keys].filter(([, { circuit }]) => circuit !== "bind-slot"));
      const program = history.review.program;
      const report = await audit({
        data: honest,
        claims: addresses.claims,
        program,
        keys: without,
        verify: once,
      });
      expect(codesOf(report)).to.deep.equal(["CONSENT_KEY_UNKNOWN"]);
      const unshown = report.invariants.filter(({ status }) => status === "not shown").map(({ id }) => id);
      expect(unshown).to.deep.equal(["P9", "C1"]);
    });

    it("counts direct transfers as nobody's, and says so", async () => {
      const { world } = history;
      const snapshot = await world.connection.networkHelpers.takeSnapshot();
      await (await world.token.mint(addresses.custody, 7n)).wait();
      const report = await auditOf(honest);
      await snapshot.restore();
      expect(codesOf(report)).to.deep.equal(["DONATION"]);
      expect(report.ledger.donated).to.equal(7n);
    });

    it("stops at a block of the past, and finds nothing wrong there either", async () => {
      const full = await auditOf(honest);
      const toBlock = full.claims[2]!.block;
      const report = await audit({ data: honest, claims: addresses.claims, program: 1n, keys, toBlock });
      expect(report.findings).to.deep.equal([]);
      expect(report.summary.claims).to.equal(3);
    });

    it("has no such program: NOT_THERE", async () => {
      try {
        await auditOf(honest, 99n);
        expect.fail("went through");
      } catch (error) {
        expect((error as { code: string }).code).to.equal("NOT_THERE");
      }
    });
  });

  describe("a falsified chain", () => {
    // Filled in when the history was lived through; the tests below are made before.
    const setting = {} as Setting;
    before(async () => {
      const { claims, policies } = await auditOf(honest);
      const inputs = await Promise.all(
        claims.map(async ({ transaction }) => (await honest.transaction(transaction))!.input),
      );
      const [claim, controller] = [claims[0]!, policies[0]!.controller];
      Object.assign(setting, { history, keys, addresses, interfaces, lies, claim, controller, inputs });
    });
    const all = [
      aboutMoney,
      aboutPolicies,
      aboutClaims,
      aboutRegistries,
      aboutHealthLedger,
      aboutCircuits,
      aboutState,
    ];
    const cases = all.flatMap((about) => about(setting));

    for (const { what, lies: make, found, program } of cases) {
      it(`${what}: ${found.join(", ")}`, async () => {
        const report = await auditOf(falsified(honest, make()), program?.());
        expect(codesOf(report)).to.include.members([...found]);
        const worst = found.map((code) => FINDINGS[code][0]);
        if (worst.includes("error")) expect(report.summary.findings.error).to.be.greaterThan(0);
      });
    }

    it("more than a hundred falsifications, with more than eighty codes", () => {
      expect(cases.length).to.be.greaterThan(100);
      expect(new Set(cases.flatMap(({ found }) => found)).size).to.be.greaterThan(80);
    });
  });

  describe("a node that stops answering after the events", () => {
    const without = (why: () => Error): ChainData => {
      let calls = 0;
      // The first eleven are about the contracts themselves; the rest is compared with events.
      return {
        ...honest,
        call: async (...asked) => {
          if (++calls > 11) throw why();
          return honest.call(...asked);
        },
      };
    };

    it("is a warning where it has no old states", async () => {
      const { summary, findings } = await auditOf(without(() => new Error("missing trie node")));
      expect(summary.findings.error).to.equal(0);
      expect(new Set(findings.map(({ code }) => code))).to.deep.equal(new Set(["DATA_VIEW_UNAVAILABLE"]));
    });

    it("ends the audit where it is away: no report, rather than one full of warnings", async () => {
      const away = new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer eth_call.");
      expect(await auditOf(without(() => away)).catch((error: unknown) => error)).to.equal(away);
    });
  });

  describe("the report", () => {
    it("as HTML loads nothing, runs nothing and escapes what the chain says", async () => {
      const html = reportHtml(await auditOf(honest));
      // All that the chain says has no "<" left, so every tag is the report's own: none that loads or runs.
      for (const [, tag, attributes] of html.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)) {
        expect(TAGS).to.include(tag!.toLowerCase());
        expect(attributes!.replace(/"[^"]*"/g, '""')).to.not.match(
          /\s(on\w+|src|href|style|srcset|action)=/i,
        );
      }
      expect(html).to.not.match(/https?:/);
      expect(html).to.include("default-src 'none'");
      expect(html).to.include("&lt;script&gt;");
      expect(html).to.not.include("\u202E");
      expect(html.match(/<svg /g)).to.have.length(4);
      expect(html.match(/<title id=/g)).to.have.length(4);
      expect(html.match(/<desc id=/g)).to.have.length(4);
      for (const table of html.match(/<table>[\s\S]*?<\/table>/g) ?? []) {
        expect(table).to.match(/<caption>.+<\/caption>/);
        expect(table).to.include('<th scope="col"');
      }
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
      expect(style).to.include("prefers-color-scheme:dark").and.to.include("@media print");
    });

    it("as HTML shows findings of a falsified chain, escaped as well", async () => {
      const data = falsified(honest, {
        log: lies.change("CircuitSuspended", { until: 9n, reason: HOSTILE }),
      });
      const html = reportHtml(await auditOf(data));
      expect(html).to.include("CIRCUIT_STOP_WRONG").and.to.include('role="alert"');
      expect(html).to.not.include("<script");
    });

    it("as text and as JSON holds no control characters of the chain's and survives a round trip", async () => {
      const report = await auditOf(honest);
      const text = reportLines(report).join("\n");
      expect(text).to.include("\\u{202e}").and.to.not.include("\u202E");
      const json = JSON.stringify(report, bigintText);
      const parsed = JSON.parse(json);
      expect(parsed.schema).to.equal("vitalproof/audit/1");
      expect(parsed.claims[0].inputs).to.deep.equal(report.claims[0]!.inputs.map(String));
    });
  });
});
