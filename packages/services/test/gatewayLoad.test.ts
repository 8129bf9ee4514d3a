// SPDX-License-Identifier: GPL-3.0-or-later
//
// How much a gateway stores with how much of a processor. Time on the clock depends on what else the machine does, so this is
// said in seconds of the processor; LONG=1 does it at length. `npm run bench -- services` says more.
import { expect } from "chai";
import { costOf, heapInUse } from "../../../test/support/cost.ts";
import { GatewayLoad } from "../../../test/support/gatewayLoad.ts";
import { onBothStores, type Stores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const DEVICES = LONG ? 1_000 : 20;
const READINGS = LONG ? 1_000_000 : 5_000;
/** Readings for each second of the processor. */
const LEAST = 5_000;

const start = async (stores: Stores): Promise<GatewayLoad> =>
  GatewayLoad.start(await stores.open(await stores.fresh()), DEVICES);

onBothStores("gateway under load", (stores) => {
  it("stores at least 5,000 readings with a second of the processor, with the same memory for any number", async function () {
    this.timeout(3_600_000);
    const load = await start(stores);
    await load.give(READINGS / 5);
    const before = heapInUse();
    const { cpu } = await costOf(() => load.give(READINGS));
    expect((0.8 * READINGS) / cpu).to.be.above(LEAST);
    expect(heapInUse() - before).to.be.below(20);
    await load.seal();
    expect(await load.counts()).to.deep.equal({ given: READINGS, waiting: 0, sealed: DEVICES });
  });

  it("needs under a tenth of a processor for a thousand devices with a reading a minute", async function () {
    if (!LONG) this.skip();
    this.timeout(600_000);
    const load = await start(stores);
    const { cpu, wall } = await costOf(() => load.keepPace(60));
    expect(cpu / wall).to.be.below(0.1);
  });
});
