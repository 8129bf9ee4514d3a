// SPDX-License-Identifier: GPL-3.0-or-later
//
// T34: a sealer that turns on the last day of a period and tries to replace the days before it. A bad day was sealed and
// receipted. The sealer holds the device key, so it may sign whatever it likes; what it wants is an anchored head that
// opens to a good day instead. Through intake, anchor and the claim circuit's constraints.

import { mod } from "@vitalproof/hardhat-circom/attack";
import {
  Anchoring,
  createIdentity,
  DAY,
  dayEnd,
  deviceMessage,
  headAfter,
  Intake,
  innerOf,
  type LogOpening,
  leafOf,
  memoryStore,
  packContext,
  profileOf,
  randomFieldElement,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Wallet } from "ethers";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { type Claim, honestClaim, inputOf, PUBLIC } from "./support/claim.ts";
import { padded } from "./support/hashes.ts";
import { endProving, proveWitness, verifies } from "./support/proof.ts";
import { shapeOf } from "./support/shapes.ts";
import type { CircuitInput } from "./support/tester.ts";

const INSTANCE = "distribution-direct-test";
const profile = profileOf("test-16");
const FIRST = 20_000;
const INTAKE_TIME = 3_600;
const BAD = new Array<number>(profile.slots).fill(2);
const GOOD = new Array<number>(profile.slots).fill(8);

