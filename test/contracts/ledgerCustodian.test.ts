// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's page against the real contract: random days with dying processes and reorganisations.
import { expect } from "chai";
import { CustodianStory, type Tally } from "../support/custodianStory.ts";
import { ContractWorld } from "./support/contractWorld.ts";
import { takesItsBlocksAlong } from "./support/network.ts";

const CIRCUITS = { accesses: "access-batch-64", consents: "consent-batch" };
const LONG = process.env.LONG === "1";

describe("a custodian's page and the contract", () => {
  takesItsBlocksAlong();
  const total: Partial<Tally> = {};

  async function tell(seed: number): Promise<void> {
    const story = await CustodianStory.begin(await ContractWorld.open(), CIRCUITS, seed);
    await story.run(LONG ? 200 : 80);
    await story.check();
    for (const [name, count] of Object.entries(story.tally) as [keyof Tally, number][])
      total[name] = (total[name] ?? 0) + count;
  }
  /** Kinds of events that no story had so far. */
  const lacking = (): string[] => {
    const { missed: _missed, broken: _broken, ...others } = total;
    return Object.entries(others).flatMap(([name, count]) => (count === 0 ? [name] : []));
  };

  for (const seed of LONG ? Array.from({ length: 20 }, (_, i) => i + 1) : [5, 6, 7]) {
    it(`H8 H11: what was accepted is on the chain exactly once, under the version of its time (days ${seed})`, () =>
      tell(seed));
  }

  it("had revocations by force, dying processes, reorganisations and late batches in them", async () => {
    // Blocks come when they come, so a seed does not fix a story: a few short ones may lack a kind, and more follow.
    for (let seed = 100; lacking().length > 0 && seed < 112; seed++) await tell(seed);
    expect(lacking().join()).to.equal("");
  });
});
