// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  bindsFrom,
  calldataBytesOf,
  FLOORS,
  type FloorRule,
  floorOf,
  gasUnder,
} from "../../bench/calldataFloor.ts";
import { isLedgerCircuit, LEDGER_CIRCUITS, ledgerWitnessOf } from "../../bench/ledgerWitness.ts";
import { markdown } from "../../bench/markdown.ts";
import { goRapidsnarkIn } from "../../bench/nativeProgram.ts";
import { timeProof } from "../../bench/proofTimes.ts";
import type { Report } from "../../bench/report.ts";
import { loadReport, reportProblems } from "../../bench/reportFile.ts";
import { LEDGER_GAS, LEDGER_ROWS, targetsOf } from "../../bench/targets.ts";
import { loadSources } from "../../scripts/generate/sources.ts";
import { keysAlone, simulatingProver } from "../support/ledgerProver.ts";

const root = join(import.meta.dirname, "../..");
const rule = (eip: number): FloorRule => FLOORS.find((each) => each.eip === eip)!;

describe("bench: the ledger's committed figures", () => {
  const report = loadReport(join(root, "bench/report.json"));
  const ledger = report.ledger!;

  it("are of every circuit of the ledger, as its manifest has it", () => {
    const listed = loadSources(root)
      .instances.map(({ name }) => name)
      .filter((name) => isLedgerCircuit(name));
    expect([...LEDGER_CIRCUITS].sort()).to.deep.equal(listed.sort());
    expect(ledger.circuits.map(({ name }) => name)).to.deep.equal(LEDGER_CIRCUITS);
    for (const row of ledger.circuits) {
      const text = readFileSync(join(root, `circuits/artifacts/${row.name}/manifest.json`), "utf8");
      const { constraints, domain, key } = JSON.parse(text);
      const total = constraints.nonLinear + constraints.linear;
      expect(row, `${row.name}: run npm run bench -- ledger`).to.deep.equal({
        ...{ name: row.name, constraints: total, domain, zkeyBytes: key.bytes },
      });
    }
  });

  it("have proofs by both provers, of all circuits or the page says of which not, and ratios of their medians", () => {
    const proven = ledger.proofs.map(({ circuit }) => circuit);
    expect(proven).to.deep.equal(LEDGER_CIRCUITS.filter((name) => proven.includes(name)));
    const missing = ledger.circuits.filter(({ name }) => !proven.includes(name));
    // Those that are proven without LONG=1 are never missing.
    for (const { name, domain } of missing) expect(domain, name).to.be.above(17);
    const page = markdown(report, new Set());
    const [, named = ""] = /^Not measured yet: (.*) \(/m.exec(page) ?? [];
    expect(named).to.equal(missing.map(({ name }) => `\`${name}\``).join(", "));
    for (const { circuit, snarkjs, native } of ledger.proofs) {
      expect(native?.program, circuit).to.match(/^rapidsnark \(go-rapidsnark \d+\.\d+\.\d+\)$/);
      const { faster, total, proof } = native!;
      expect(faster.total, circuit).to.be.closeTo(snarkjs.total.median / total.median, 0.01);
      expect(faster.proof, circuit).to.be.closeTo(snarkjs.proof.median / proof.median, 0.01);
    }
    expect(ledger.proofs.find(({ circuit }) => circuit === "access-batch-64")!.ratio).to.equal(1);
  });

  it("have every transaction with its calldata, above today's floor; what may come decides a full batch's cost", () => {
    const { access, consents, force, bind, claim } = LEDGER_ROWS;
    expect(ledger.transactions.map(({ operation }) => operation)).to.deep.equal([
      ...LEDGER_GAS.access.map(([accesses]) => access(accesses)),
      ...[consents, force, bind, claim.ledger, claim.registry],
    ]);
    for (const { operation, gas, calldata } of ledger.transactions) {
      expect(gas, operation).to.be.above(floorOf(calldata, rule(7623)));
      expect(calldata.zero + calldata.other, operation).to.be.above(0);
    }
    // As docs/ledger.md says it.
    const { gas, calldata } = ledger.transactions.find(({ units }) => units === 1_024)!;
    for (const eip of [7976, 8311]) expect(gasUnder(rule(eip), gas, calldata), String(eip)).to.be.above(gas);
  });

  it("are on the page, with what each rule makes of a full batch", () => {
    const page = readFileSync(join(root, "bench/REPORT.md"), "utf8");
    const { gas, calldata } = ledger.transactions.find(({ units }) => units === 1_024)!;
    const bytes = calldata.zero + calldata.other;
    const cells = [gas, 21_000 + 64 * bytes, 21_000 + 96 * bytes].map((value) => value.toLocaleString("en"));
    const line = page.split("\n").find((text) => text.startsWith("| 1,024 accesses |"))!;
    for (const cell of cells) expect(line).to.contain(`| ${cell} |`);
    expect(page).to.contain("EIP-8311, 96 and 96: a draft.");
  });
});

describe("bench: what calldata costs at least", () => {
  it("is 10 and 40 gas a byte in force, and 64 or 96 for every byte as the proposals have it", () => {
    const calldata = calldataBytesOf(Uint8Array.of(0, 0, 0, 1, 255));
    expect(calldata).to.deep.equal({ zero: 3, other: 2 });
    expect(floorOf(calldata, rule(7623))).to.equal(21_000 + 30 + 80);
    expect(floorOf(calldata, rule(7976))).to.equal(21_000 + 5 * 64);
    expect(floorOf(calldata, rule(8311))).to.equal(21_000 + 5 * 96);
  });

  it("is what a call costs that uses less, and nothing to one that uses more", () => {
    const calldata = { zero: 0, other: 1_000 };
    expect(gasUnder(rule(7976), 84_999, calldata)).to.equal(85_000);
    expect(gasUnder(rule(7976), 85_001, calldata)).to.equal(85_001);
  });

  it("decides from where the floor has caught up with the cost", () => {
    const at = (units: number) => ({ units, gas: 121_000 + 10 * units, calldata: { zero: 0, other: units } });
    const two = [at(10), at(20)] as const;
    // 121,000 + 10 n against 21,000 + 64 n: 100,000 / 54 is a little below 1,852.
    expect(bindsFrom(rule(7976), two)).to.equal(1_852);
    const found = at(1_852);
    expect(gasUnder(rule(7976), found.gas, found.calldata)).to.be.above(found.gas);
    const before = at(1_851);
    expect(gasUnder(rule(7976), before.gas, before.calldata)).to.equal(before.gas);
    const flat = { ...at(20), gas: at(10).gas + 10 * 64 };
    expect(bindsFrom(rule(7976), [at(10), flat])).to.equal(undefined);
  });
});

describe("bench: the ledger's harness", () => {
  it("has a witness of every circuit, full and with inputs of its own", () => {
    for (const circuit of LEDGER_CIRCUITS.filter((name) => name !== "access-batch-1024")) {
      const { circuit: of, publicInputs } = ledgerWitnessOf(circuit);
      expect(of).to.equal(circuit);
      expect(publicInputs).to.have.length(circuit === "bind-slot" ? 5 : 3);
    }
    const { count } = ledgerWitnessOf("access-batch-244").circuitInput() as { count: number };
    expect(count).to.equal(244);
  });

  it("names a build of scripts/rapidsnark by the module's version, and nothing else", () => {
    const line = "dep\tgithub.com/iden3/go-rapidsnark/prover\tv1.2.30\th1:x=\n";
    expect(goRapidsnarkIn(Buffer.from(`\u007fELF\0${line}`, "latin1"))).to.equal("1.2.30");
    expect(goRapidsnarkIn(Buffer.from("github.com/iden3/go-rapidsnark/prover"))).to.equal(undefined);
  });

  it("takes the time of both phases from a prover, and its check of the proof is real", async () => {
    const witness = ledgerWitnessOf("own-slot");
    const artifacts = await keysAlone.load("own-slot");
    const waiting = simulatingProver(() => new Promise((done) => setTimeout(done, 60)));
    const phased: typeof waiting = {
      async prove(given, asked, run) {
        run?.onProgress?.({ phase: "witness", elapsedMs: 0 });
        await new Promise((done) => setTimeout(done, 30));
        run?.onProgress?.({ phase: "proof", elapsedMs: 30 });
        return waiting.prove(given, asked, run);
      },
    };
    const times = await timeProof(phased, artifacts, witness);
    expect(times.witness).to.be.within(25, times.total);
    expect(times.proof).to.be.within(55, times.total);
    const lying: typeof waiting = {
      prove: async (given, asked, run) => ({
        ...(await phased.prove(given, asked, run)),
        proof: (await simulatingProver().prove(await keysAlone.load("bind-slot"), witness)).proof,
      }),
    };
    const refused = await timeProof(lying, artifacts, witness).catch(({ code }: { code?: string }) => code);
    expect(refused).to.equal("PROOF_INVALID");
  });

  it("counts memory and processor time of all processes of a prover", async function () {
    if (process.platform !== "linux") this.skip();
    const held = 150_000_000;
    const busy = `const held = Buffer.alloc(${held}, 1); const end = Date.now() + 400; while (Date.now() < end) held[0]++;`;
    const inner = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(busy)}]).on("exit", () => {})`;
    const spawning = simulatingProver(async () => {
      await once(spawn(process.execPath, ["-e", inner]), "exit");
    });
    const phased: typeof spawning = {
      prove(artifacts, witness, run) {
        for (const phase of ["witness", "proof"] as const) run?.onProgress?.({ phase, elapsedMs: 0 });
        return spawning.prove(artifacts, witness, run);
      },
    };
    const times = await timeProof(phased, await keysAlone.load("own-slot"), ledgerWitnessOf("own-slot"));
    expect(times.memory).to.be.above(held);
    expect(times.cpu).to.be.above(100);
  });

  it("a report with a prover's figures alone is as the schema says, and has a page", () => {
    const { ledger } = loadReport(join(root, "bench/report.json"));
    const { native: _, ...alone } = ledger!.proofs[0]!;
    const report: Report = { schema: 1, targets: [], ledger: { ...ledger!, proofs: [alone] } };
    expect(reportProblems(report)).to.deep.equal([]);
    const page = markdown({ ...report, targets: targetsOf(report) }, new Set());
    expect(page).to.contain("## The health ledger").and.not.contain("| native |");
    const broken = { ...report, ledger: { ...ledger!, transactions: [{ operation: "x", gas: 1 }] } };
    expect(reportProblems(broken).join()).to.match(/transactions\/0.*(units|calldata)/);
  });
});
