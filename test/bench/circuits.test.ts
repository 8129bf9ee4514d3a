// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { countOf, guideLoop, ours, plain, root } from "../../bench/circuits.ts";
import { guideLoopConstraints } from "../../bench/constraints.ts";
import { guideClaim } from "../../bench/guideRule.ts";

describe("bench: circuits to compare with", () => {
  it("the guide's loop has 34 N - 1 constraints, compiled as instances are", async () => {
    const { constraints, domain, parts } = await countOf(guideLoop(16));
    expect(constraints)
      .to.equal(16 * 34 - 1)
      .and.equal(guideLoopConstraints(16));
    expect(domain).to.equal(10);
    expect(Object.values(parts).reduce((sum, count) => sum + count, 0)).to.equal(constraints);
  });

  it("the guide's claims grow by a Poseidon block for every 15 readings, a padded one cheaper", () => {
    const rule = { fixed: 5_995, perReading: 34 };
    expect(guideClaim(rule, 3_600)).to.equal(274_555);
    expect(guideClaim(rule, 15) - guideClaim(rule, 14)).to.equal(34 + 3);
    expect(guideClaim(rule, 16) - guideClaim(rule, 15)).to.equal(34 + 609 - 14 * 3);
  });

  it("are none of circuits.json", () => {
    const list = readFileSync(join(root, "circuits/circuits.json"), "utf8");
    for (const { name } of [guideLoop(3_600), plain("glucose-day"), ours("Direct", 60)])
      expect(list).to.not.contain(`"${name}"`);
  });
});
