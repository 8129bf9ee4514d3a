// SPDX-License-Identifier: GPL-3.0-or-later
//
// The SDK's client of the claims contract for its pauser.
import { ClaimsPauses } from "@vitalproof/sdk";
import { expect } from "chai";
import { refusalIn } from "./support/refusal.ts";
import { deployWorld, load, pauseTime, time } from "./support/world.ts";

describe("ClaimsPauses", () => {
  async function clients() {
    const world = await load(deployWorld);
    const of = (account: typeof world.pauser) => new ClaimsPauses(world.claimsAddress, account);
    return { ...world, own: of(world.pauser), strange: of(world.stranger) };
  }

  it("pauses, says until when, and ends the pause early", async () => {
    const { own, strange } = await clients();
    expect(await strange.pausedUntil()).to.equal(0);
    expect(await refusalIn(strange.pause("mine"))).to.equal("ClaimsPayout_NotPauser");
    const { result: until } = await own.pause("doubt");
    expect(until).to.equal((await time.latest()) + Number(pauseTime));
    expect(await strange.pausedUntil()).to.equal(until);
    await own.endPause();
    expect(await strange.pausedUntil()).to.equal(0);
    expect(await refusalIn(own.pause("again"))).to.equal("ClaimsPayout_CoolingDown");
  });

  it("hands the role on", async () => {
    const { own, strange, stranger } = await clients();
    expect(await refusalIn(strange.acceptPauser())).to.equal("ClaimsPayout_NotNominee");
    await own.nominatePauser(stranger.address);
    await strange.acceptPauser();
    expect(await own.pauser()).to.equal(stranger.address);
  });
});
