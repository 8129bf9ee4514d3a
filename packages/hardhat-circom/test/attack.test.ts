// SPDX-License-Identifier: GPL-3.0-or-later
//
// The attack must find what is broken in fixtures/attack, and nothing in what is correct there.
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { forcedDigits, type TwoValued, Units } from "../src/attack/digits.ts";
import {
  attackSystem,
  ConstraintSystem,
  Contradiction,
  type Explanation,
  Forger,
  parseSymbols,
  plainName,
  R,
  readExplanations,
  rulesOf,
  Solver,
  squareRoot,
  survivors,
  witnessOf,
} from "../src/attack/index.ts";
import { attackCircuits, type CircomError, type CircuitInstance, loadInstances } from "../src/circuits.ts";
import { compileCircuit } from "../src/internal/compile.ts";
import { instanceFiles } from "../src/manifest.ts";
import { createProject, HARDHAT, type Project, removeProjects } from "./helpers.ts";

describe("circuits attack", () => {
  let project: Project;
  let instances: readonly CircuitInstance[];
  before(async function () {
    this.timeout(120_000);
    project = await createProject("attack");
    project = {
      ...project,
      config: project.configure({ attack: { inputs: "inputs", explanations: "explained.json" } }),
    };
    instances = await loadInstances(project.config);
    // Compiled only: no test here needs a key.
    const queue = [...instances];
    const lane = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const { outFolder } = instanceFiles(project.config, next);
        await mkdir(outFolder, { recursive: true });
        await compileCircuit(project.config, next, outFolder);
      }
    };
    await Promise.all([lane(), lane()]);
  });
  after(removeProjects);

  async function open(name: string) {
    const files = instanceFiles(project.config, instances.find((instance) => instance.name === name)!);
    const symbols = parseSymbols(await readFile(files.sym, "utf8"));
    const input = JSON.parse(await project.read(`inputs/${name}.json`));
    return {
      system: new ConstraintSystem(await readFile(files.r1cs), symbols),
      witness: await witnessOf(files.wasm, input),
    };
  }

  async function attacked(name: string, known: readonly Explanation[] = []) {
    const { system, witness } = await open(name);
    const { findings } = attackSystem(system, witness, name, known);
    const of = (kind: string, part = "") => [
      ...new Set(
        findings
          .filter((finding) => finding.kind === kind && finding.signal.startsWith(part))
          .map(({ signal }) => signal.slice(part.length)),
      ),
    ];
    return { of, findings };
  }

  describe("of correct circuits", () => {
    it("finds nothing but what is explained: digits, a zero test, one-hot steps, a region, rounds of a hash", async () => {
      const [report] = await attackCircuits(project.config, { names: ["correct"] });
      expect(report!.unexplained).to.deep.equal([]);
      expect(report!.stale).to.deep.equal([]);
      expect(report!.ok).to.equal(true);
      expect(report!.tried).to.be.greaterThan(500);
      expect(report!.forced, "all but the inverse of 0").to.equal(report!.wires - 2);
    });
  });

  describe("of broken circuits", () => {
    let broken: Awaited<ReturnType<typeof attacked>>;
    before(async () => {
      broken = await attacked("broken");
    });

    it("finds a value that is named and never constrained", () => {
      expect(broken.of("unforced", "noConstraint.")).to.have.length(1);
      expect(broken.of("survivor", "noConstraint.")).to.have.length(1);
    });

    it("finds an output that no constraint reads, and not the one next to it", () => {
      expect(broken.of("unforced").filter((signal) => /^(sum|product)$/.test(signal))).to.deep.equal(["sum"]);
      expect(broken.of("survivor")).to.include("sum").and.not.include("product");
    });

    it("finds digits that nothing makes 0 or 1", () => {
      expect(broken.of("unforced", "loose.bits").length).to.be.greaterThan(4);
      expect(broken.of("survivor", "loose.bits").length).to.be.greaterThan(4);
    });

    it("finds that a decomposition over all 254 bits is not unique, though no change of one bit shows it", () => {
      expect(broken.of("unforced", "aliased.bits").length).to.be.greaterThan(0);
      expect(broken.of("survivor", "aliased.bits")).to.deep.equal([]);
    });

    it("finds a zero test that answers either way", () => {
      expect(broken.of("unforced", "half.")).to.deep.equal(["out"]);
      const { findings } = broken;
      const survivor = findings.find(({ kind, signal }) => kind === "survivor" && signal === "half.out");
      expect(survivor).to.include({ from: 1n, to: 0n });
    });

    it("finds the other square root", () => {
      expect(broken.of("unforced", "root.")).to.deep.equal(["root"]);
      const { findings } = broken;
      const survivor = findings.find(({ kind, signal }) => kind === "survivor" && signal === "root.root");
      expect(survivor).to.include({ from: 7n, to: R - 7n });
    });

    it("finds a public input that can move and a private one that reaches nothing", async () => {
      const { of } = await attacked("unbound");
      expect(of("unforced")).to.deep.equal([]);
      expect(of("public")).to.deep.equal(["context"]);
      expect(of("private")).to.deep.equal(["salt"]);
    });
  });

  it("derives values without a witness, and notices inputs that no witness has", async () => {
    const { system, witness } = await open("correct");
    const solver = new Solver(system);
    const give = (of: Solver, code: bigint) => {
      for (const wire of system.inputs)
        of.give(wire, system.nameOf(wire) === "main.code" ? code : witness[wire]!);
    };
    give(solver, 120n);
    solver.solve();
    expect(solver.unforced().map((wire) => plainName(system.nameOf(wire)))).to.deep.equal(["isZero.inv"]);
    expect(solver.value(system.wire("region.inside"))).to.equal(0n);
    const outside = new Solver(system);
    give(outside, 256n);
    expect(() => outside.solve()).to.throw(Contradiction);
  });

  it("finds what follows from a changed input as an honest prover would: digits and mixed rounds", async () => {
    const { system, witness } = await open("correct");
    const solver = new Solver(system);
    for (const wire of system.inputs) solver.give(wire, witness[wire]!);
    solver.solve();
    const forger = new Forger(system, system.inputs, [], rulesOf(solver));
    for (const [name, holds] of [
      ["number", true],
      ["mixed[1]", true],
      // Steps are found by trying: they stay as they were, and the equations say so.
      ["threshold", false],
    ] as const) {
      const input = system.wire(name);
      const { violated } = forger.forge(witness, new Map([[input, witness[input]! + 1n]]));
      expect(violated.length === 0, name).to.equal(holds);
    }
  });

  it("tells each change of a small group, and of a large one a sample", async () => {
    const { system, witness } = await open("correct");
    const forger = new Forger(system, system.inputs);
    const bits = system
      .names()
      .filter((name) => name.startsWith("decomposition.bits["))
      .map((name) => system.wire(name));
    expect(survivors(forger, witness, bits).tried).to.be.greaterThan(100);
    expect(survivors(forger, witness, bits, { tries: 40 }).tried).to.be.within(35, 45);
    expect(survivors(forger, witness, bits.slice(0, 1), { tries: 40 }).tried).to.be.greaterThan(18);
  });

  it("an equation that is asked again says as much as one that is new, and digits come out where odd terms go", () => {
    const units = new Units();
    const scale = 0x5eed_1234_5678_9abc_def0n ** 3n;
    const digits = [1n, 0n, 0n, 1n, 1n, 0n, 1n, 0n, 1n, 1n, 0n, 1n];
    const bits = digits.map((_, i): TwoValued => ({ coefficient: scale << BigInt(i), values: [0n, 1n] }));
    const value = digits.reduce((sum, digit, i) => sum + (digit << BigInt(i)), 0n) * scale;
    const odd = [3n, 5n, 7n].map((power): TwoValued => ({ coefficient: scale ** power, values: [0n, 1n] }));
    const places = digits.map(Number);
    for (const asked of [
      [...bits, ...odd],
      [...odd, ...bits],
      [...bits, ...odd.slice(1)],
      bits,
      bits.slice(0, 3),
    ]) {
      const constant = asked === bits ? -value : -(digits[0]! + 2n * digits[1]! + 4n * digits[2]!) * scale;
      expect(forcedDigits(asked, constant, units)).to.deep.equal(forcedDigits(asked, constant));
    }
    expect(forcedDigits(bits, -value, units)).to.deep.equal(places);
    // However many odd terms there were, and in whatever order they go.
    for (const count of [8, 15, 23, 24, 25, 40]) {
      const kept = new Units();
      const many = Array.from({ length: count }, (_, i): TwoValued => {
        return { coefficient: scale ** BigInt(2 * i + 3), values: [0n, 1n] };
      });
      for (let left = count; left >= 0; left -= count > 20 ? 9 : count) {
        const asked = [...many.slice(0, left), ...bits];
        expect(forcedDigits(asked, -value, kept)).to.deep.equal(forcedDigits(asked, -value));
      }
      expect(forcedDigits(bits, -value, kept), `after ${count}`).to.deep.equal(places);
    }
    // A few like terms, and then more of them.
    const like: TwoValued = { coefficient: R / 16n + 12_345n, values: [0n, 1n] };
    const ofLike = new Units();
    expect(forcedDigits([like, like], -2n * like.coefficient, ofLike)).to.deep.equal([1, 1]);
    const twenty = new Array<TwoValued>(20).fill(like);
    expect(forcedDigits(twenty, -20n * like.coefficient, ofLike)).to.deep.equal(twenty.map(() => 1));
    // Other steps under the same assumption: a row may have been added to.
    const tripled = bits.map(({ coefficient, values }) => ({ coefficient: coefficient * 3n ** 50n, values }));
    expect(forcedDigits(tripled, -value * 3n ** 50n, units)).to.deep.equal(places);
    expect(forcedDigits(bits, -value - scale * 2n ** 12n, units)).to.equal(null);
  });

  it("square roots are roots, of residues only", () => {
    for (const value of [0n, 1n, 2n, 4n, R - 1n, 123456789n ** 2n]) {
      const root = squareRoot(value);
      if (root === undefined) expect(value).to.equal(2n === value ? 2n : value);
      else expect((root * root) % R).to.equal(value % R);
    }
    expect(squareRoot(5n), "the least non-residue").to.equal(undefined);
    expect(squareRoot(49n)).to.be.oneOf([7n, R - 7n]);
  });

  it("fails on freedom that is not explained and on explanations of what is not there", async () => {
    const [broken] = await attackCircuits(project.config, { names: ["broken"], tries: 20 });
    expect(broken!.ok).to.equal(false);
    expect(broken!.unexplained.map(({ signal }) => signal)).to.include("half.out");
    await project.write(
      "stale.json",
      JSON.stringify({
        explained: [
          {
            kinds: ["unforced"],
            signals: "nowhere",
            circuits: ["unbound"],
            why: "no signal has this name at all",
          },
        ],
      }),
    );
    const config = project.configure({ attack: { inputs: "inputs", explanations: "stale.json" } });
    const [stale] = await attackCircuits(config, { names: ["unbound"] });
    expect(stale).to.deep.include({ ok: false, stale: ["nowhere"] });
  });

  it("an explanation with a step covers only changes by a multiple of it", async () => {
    const even: Explanation = {
      kinds: ["public"],
      signals: /^context$/,
      step: 2n,
      circuits: ["unbound"],
      why: "only for this test",
    };
    const { findings } = await attacked("unbound", [even]);
    const context = findings.filter(({ kind, signal }) => kind === "public" && signal === "context");
    expect(context.some(({ why }) => why !== undefined)).to.equal(true);
    for (const { from, to, why } of context)
      expect(why !== undefined, `${from} -> ${to}`).to.equal((to! - from!) % 2n === 0n);
  });

  it("refuses what it cannot start from, and says why", async () => {
    const failure = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => error,
      ) as Promise<CircomError>;
    const bare = project.configure({});
    expect((await failure(attackCircuits(bare, { names: ["unbound"] }))).code).to.equal("ATTACK_INPUT");
    const input = JSON.parse(await project.read("inputs/correct.json"));
    await writeFile(project.path("nine.json"), JSON.stringify({ ...input, threshold: 9 }));
    const refused = await failure(
      attackCircuits(project.config, { names: ["correct"], input: project.path("nine.json") }),
    );
    expect(refused.code).to.equal("ATTACK_INPUT");
    await writeFile(project.path("wrong.json"), '{ "explained": [{ "kinds": ["odd"] }] }');
    const wrong = await failure(readExplanations(project.root, project.path("wrong.json")));
    expect(wrong.code).to.equal("EXPLANATIONS_INVALID");
    expect(wrong.message).to.include("wrong.json: entry 0: `kinds`");
  });

  it("hardhat circuits attack ends with code 1 on what is free, and names it for people and machines", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [HARDHAT, "circuits", "attack", ...args], {
        cwd: project.root,
        encoding: "utf8",
      });
    const broken = run("unbound");
    expect(broken.status).to.equal(1);
    expect(broken.stdout).to.include("a public input can take another value: context: 9 -> ");
    expect(broken.stderr).to.include("unbound").and.include("circom.attack.explanations");
    const correct = run("correct", "--json", "--seed", "7", "--tries", "0");
    expect(correct.status, correct.stderr).to.equal(0);
    expect(JSON.parse(correct.stdout)[0]).to.include({ name: "correct", ok: true, samples: 1 });
  });

  it("names signals as the source does", () => {
    expect(plainName("main.Num2Bits_12_345[7].out[3]")).to.equal("Num2Bits[7].out[3]");
    expect(plainName("main.slots[0][4].code")).to.equal("slots[0][4].code");
  });
});
