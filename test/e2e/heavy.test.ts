// SPDX-License-Identifier: GPL-3.0-or-later
//
// The large instances, from readings to payment. Their keys take a minute to
// build, so: LONG=1 npm test -- e2e
import {
  anchorDayOf,
  type DistributionRequest,
  epochEnd,
  epochStart,
  profileOf,
  proofCalldata,
  statementOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import hre from "hardhat";
import { SimulatedClinic } from "../../scripts/demo/clinic.ts";
import { Insurer } from "../../scripts/demo/insurer.ts";
import { Patient } from "../../scripts/demo/patient.ts";
import { World } from "../../scripts/demo/world.ts";
import { BENEFIT, issue, refused, verifierOf } from "./fixture.ts";
import { accepts, type Inputs, mangleMany } from "./mangling.ts";

const DAY = 86_400;

interface Case {
  readonly request: DistributionRequest;
  readonly firstEpoch: number;
  /** Value in a slot, counted over the whole period; undefined is missing. */
  readonly value: (slot: number) => number | undefined;
  /** The same period, short of the terms by one reading. */
  readonly short: (slot: number) => number | undefined;
}

// 14 × 288 slots: every tenth missing, 70 % of the valid ones in band and not one less.
const VALID_14D = Array.from({ length: 4032 }, (_, slot) => slot).filter((slot) => slot % 10 !== 9);
const NEEDED_14D = Math.ceil(VALID_14D.length * 0.7);
const rank = new Map(VALID_14D.map((slot, i) => [slot, i]));

const cases: readonly Case[] = [
  {
    request: {
      statement: "glucose-14d",
      offset: 20,
      semantics: "of-valid",
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
      coverage: { atLeast: 70 },
    },
    firstEpoch: 20_500,
    value: (slot) => (slot % 10 === 9 ? undefined : rank.get(slot)! < NEEDED_14D ? 130 : 260),
    short: (slot) => (slot % 10 === 9 ? undefined : rank.get(slot)! < NEEDED_14D - 1 ? 130 : 260),
  },
  {
    // Below 120 for the whole hour: all 3,600 slots filled, none above.
    request: { statement: "heart-rate-hour", offset: 2, band: { atMost: 119 }, share: { atLeast: 100 } },
    firstEpoch: 492_000,
    value: (slot) => 60 + (slot % 60),
    short: (slot) => (slot === 1234 ? 120 : 60 + (slot % 60)),
  },
];

for (const { request, firstEpoch, value, short } of cases) {
  describe(`e2e: ${request.statement}`, () => {
    before(function () {
      if (process.env.LONG === "1") return;
      console.log(
        `      skipped: ${request.statement} is a heavy instance; run it with LONG=1 npm test -- e2e`,
      );
      this.skip();
    });

    const run = async (slots: (slot: number) => number | undefined) => {
      const statement = statementOf(request.statement);
      const profile = profileOf(statement.profile);
      const offset = request.offset ?? 0;
      const world = await World.create(hre, epochStart(profile, offset, firstEpoch) - DAY, [
        request.statement,
      ]);
      const { clinic } = await SimulatedClinic.open(world);
      const insurer = await Insurer.publish(world, clinic.group, { request, benefit: BENEFIT });
      await insurer.fund(BENEFIT);
      const patient = new Patient(world);
      await patient.enrol(clinic, { profile: profile.name, offset, firstEpoch });
      const policy = await issue({ clinic, insurer, patient }, 1, firstEpoch);
      const consentId = (await patient.consent(insurer.program)).result;
      const start = epochStart(profile, offset, firstEpoch);
      const readings = Array.from({ length: profile.slots * statement.epochs }, (_, slot) => ({
        time: start + slot * profile.interval,
        value: slots(slot),
        unit: profile.ucum,
      })).filter((reading): reading is typeof reading & { value: number } => reading.value !== undefined);
      const { taken } = await patient.log.append(readings);
      expect(taken).to.equal(readings.length);
      const lastEpoch = firstEpoch + statement.epochs - 1;
      for (let epoch = firstEpoch; epoch <= lastEpoch; epoch++) {
        await world.passUntil(epochEnd(profile, offset, epoch) + 60);
        await patient.sealAndSend(clinic);
      }
      const day = anchorDayOf(profile, offset, lastEpoch);
      await world.passUntil(clinic.anchorTime(day));
      await clinic.anchor(day);
      return {
        world,
        patient,
        insurer,
        policy,
        consentId,
        claim: await patient.claimRequest(clinic, insurer, request.statement, firstEpoch),
      };
    };

    it("T14 T18: a period at the exact limit is proven, verified on chain and paid; 10,000 mangled copies are refused", async function () {
      this.timeout(1_800_000);
      const { world, patient, policy, consentId, claim } = await run(value);
      const { proof, publicInputs } = await patient.proveClaim(claim);
      const verifier = await verifierOf({ world });
      const inputs = [...publicInputs] as Inputs;
      expect(await accepts(verifier, proofCalldata(proof), inputs)).to.equal(true);
      const mangled = await mangleMany(verifier, proofCalldata(proof), inputs, 10_000);
      expect(mangled.accepted).to.equal(0);

      const relayer = world.claimsAs(world.roles.relayer);
      const { gasUsed } = await relayer.submitClaim({ policy, period: 0, consentId, proof });
      expect(gasUsed).to.be.lessThanOrEqual(330_000n);
      expect((await relayer.pay(policy)).result).to.equal(BENEFIT);
    });

    it("T4: one reading short of it is not provable", async function () {
      this.timeout(600_000);
      const { patient, claim } = await run(short);
      await refused(patient.proveClaim(claim), "STATEMENT_NOT_MET");
    });
  });
}
