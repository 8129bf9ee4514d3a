// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, holder, offset } from "./support/values.ts";
import { deployInsured, deployWorld } from "./support/world.ts";

describe("ClaimsPayout: covered time", () => {
  it("covers only periods that have not begun, to the second", async () => {
    const { claims, insurer, attestation, signAttestation, nextEpoch } = await load(deployWorld);
    const firstEpoch = (await nextEpoch()) + 1n;
    const start = 900n * offset + firstEpoch * DAY;
    const value = await attestation({ firstEpoch });
    const signature = await signAttestation(value);
    await time.increaseTo(start - 2n);
    await time.setNextBlockTimestamp(start - 1n);
    await claims.connect(insurer).issuePolicy(value, signature);
    const late = await attestation({ firstEpoch, holder: holder + 1n });
    const lateSignature = await signAttestation(late);
    await time.setNextBlockTimestamp(start);
    await expect(claims.connect(insurer).issuePolicy(late, lateSignature))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_AlreadyBegun")
      .withArgs(start);
  });

  it("P5: no second of one holder and scope is covered twice, across programs of the scope", async () => {
    const { claims, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
    const program = await createProgram();
    await fund(program, benefit * 10n);
    const end = 900n * offset + (firstEpoch + 3n) * DAY;
    for (const first of [firstEpoch, firstEpoch + 2n]) {
      for (const id of [1n, program]) {
        await expect(issue({ program: id, firstEpoch: first }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_CoverageOverlaps")
          .withArgs(1n, holder, 900n * offset + first * DAY, end);
      }
    }
    await issue({ program, firstEpoch: firstEpoch + 3n });
    // Another holder is another matter.
    await issue({ firstEpoch, holder: holder + 1n });
  });

  it("P5: programs of one scope with different offsets cannot overlap by hours either", async () => {
    const { claims, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
    const program = await createProgram({ terms: packTerms({ offset: 19n }) });
    await fund(program, benefit * 10n);
    await expect(issue({ program, firstEpoch: firstEpoch + 3n })).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_CoverageOverlaps",
    );
    await issue({ program, firstEpoch: firstEpoch + 4n });
  });

  it("P5: open claim windows do not block a renewal", async () => {
    const { issue, firstEpoch } = await load(deployInsured);
    await issue({ firstEpoch: firstEpoch + 3n });
    await time.increaseTo(900n * offset + (firstEpoch + 6n) * DAY - 10n);
    await issue({ firstEpoch: firstEpoch + 6n });
  });

  it("P5: scopes are apart", async () => {
    const { scopes, insurer, issue, firstEpoch, createProgram, fund } = await load(deployInsured);
    await scopes.connect(insurer).createScope(1n);
    const program = await createProgram({ scope: 2n });
    await fund(program, benefit * 10n);
    await issue({ program, firstEpoch });
  });
});
