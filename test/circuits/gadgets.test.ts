// SPDX-License-Identifier: GPL-3.0-or-later

import { Forger, mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileCircuit } from "./support/circuit.ts";
import { withoutConstraints } from "./support/compile.ts";
import { inputWires } from "./support/inputs.ts";
import { sums } from "./support/steps.ts";

/** Values around which field arithmetic is usually wrong. */
const EDGES = [
  0n,
  1n,
  2n,
  R - 1n,
  R - 2n,
  R / 2n,
  R / 2n + 1n,
  2n ** 9n,
  2n ** 16n,
  2n ** 64n,
  2n ** 128n,
  2n ** 252n,
  2n ** 253n,
];

describe("circuits: the liar's twin", () => {
  it("keeps every assignment and loses every constraint circuit", () => {
    const text =
      "a <== b * c; // x === y\nfor (;;) {\n  out[i] * (out[i] - 1) === 0;\n}\n/* === */ lc1 === in;\nx\n  === y;";
    const twin = withoutConstraints(text);
    expect(twin).to.include("a <== b * c;");
    expect(twin).to.not.include("===");
    expect(twin.match(/LiarSink/g)).to.have.length(3);
  });
  it("fills the real system's wires: honest and liar agree where the input is honest", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "ClassifyOne(10)" });
    const input = { low: 3, high: 7, code: 5 };
    expect(await circuit.liar(input)).to.deep.equal([...(await circuit.honest(input))]);
  });
});

describe("circuits: AtMost", () => {
  for (const max of [1, 2, 10, 233, 255, 363]) {
    it(`T6: accepts exactly 0 … ${max}`, async () => {
      const circuit = await compileCircuit({ file: "gadgets.circom", call: `AtMostOnly(${max})` });
      for (let value = 0n; value <= 2n * BigInt(max) + 3n; value++) {
        expect(await circuit.accepts({ in: value }), `${value}`).to.equal(value <= BigInt(max));
      }
      for (const value of EDGES)
        expect(await circuit.accepts({ in: value }), `${value}`).to.equal(value <= BigInt(max));
    });
  }

  it("T1: no digits whatever carry a value above the maximum", async () => {
    // All digit strings of a small instance: the reachable values are exactly 0 … 10.
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "AtMostOnly(10)" });
    const forger = new Forger(circuit.system, inputWires(circuit, ["in"]));
    const base = await circuit.honest({ in: 0 });
    const digits = circuit.system
      .names()
      .filter((name) => /digits\[\d+\]$/.test(name))
      .map((name) => circuit.system.wire(name));
    const reached = new Set<bigint>();
    for (let value = -20n; value <= 40n; value++) {
      for (let string = 0; string < 2 ** digits.length; string++) {
        const changes = new Map(digits.map((wire, k) => [wire, BigInt((string >> k) & 1)]));
        changes.set(circuit.system.wire("in"), value);
        if (forger.forge(base, changes).violated.length === 0) reached.add(value);
      }
    }
    expect([...reached].sort((a, b) => Number(a - b))).to.deep.equal(
      Array.from({ length: 11 }, (_, i) => BigInt(i)),
    );
  });
});

describe("circuits: Ordered", () => {
  it("T3 T4: holds exactly for 0 <= greater - less < 2^n, negative distances and aliases included", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "OrderedOnly(8)" });
    const cases: [bigint, bigint, boolean][] = [
      [0n, 0n, true],
      [5n, 5n, true],
      [5n, 4n, false],
      [0n, 255n, true],
      [0n, 256n, false],
      [1n, 256n, true],
      [1n, 0n, false],
      [0n, R - 1n, false],
      [R - 1n, 0n, true], // distance 1 in the field: why callers bound both sides
      [0n, R, true],
      [0n, R + 255n, true],
      [0n, R + 256n, false],
    ];
    for (const [less, greater, holds] of cases) {
      expect(
        await circuit.accepts({ less: mod(less), greater: mod(greater) }),
        `${less} <= ${greater}`,
      ).to.equal(holds);
    }
  });
});

