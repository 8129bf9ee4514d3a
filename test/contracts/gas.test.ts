// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256 } from "ethers";
import hre from "hardhat";
import { intrinsicGas } from "../support/gas.ts";
import { gasByCrowd } from "./support/crowd.ts";
import { ethers, load, takesItsBlocksAlong } from "./support/network.ts";
import { deployInsured } from "./support/world.ts";

/** Executing snarkjs's verifier with four inputs, `performance.md`, and the calldata of a real proof. */
const groth16 = 209_000n;
const limit = 330_000n;

describe("gas", () => {
  takesItsBlocksAlong();

  it("a claim stays within its target when a Groth16 verification is added", async function () {
    if (hre.globalOptions.coverage) {
      console.log("        skipped: instrumented code costs more");
      this.skip();
    }
    const { claims, verifier, policy, consentId, proofOf, anchorPeriod, relayer } = await load(deployInsured);
    await anchorPeriod(policy, 0n);
    const mock = await proofOf(policy, 0n);
    // Eight words without zeros, as a real proof has them; MockVerifier looks at the first alone.
    const full = BigInt(keccak256("0x01"));
    const proof = {
      a: [mock.a[0], full],
      b: [
        [full, full],
        [full, full],
      ],
      c: [full, full],
    };
    const tx = await claims.connect(relayer).submitClaim(policy, 0n, consentId, proof as never);
    const used = (await tx.wait())!.gasUsed;
    const data = verifier.interface.encodeFunctionData("verifyProof", [
      proof.a as never,
      proof.b as never,
      proof.c as never,
      [...(await claims.claimInputs(policy, 0n))] as never,
    ]);
    const whole = await ethers.provider.estimateGas({ to: await verifier.getAddress(), data });
    // What the call to the mock cost inside the claim: its execution without the first, cold access to its code.
    const mockExecution = whole - intrinsicGas(data);
    const estimate = used - mockExecution + groth16;
    console.log(
      `        claim without verification ${used - mockExecution}, with Groth16 about ${estimate} (limit ${limit})`,
    );
    expect(estimate).to.be.lessThan(limit);
  });

  it("T31: stays flat with 10,000 consents, policies and claims", async function () {
    this.timeout(240_000);
    const rows = await gasByCrowd([0, process.env.LONG === "1" ? 10_000 : 300]);
    const [alone, crowded] = [rows[0]!.gas, rows[1]!.gas];
    for (const operation of ["issue", "grant", "anchor", "claim", "pay", "revoke"] as const) {
      const [first, gas] = [alone[operation], crowded[operation]];
      const difference = gas > first ? gas - first : first - gas;
      // Zero bytes in calldata are all that may differ.
      expect(difference, `${operation}: ${first} → ${gas}`).to.be.lessThan(300n);
    }
  });
});
