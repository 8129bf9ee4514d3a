// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { compare, isBad } from "../../scripts/baselines/compare.ts";
import { baselinesMarkdown, MARKER } from "../../scripts/baselines/markdown.ts";

const rows = compare(
  { a: 1_000, b: 1_000, c: 1_000, gone: 1 },
  { a: 1_001, b: 1_003, c: 900, fresh: 2 },
  0.002,
);

describe("bench: baselines", () => {
  it("a change within the tolerance is none; what is new or gone needs a look too", () => {
    expect(Object.fromEntries(rows.map(({ name, verdict }) => [name, verdict]))).to.deep.equal({
      a: "same",
      b: "worse",
      c: "better",
      fresh: "new",
      gone: "gone",
    });
    expect(rows.filter(isBad).map(({ name }) => name)).to.deep.equal(["b", "fresh", "gone"]);
  });

  it("the comment begins with its marker and shows changes alone", () => {
    const text = baselinesMarkdown({ gas: rows });
    expect(text.split("\n")[0]).to.equal(MARKER);
    // The workflow puts the marker into a jq string.
    expect(MARKER).to.not.match(/["\\$`]/);
    expect(text).to.contain("3 figure(s) got worse").and.contain("1 of 5 as before");
    expect(text).to.contain("| `b` | 1,000 | 1,003 | +3 (0.30 %) | worse |");
    expect(text).to.contain("| `c` | 1,000 | 900 | −100 (−10.00 %) | better |");
    expect(text).to.not.contain("| `a` |");
  });

  it("says when nothing got worse", () => {
    expect(baselinesMarkdown({ gas: compare({ a: 1 }, { a: 1 }, 0) })).to.contain("Nothing got worse.");
  });
});