describe("circuits: Classify", () => {
  const CODES = 10;
  const place = (low: number, high: number, code: number) => ({
    missing: code === 0 ? 1n : 0n,
    inside: code >= low && code <= high ? 1n : 0n,
  });

  it("T4 T6 T14: exact for every band and every code, refused outside the table", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: `ClassifyOne(${CODES})` });
    for (let low = 1; low <= CODES; low++) {
      for (let high = low; high <= CODES; high++) {
        for (let code = 0; code <= 2 * 16 + 1; code++) {
          const witness = await circuit.liar({ low, high, code });
          const valid = circuit.system.violated(witness).length === 0;
          expect(valid, `${low}..${high}: ${code}`).to.equal(code <= CODES);
          if (!valid) continue;
          const { missing, inside } = place(low, high, code);
          expect(witness[circuit.system.wire("missing")]).to.equal(missing);
          expect(witness[circuit.system.wire("inside")]).to.equal(inside);
        }
      }
    }
    for (const code of EDGES.filter((value) => value > BigInt(CODES))) {
      expect(await circuit.accepts({ low: 3, high: 7, code }), `${code}`).to.equal(false);
    }
  });

  it("T1 T4 T8: no choice of the three hints gives another place, for any code and band", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: `ClassifyOne(${CODES})` });
    const { system } = circuit;
    const forger = new Forger(system, inputWires(circuit, ["low", "high", "code"]));
    const hints = ["missing", "inside", "place.above"].map((name) => system.wire(name));
    const bits = system.names().filter((name) => /out\[\d+\]$/.test(name));
    expect(bits.length).to.equal(8);
    let lies = 0;
    for (const [low, high] of [
      [1, 1],
      [1, 10],
      [3, 7],
      [10, 10],
      [5, 5],
      [2, 10],
    ] as const) {
      for (let code = 0; code <= CODES; code++) {
        const honest = await circuit.honest({ low, high, code });
        for (const values of product([0n, 1n, 2n, R - 1n], 3)) {
          const changes = new Map(hints.map((wire, i) => [wire, values[i]!]));
          // The twin cannot know the lie; bits of both distances are set for it.
          const forged = withBits(forger, honest, changes, system, bits);
          const truth = place(low, high, code);
          const lie =
            forged.witness[hints[0]!] !== truth.missing || forged.witness[hints[1]!] !== truth.inside;
          if (!lie) continue;
          lies++;
          expect(forged.violated, `${low}..${high} code ${code} as ${values}`).to.not.deep.equal([]);
        }
      }
    }
    expect(lies).to.be.greaterThan(3000);
  });
});

describe("circuits: Steps", () => {
  it("T4: exact running indicator; a threshold off the table has no witness", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "StepsOnly(10)" });
    for (let threshold = 0n; threshold <= 10n; threshold++) {
      const witness = await circuit.honest({ threshold });
      for (let c = 0n; c <= 10n; c++) {
        expect(witness[circuit.system.wire(`reached[${c}]`)]).to.equal(c >= threshold ? 1n : 0n);
      }
    }
    for (const threshold of [11n, 12n, ...EDGES.filter((value) => value > 10n)]) {
      expect(await circuit.accepts({ threshold })).to.equal(false);
    }
  });

  it("T1: among all boolean vectors only the one-hot of the threshold satisfies it", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "StepsOnly(6)" });
    const forger = new Forger(circuit.system, inputWires(circuit, ["threshold"]));
    for (let threshold = 0; threshold <= 6; threshold++) {
      const base = await circuit.honest({ threshold });
      const reached = Array.from({ length: 7 }, (_, n) =>
        circuit.system.wire(
          circuit.system.names().find((name) => /Steps.*reached\[/.test(name) && name.endsWith(`[${n}]`))!,
        ),
      );
      for (let vector = 0; vector < 2 ** 7; vector++) {
        const hot = Object.fromEntries(reached.map((_, n) => [n, BigInt((vector >> n) & 1)]));
        const changes = new Map(sums(hot, 7).map((value, n) => [reached[n]!, value]));
        const passes = forger.forge(base, changes).violated.length === 0;
        expect(passes, `${threshold} ${vector.toString(2)}`).to.equal(vector === 1 << threshold);
      }
    }
  });
});

