// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { duration, escapeHtml, printable } from "../src/format.ts";
import { reportHtml } from "../src/html.ts";
import type { AuditReport } from "../src/report.ts";
import { reportLines } from "../src/text.ts";
import { verdictOf } from "../src/verdict.ts";

describe("audit: words and reports", () => {
  it("durations, and text that could hide something", () => {
    expect([0, 1, 59, 60, 3661, 90_000].map(duration)).to.deep.equal([
      "0 s",
      "1 s",
      "59 s",
      "1 min",
      "1 h 1 min",
      "1 d 1 h",
    ]);
    expect(printable("a\u001b[31m\u202eb\nc")).to.equal("a\\u{1b}[31m\\u{202e}b\\u{a}c");
  });

  it("nothing that is escaped can open a tag, an attribute or an entity, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).to.match(/^(?:[^<>"'&]|&(?:amp|lt|gt|quot|#39);)*$/u);
      }),
    );
  });

  it("a verdict claims no more than was checked", () => {
    const sentenceOf = (error: number, warning: number, proofsVerified: number) => {
      const summary = { findings: { error, warning, notice: 1 }, claims: 3, proofsVerified };
      return verdictOf({ summary } as unknown as AuditReport);
    };
    expect(sentenceOf(0, 0, 3)).to.deep.equal({
      holds: true,
      sentence:
        "Nothing contradicts itself: 3 of 3 proofs verified, ledgers reconciled. 0 warnings, 1 notice.",
    });
    expect(sentenceOf(0, 2, 1)).to.deep.equal({
      holds: true,
      sentence:
        "Nothing that was checked contradicts itself: 1 of 3 proofs verified. 2 warnings for what was not checked, 1 notice.",
    });
    expect(sentenceOf(1, 2, 3)).to.deep.equal({
      holds: false,
      sentence: "1 error found. 2 warnings, 1 notice.",
    });
  });

  it("a program without policies, claims and anchors makes a report in every form", () => {
    const report = {
      schema: "vitalproof/audit/1",
      chain: { chainId: 1n, fromBlock: 0, toBlock: 1, blockHash: "0x1", time: 1_771_131_604 },
      contracts: {
        claims: "0x1",
        anchors: "0x2",
        consents: "0x3",
        ledger: "0x9",
        circuits: "0x4",
        scopes: "0x5",
        pauses: "0x7",
        custody: "0x8",
      },
      summary: {
        findings: { error: 0, warning: 0, notice: 0 },
        events: 1,
        policies: 0,
        claims: 0,
        proofsVerified: 0,
        outcomes: { paid: 0, owed: 0, "under-review": 0, rejected: 0, denied: 0 },
      },
      program: {
        id: 1n,
        insurer: "0x5",
        group: 1n,
        scope: 1n,
        terms: 1n,
        benefit: 1n,
        epochs: 1,
        epochSeconds: 86_400,
        createdAt: 1_771_131_600,
        assurance: "self-attested",
      },
      token: { address: "0x6", symbol: '<b onclick="x">', decimals: 0 },
      circuits: [],
      policies: [],
      claims: [],
      periods: { covered: 0, over: 0, claimed: 0, released: 0, open: 0, releasable: 0 },
      anchors: [],
      stops: { pauses: [], outages: [], suspensions: [] },
      consents: [],
      ledger: {
        now: { funded: 0n, withdrawn: 0n, paid: 0n, free: 0n, reserved: 0n, owed: 0n },
        history: [],
        allPrograms: 0n,
        otherProducts: 0n,
        balance: undefined,
        donated: 0n,
        transfersIn: 0n,
        transfersOut: 0n,
      },
      latency: { claimMedian: undefined, paymentMedian: undefined },
      invariants: [],
      findings: [],
      reliesOn: [],
    } as unknown as AuditReport;
    const html = reportHtml(report);
    expect(html).to.include("</html>").and.to.not.include("<b ").and.to.not.include("NaN");
    expect(reportLines(report).join("\n")).to.include("0 errors");
  });
});
