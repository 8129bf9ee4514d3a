// SPDX-License-Identifier: GPL-3.0-or-later
import { catalogue, type Question, termsOf } from "@vitalproof/sdk";
import { expect } from "chai";
import { boundFields, exact, termsWith } from "../src/data/bounds.ts";
import { offered } from "../src/data/circuits.ts";

const entries = catalogue().filter((entry): entry is Question => entry.kind === "question");

describe("bounds to choose", () => {
  for (const entry of entries) {
    for (const form of entry.forms.filter(({ circuit }) => circuit !== undefined)) {
      it(`${entry.name}, ${form.window}, ${form.profile}: untouched they are the catalogue's terms`, () => {
        const fields = boundFields(entry, form);
        expect(fields).to.not.have.length(0);
        for (const { min, max, value } of fields) expect(value).to.be.within(min, max);
        const own = termsOf(entry.name, { window: form.window, profile: form.profile, offset: 0 });
        expect(termsWith(entry, form, {}, 0)).to.deep.equal(own);
      });
    }
  }

  it("make other terms when they are moved, without floating point", () => {
    const entry = entries.find(({ name }) => name === "time-in-range")!;
    const form = entry.forms.find(({ profile }) => profile === "glucose-mmol-l-5min")!;
    const moved = termsWith(entry, form, { low: 3 + 0.1 * 9, high: 9.9, atLeast: 62.5 }, 4);
    expect(moved).to.deep.equal(
      termsOf("time-in-range", {
        window: form.window,
        profile: form.profile,
        offset: 4,
        low: "3.9",
        high: "9.9",
        atLeast: "62.5",
      }),
    );
    expect(exact(0.1 + 0.2, 1)).to.equal("0.3");
    expect(exact(70, 0)).to.equal("70");
  });

  it("offer only what is in force and pays", () => {
    expect(offered(new Set()).length).to.equal(0);
    const names = offered(new Set(["spo2-hour-episodes", "fall-window"])).map(({ name }) => name);
    expect(names).to.include("stable-oxygen").and.not.include("falls");
  });
});