describe("circuits: Pack", () => {
  it("T6: words as documented, and no slot may overflow into its neighbour", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "PackOnly(30, 9)" });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.bigInt(0n, 511n), { minLength: 30, maxLength: 30 }), async (slots) => {
        const witness = await circuit.honest({ slots });
        const word = (from: number, to: number) =>
          slots.slice(from, to).reduce((sum, slot, i) => sum + (slot << BigInt(9 * i)), 0n);
        expect(witness[circuit.system.wire("words[0]")]).to.equal(word(0, 28));
        expect(witness[circuit.system.wire("words[1]")]).to.equal(word(28, 30));
      }),
      { numRuns: 25 },
    );
    const slots = new Array<bigint>(30).fill(0n);
    for (const bad of [512n, 513n, R - 1n])
      expect(await circuit.accepts({ slots: [bad, ...slots.slice(1)] })).to.equal(false);
  });
});

describe("circuits: Histogram", () => {
  it("T14: counts are exact on random readings", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "HistogramOnly(10, 12)" });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 12, maxLength: 12 }),
        async (codes) => {
          const witness = await circuit.honest({ codes });
          for (let c = 0; c <= 10; c++) {
            expect(witness[circuit.system.wire(`counts[${c}]`)]).to.equal(
              BigInt(codes.filter((code) => code === c).length),
            );
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("T2 T6: a code far outside the table, of either sign, is refused by its range check and crashes nothing", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "HistogramOnly(10, 12)" });
    const wild = [R - 1n, R / 2n + 1n, R / 2n - 1n, (R * 3n) / 4n, 2n ** 253n + 12_345n, R - 2n ** 200n];
    for (const code of wild)
      expect(await circuit.accepts({ codes: [code, ...new Array<bigint>(11).fill(3n)] }), `${code}`).to.equal(
        false,
      );
  });

  it("T1 T2: counts moved from one code to another are refused", async () => {
    const circuit = await compileCircuit({ file: "gadgets.circom", call: "HistogramOnly(10, 12)" });
    const { system } = circuit;
    const codes = [0, 0, 1, 5, 5, 5, 7, 7, 10, 10, 2, 3];
    const base = await circuit.honest({ codes });
    const forger = new Forger(system, inputWires(circuit, ["codes"]));
    for (let from = 0; from <= 10; from++) {
      for (let to = 0; to <= 10; to++) {
        if (from === to) continue;
        const [a, b] = [system.wire(`counts[${from}]`), system.wire(`counts[${to}]`)];
        const forged = forger.forge(
          base,
          new Map([
            [a, base[a]! - 1n],
            [b, base[b]! + 1n],
          ]),
        );
        expect(forged.violated, `${from} to ${to}`).to.not.deep.equal([]);
      }
    }
  });
});

function* product<T>(values: readonly T[], length: number): Generator<T[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const head of values) for (const tail of product(values, length - 1)) yield [head, ...tail];
}

/** Applies a lie and sets the bits of both distances as a liar would: to the low bits of the forged value. */
function withBits(
  forger: Forger,
  honest: readonly bigint[],
  changes: ReadonlyMap<number, bigint>,
  system: Circuit["system"],
  bits: readonly string[],
) {
  const value = (name: string) => honest[system.wire(name)]!;
  const get = (name: string, fallback: bigint) => changes.get(system.wire(name)) ?? fallback;
  const [low, high, code] = [value("low"), value("high"), value("code")];
  const missing = get("missing", 0n);
  const inside = get("inside", 0n);
  const above = get("place.above", 0n);
  const below = 1n - missing - inside - above;
  const distances = [
    mod(code - (below + inside * low + above * (high + 1n))),
    mod(below * (low - 1n) + inside * high + above * 10n - code),
  ];
  const all = new Map(changes);
  const groups = new Map<string, string[]>();
  for (const name of bits) {
    const component = name.replace(/\.out\[\d+\]$/, "");
    groups.set(component, [...(groups.get(component) ?? []), name]);
  }
  [...groups.keys()].sort().forEach((component, i) => {
    for (const name of groups.get(component)!) {
      const k = BigInt(/\[(\d+)\]$/.exec(name)![1]!);
      all.set(system.wire(name), (distances[i]! >> k) & 1n);
    }
  });
  return forger.forge(honest, all);
}
