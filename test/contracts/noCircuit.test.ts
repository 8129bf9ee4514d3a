// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the registry says of a circuit that it does not know: nobody settles, and nothing stopped.
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { circuitId } from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import { DAY } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const never = 2n ** 64n - 1n;
const nobody = "0x0000000000000000000000000000000000000000";

describe("T36: a period without a circuit", () => {
  for (const [name, id] of [
    ["the id 0", ZeroHash],
    ["an unknown id", circuitId("glucose-day", 99n)],
  ] as const) {
    it(`is settled by nobody, and has no stops: ${name}`, async () => {
      const { circuits, guardian } = await load(deployWorld);
      const start = BigInt(await time.latest());
      // What stops another circuit is no matter.
      await circuits.connect(guardian).suspend(circuitId("glucose-day", 1n), "");
      const closes = start + 10n * DAY;
      expect(await circuits.settling(id, start, closes)).to.deep.equal([ZeroHash, ZeroHash, never, nobody]);
      expect(await circuits.lastStopBefore(id, start, closes, closes)).to.equal(0n);
      expect(
        await circuits.lastStopBefore(circuitId("glucose-day", 1n), start, closes, closes),
      ).to.be.greaterThan(start);
    });
  }
});
