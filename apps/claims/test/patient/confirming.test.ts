// SPDX-License-Identifier: GPL-3.0-or-later
import { MIN_PASSPHRASE } from "@vitalproof/sdk";
import { expect } from "chai";
import { newPassphraseProblem, removalProblem } from "../../src/patient/confirming.ts";

describe("what is asked for twice", () => {
  const PASSPHRASE = "four words nobody knows";

  it("a new passphrase is used only if both fields are alike, to the letter", () => {
    expect(newPassphraseProblem(PASSPHRASE, PASSPHRASE)).to.equal(undefined);
    for (const again of ["", "four", `${PASSPHRASE} `, PASSPHRASE.toUpperCase(), "four words nobody know"]) {
      expect(newPassphraseProblem(PASSPHRASE, again), again).to.contain("twice");
      // The other way round is a slip in the first field.
      expect(newPassphraseProblem(again, PASSPHRASE), again).to.be.a("string");
    }
  });

  it("a weak passphrase is refused even if it is typed twice", () => {
    for (const weak of ["", "short", "a".repeat(MIN_PASSPHRASE)]) {
      expect(newPassphraseProblem(weak, weak), weak).to.be.a("string").and.not.contain("twice");
    }
  });

  it("the identity is removed only for the word", () => {
    for (const word of ["remove", " Remove ", "REMOVE"])
      expect(removalProblem(word), word).to.equal(undefined);
    for (const word of ["", "re", "removed", "r e m o v e", "yes", "delete"]) {
      expect(removalProblem(word), word).to.equal("Type “remove” first.");
    }
  });
});