describe("circuits: a rewritten past", () => {
  const shape = shapeOf(INSTANCE);
  let circuit: Circuit;
  before(async () => {
    circuit = await compileInstance(INSTANCE, 0);
  });
  after(endProving);
  const accepts = (input: CircuitInput) => circuit.accepts(input);

  /** A log whose first epoch, a bad one, was receipted. The second epoch is over and still open. */
  async function afterBadDay() {
    let now = FIRST * DAY + 60;
    const identity = createIdentity();
    const subject = identity.subject;
    const device = new SimulatedDevice("ed25519");
    const store = memoryStore();
    const intake = new Intake({
      records: storeRecords(store),
      group: 1n,
      intakeTime: INTAKE_TIME,
      domain: { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000A1" },
      signer: Wallet.createRandom(),
      clock: () => now,
    });
    await intake.registerPerson(subject);
    await intake.enrolDevice({ device, subject, profile: profile.name });
    const opening = await intake.openLog({ subject, profile: profile.name, offset: 0 });
    const contexts = [0, 1].map((i) => packContext({ profile: profile.id, offset: 0, epoch: FIRST + i }));
    const sign = async (previous: bigint, inner: bigint, epoch: number): Promise<SignedHead> => {
      const message = { group: 1n, subject, previous, inner, context: contexts[epoch]! };
      const { curve, publicKey } = device;
      const signature = Buffer.from(await device.sign(deviceMessage(message))).toString("hex");
      return { ...message, device: { curve, publicKey }, signature };
    };
    const badSalt = randomFieldElement();
    const badInner = innerOf(profile, { context: contexts[0]!, salt: badSalt, codes: BAD });
    now = (FIRST + 1) * DAY + 5;
    const receipt = await intake.submit(await sign(opening.genesis, badInner, 0));
    const recorded = headAfter(opening.genesis, badInner);
    expect(receipt.leaf).to.equal(leafOf(subject, contexts[0]!, recorded));
    now = (FIRST + 2) * DAY + 5;
    return {
      identity,
      subject,
      opening,
      contexts,
      badSalt,
      recorded,
      intake,
      sign,
      /** Closes the second day and returns its root. */
      async close(): Promise<bigint> {
        now = dayEnd(FIRST + 1) + INTAKE_TIME + 1;
        return (await new Anchoring(storeRecords(store), intake).close(FIRST + 1))!.root;
      },
    };
  }

  /** The claim over two good days that the sealer would like to be on record. */
  function invented(of: { subject: bigint; opening: LogOpening }, secret: bigint): Claim {
    return honestClaim(shape, {
      secret,
      subjectSecret: secret,
      previousHead: of.opening.genesis,
      context: packContext({ profile: profile.id, offset: 0, epoch: FIRST }),
      salts: [randomFieldElement(), randomFieldElement()],
      codes: [GOOD.map(BigInt), GOOD.map(BigInt)],
      before: [],
      after: [],
      terms: { epoch: BigInt(FIRST), offset: 0n, low: 7n, high: 9n, shareMin: 10_000n },
    });
  }

  it("T34: intake refuses an epoch that names another past than the recorded one", async () => {
    const world = await afterBadDay();
    const claim = invented(world, world.identity.secret());
    const inner = innerOf(profile, { context: world.contexts[0]!, salt: claim.salts[0]!, codes: GOOD });
    const past = headAfter(world.opening.genesis, inner);
    for (const previous of [past, world.opening.genesis]) {
      const last = innerOf(profile, { context: world.contexts[1]!, salt: claim.salts[1]!, codes: GOOD });
      const refused = await world.intake.submit(await world.sign(previous, last, 1)).catch((error) => error);
      expect(refused).to.be.instanceOf(VitalproofError);
      expect(refused.code).to.equal("INTAKE_NOT_EXTENDING");
    }
  });

  it("T34: whatever the sealer signs over the recorded past, no claim over an invented one fits the anchor", async () => {
    // What the sealer may sign as inner hash of the last day, from the heads over the invented and the recorded past.
    const attempts: Record<string, (last: bigint, past: bigint, recorded: bigint) => bigint> = {
      "the last day as it is": (last) => last,
      "the head over the invented past": (last, past) => headAfter(past, last),
      "the invented past": (_, past) => past,
      "what would make up for the recorded head in a sum": (last, past, recorded) =>
        mod(last + past - recorded),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const world = await afterBadDay();
      const claim = invented(world, world.identity.secret());
      const [inner0, inner1] = world.contexts.map((context, i) =>
        innerOf(profile, { context, salt: claim.salts[i]!, codes: GOOD }),
      ) as [bigint, bigint];
      const past = headAfter(world.opening.genesis, inner0);
      const inner = attempt(inner1, past, world.recorded);
      const receipt = await world.intake.submit(await world.sign(world.recorded, inner, 1));
      const root = await world.close();
      expect(root, name).to.equal(receipt.leaf);
      expect(
        await accepts(inputOf(claim, { anchorRoot: root, depth: 0n, index: 0n, siblings: padded([]) })),
        name,
      ).to.equal(false);
    }
  });

  /** Both days on record as they were, with the claim that half the readings were good, and the sealer's version of it. */
  async function recordedPeriod() {
    const world = await afterBadDay();
    const salts = [world.badSalt, randomFieldElement()];
    const inner = innerOf(profile, { context: world.contexts[1]!, salt: salts[1]!, codes: GOOD });
    await world.intake.submit(await world.sign(world.recorded, inner, 1));
    const path = { depth: 0n, index: 0n, siblings: padded([]) };
    const wish = invented(world, world.identity.secret());
    const half = { ...wish, salts, terms: { ...wish.terms, shareMin: 5_000n } };
    const truth = { ...half, codes: [BAD.map(BigInt), GOOD.map(BigInt)] };
    const inventedHead = headAfter(
      headAfter(
        world.opening.genesis,
        innerOf(profile, { context: world.contexts[0]!, salt: salts[0]!, codes: GOOD }),
      ),
      inner,
    );
    return {
      truth,
      half,
      recorded: { ...path, anchorRoot: await world.close() },
      /** The only leaf of a day that had the sealer's head. */
      wished: { ...path, anchorRoot: leafOf(world.subject, world.contexts[1]!, inventedHead) },
    };
  }

  it("T34: the same circuit holds for the readings on record, and for no better first day", async () => {
    const { truth, half, recorded, wished } = await recordedPeriod();
    expect(await accepts(inputOf(truth, recorded))).to.equal(true);
    expect(await accepts(inputOf(half, recorded))).to.equal(false);
    expect(await accepts(inputOf(half, wished)), "what the sealer wishes is a claim").to.equal(true);
    expect(await accepts(inputOf(truth, wished))).to.equal(false);
  });

  it("T34: a proof of the readings on record verifies for their root alone, and the sealer's proof for no root on record", async () => {
    const { truth, half, recorded, wished } = await recordedPeriod();
    const proven = await compileInstance(INSTANCE, 2);
    const publicOf = (input: CircuitInput) => PUBLIC.map((name) => input[name] as bigint);
    const prove = async (input: CircuitInput) => {
      const witness = await proven.liar(input);
      const { proof, publicSignals } = await proveWitness(INSTANCE, witness);
      expect(publicSignals).to.deep.equal(publicOf(input).map(String));
      return { proof, violated: proven.system.violated(witness) };
    };
    const [truthful, lying, hoped] = [
      inputOf(truth, recorded),
      inputOf(half, recorded),
      inputOf(half, wished),
    ];

    const honest = await prove(truthful);
    expect(honest.violated).to.deep.equal([]);
    expect(await verifies(INSTANCE, publicOf(truthful), honest.proof)).to.equal(true);
    expect(await verifies(INSTANCE, publicOf(hoped), honest.proof), "the sealer's root").to.equal(false);

    // The sealer's own root would do; it is the anchor registry that has another one.
    const own = await prove(hoped);
    expect(await verifies(INSTANCE, publicOf(hoped), own.proof)).to.equal(true);
    expect(await verifies(INSTANCE, publicOf(truthful), own.proof), "the root on record").to.equal(false);

    // A proof is made of the sealer's witness for the recorded root too. It is worth nothing.
    const forged = await prove(lying);
    expect(forged.violated).to.not.deep.equal([]);
    expect(await verifies(INSTANCE, publicOf(lying), forged.proof)).to.equal(false);
  });
});
