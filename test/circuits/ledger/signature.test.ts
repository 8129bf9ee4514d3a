// SPDX-License-Identifier: GPL-3.0-or-later
//
// H9: what `circuits attack` cannot follow in circomlib's verifier of signatures, and why it is forced all the same. In a key
// (--O2) the compiler has solved the hash's linear layers for wires of later rounds, so that no equation has one unknown; and
// of a hash there are two strings of 254 bits, of which AliasCheck leaves one.
import { plainName, Solver } from "@vitalproof/hardhat-circom/attack";
import { consentLeafOf, grantDomainOf, grantMessageOf } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { ADDRESS, grantOf, patientOf } from "../../support/ledgerPage.ts";
import { compileCircuit } from "../support/circuit.ts";

describe("circuits: ledger, the verifier of signatures", () => {
  it("T1: before wires are merged inputs force the hash, and the hash's bits force all else", async function () {
    this.timeout(60_000);
    const circuit = await compileCircuit({
      file: "eddsaposeidon.circom",
      call: "EdDSAPoseidonVerifier()",
      optimize: 1,
    });
    const { consent, key, signature } = grantOf(patientOf("a patient"), 5);
    const message = grantMessageOf(grantDomainOf(ADDRESS), 5, consentLeafOf(consent));
    const [[Ax, Ay], [R8x, R8y]] = [key, signature.R8];
    const witness = await circuit.honest({ enabled: 1, Ax, Ay, R8x, R8y, S: signature.S, M: message });
    const { system } = circuit;
    const solver = new Solver(system);
    const give = (wires: Iterable<number>) => {
      for (const wire of wires) solver.give(wire, witness[wire]!);
      solver.solve();
    };
    const nameOf = (wire: number) => plainName(system.nameOf(wire));
    give(system.inputs);
    const left = solver.unforced();
    expect(left.length).to.be.lessThan(system.wires / 4);
    expect(left.map(nameOf).filter((name) => name.startsWith("hash."))).to.deep.equal([]);
    give(left.filter((wire) => /^h2bits\.out\[\d+\]$/.test(nameOf(wire))));
    // IsZero's inverse is free where its input is 0; its output is not.
    expect(solver.unforced().map(nameOf)).to.deep.equal(["eqCheckX.isz.inv", "eqCheckY.isz.inv"]);
  });
});
