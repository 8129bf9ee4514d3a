// SPDX-License-Identifier: GPL-3.0-or-later
//
// Calls of BN254's precompiles by real transactions, against the model that relayers fill batches by. Linea bounds them.
import { usageOf } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { deployCrowd, trapdoorProof } from "../contracts/support/batch.ts";
import { connection, load } from "../contracts/support/network.ts";

/** Bytes of a pair of points (EIP-197). */
const PAIR_BYTES = 192;

interface Step {
  readonly op: string;
  /** The top of the stack is the last. */
  readonly stack: readonly string[];
}

/** What a mined transaction called of the precompiles 6, 7 and 8. */
async function curveCallsOf(hash: string) {
  const { structLogs } = (await connection.provider.request({
    method: "debug_traceTransaction",
    params: [hash, { disableMemory: true, disableStorage: true }],
  })) as { structLogs: readonly Step[] };
  const calls = structLogs
    .filter(({ op }) => op === "STATICCALL")
    .map(({ stack }) => ({ to: BigInt(stack.at(-2)!), bytes: Number(stack.at(-4)) }));
  const to = (address: bigint) => calls.filter((call) => call.to === address);
  return {
    ecAdd: to(6n).length,
    ecMul: to(7n).length,
    pairings: to(8n).length,
    millerLoops: to(8n).reduce((sum, { bytes }) => sum + bytes / PAIR_BYTES, 0),
  };
}

describe("e2e: calls of the curve's precompiles", () => {
  const crowd = () => deployCrowd(5);

  for (const count of [2, 5]) {
    it(`${count} claims of one circuit take what the model says, no more and no less`, async () => {
      const { claims, relayer, policies, consentId, item } = await load(crowd);
      const items = await Promise.all(policies.slice(0, count).map((policy) => item(policy, 0n, consentId)));
      const sent = await claims.connect(relayer).submitClaims(items);
      await sent.wait();
      const { gas: _, calldataBytes, ...curve } = usageOf([count]);
      expect(await curveCallsOf(sent.hash)).to.deep.equal(curve);
      expect((sent.data.length - 2) / 2).to.equal(calldataBytes);
    });
  }

  it("a claim alone takes what its circuit's own verifier takes", async () => {
    const verifier = await connection.ethers.deployContract("GlucoseDayVerifier");
    const { a, b, c } = trapdoorProof([1n, 2n, 3n, 4n], 1n);
    const data = verifier.interface.encodeFunctionData("verifyProof", [a, b, c, [1n, 2n, 3n, 4n]]);
    const [account] = await connection.ethers.getSigners();
    const sent = await account!.sendTransaction({ to: await verifier.getAddress(), data });
    await sent.wait();
    const { gas: _, calldataBytes: __, ...curve } = usageOf([1]);
    expect(await curveCallsOf(sent.hash)).to.deep.equal(curve);
  });
});
