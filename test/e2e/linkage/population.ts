// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many patients with a policy in each of two programs, on a chain: what of it is public, and who is who.
import {
  type ClaimsDomain,
  type ConsentDomain,
  controllerOf,
  DAY,
  epochStart,
  Holder,
  type HolderAttestation,
  type HolderChain,
  Identity,
  proofCalldata,
  randomFieldElement,
  signAttestation,
} from "@vitalproof/sdk";
import { getAddress, hexlify, ZeroAddress } from "ethers";
import hre from "hardhat";
import {
  CIRCUIT,
  type Insurer,
  OFFSET,
  PROFILE,
  publishDayInRange,
  SimulatedAttester,
  World,
} from "../../../simulation/index.ts";
import { type G1, simulatedProof, type Trapdoor } from "../../support/simulatedProof.ts";
import { type Draws, withDraws } from "./random.ts";

const FIRST_EPOCH = 20_500;
const PERIODS = 3;
const HOUR = 3600;
/** People apply in this time before the first cover begins. */
const ENROLMENT = 10 * DAY;

/** What people do, as far as it shows on the chain. */
export interface Habits {
  /** Who is paid: the policy's own account, or one account of the patient's for both. */
  readonly payee: "of the policy" | "one for both";
  /** When they apply, consent and claim for the second policy: whenever, or right after the first. */
  readonly acts: "apart" | "together";
  /** Whether all that a patient does happens around one hour of the day. */
  readonly hour: "any" | "their own";
  /** Whether both policies cover the same days, of which the same are good. */
  readonly days: "others" | "the same";
  /** Whether good days are as frequent with everybody. */
  readonly health: "alike" | "personal";
  /** A fault that the SDK does not have: both attestations' nonces end in the same 64 bits. */
  readonly fault?: "nonce";
}

/** As the SDK makes it, and nothing in people's lives that would link their policies. */
export const AS_THE_SDK_DOES: Habits = {
  payee: "of the policy",
  acts: "apart",
  hour: "any",
  days: "others",
  health: "alike",
};

/** A mined transaction as any node shows it. */
export interface PublicTransaction {
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly gasUsed: number;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }[];
}

export interface Population {
  /** In the order of the chain. */
  readonly transactions: readonly PublicTransaction[];
  /** The policies of each patient: in the first program and in the second. This is what an attacker wants to know. */
  readonly patients: readonly (readonly [bigint, bigint])[];
}

interface Event {
  readonly at: number;
  readonly act: (at: number) => Promise<void>;
}

/** A chain with two programs in two scopes; its state is set back before every population. */
export class Setting {
  readonly world: World;
  readonly insurers: readonly [Insurer, Insurer];
  readonly #attester: SimulatedAttester;
  readonly #domains: { claims: ClaimsDomain; consents: ConsentDomain; purpose: string };
  readonly #proofs: { trapdoor: Trapdoor; points: readonly G1[] };
  readonly #restore: () => Promise<void>;

  private constructor(
    world: World,
    insurers: readonly [Insurer, Insurer],
    attester: SimulatedAttester,
    domains: { claims: ClaimsDomain; consents: ConsentDomain; purpose: string },
    proofs: { trapdoor: Trapdoor; points: readonly G1[] },
    restore: () => Promise<void>,
  ) {
    this.world = world;
    this.insurers = insurers;
    this.#attester = attester;
    this.#domains = domains;
    this.#proofs = proofs;
    this.#restore = restore;
  }

  /** @param proofs the trapdoor of the circuit's development key, and its points: proofs cost milliseconds by it */
  static async create(
    proofs: { trapdoor: Trapdoor; points: readonly G1[] },
    people: number,
  ): Promise<Setting> {
    const world = await World.create(hre, epochStart(PROFILE, OFFSET, FIRST_EPOCH) - ENROLMENT - DAY, [
      CIRCUIT,
    ]);
    const { attester } = await SimulatedAttester.open(world);
    const publish = () => publishDayInRange(world, attester.group, PERIODS * people);
    const insurers = [await publish(), await publish()] as const;
    const claims = world.claimsAs(world.roles.relayer);
    const domains = {
      claims: await claims.domain(),
      consents: await world.consentsAs(world.roles.relayer).domain(),
      purpose: await claims.claimPurpose(),
    };
    const snapshot = await world.connection.networkHelpers.takeSnapshot();
    return new Setting(world, insurers, attester, domains, proofs, async () => {
      await snapshot.restore();
      await world.follow();
    });
  }

  /** Lets so many patients live with these habits, and gives what the chain shows. */
  async populate(people: number, habits: Habits, draws: Draws): Promise<Population> {
    await this.#restore();
    return withDraws(draws, () => this.#live(people, habits, draws));
  }

  async #live(people: number, habits: Habits, draws: Draws): Promise<Population> {
    const transactions: PublicTransaction[] = [];
    const policies: [bigint, bigint][] = Array.from({ length: people }, () => [0n, 0n]);
    const { claims, anchors } = this.world.contracts;
    const { attester } = this.world.roles;
    const firstEpochs = [FIRST_EPOCH, habits.days === "the same" ? FIRST_EPOCH : FIRST_EPOCH + 2 * PERIODS];
    const events: Event[] = [];
    const anchored = (epoch: number) => this.#attester.anchorTime(dayOf(epoch));
    for (const epoch of new Set(firstEpochs.flatMap((first) => spanOf(first)))) {
      const data = anchors.interface.encodeFunctionData("anchor", [
        this.#attester.group,
        dayOf(epoch),
        randomFieldElement(),
      ]);
      const to = this.world.addresses.anchors;
      events.push({
        at: anchored(epoch),
        act: async (at) => void (await this.#send(at, attester.address, to, data)),
      });
    }

    let issued = 0n;
    for (let person = 0; person < people; person++) {
      const identity = new Identity(randomFieldElement(), draws.bytes(32));
      const account = getAddress(hexlify(draws.bytes(20)));
      const [ownHour, goodDays] = [
        draws.between(0, DAY),
        habits.health === "alike" ? 0.6 : draws.between(0.05, 0.95),
      ];
      const good = spanOf(FIRST_EPOCH).map(() => draws.chance(goodDays));
      const nonceEnd = randomFieldElement() & (2n ** 64n - 1n);
      /** Some time later, at an hour that they like. */
      const later = (from: number, most: number) => {
        const at = Math.floor(draws.between(from, from + most));
        if (habits.hour === "any") return at;
        const hour = Math.floor(at / DAY) * DAY + Math.floor(ownHour + draws.between(-20, 20) * 60);
        return hour < from ? hour + DAY : hour;
      };
      const firstActs = new Map<string, number>();
      /** When a patient does something: for the second policy right after the first where that is the habit. */
      const timeOf = (act: string, from: number, most: number) => {
        const first = firstActs.get(act);
        const at =
          habits.acts === "together" && first !== undefined && first >= from
            ? first + Math.floor(draws.between(20, 600))
            : later(from, most);
        firstActs.set(act, at);
        return at;
      };

      this.insurers.forEach((insurer, which) => {
        const holder = this.#holderOf(identity);
        const firstEpoch = firstEpochs[which]!;
        const start = epochStart(PROFILE, OFFSET, FIRST_EPOCH) - ENROLMENT;
        const applied = timeOf("apply", start, ENROLMENT - 2 * DAY);
        const consented = timeOf("consent", applied + HOUR, 20 * HOUR);
        let [policy, consentId] = [0n, ""];
        events.push({
          at: applied,
          act: async (at) => {
            const nonce = randomFieldElement();
            const { offerHash } = await this.world
              .claimsAs(this.world.roles.relayer)
              .program(insurer.program);
            const attestation: HolderAttestation = {
              program: insurer.program,
              offerHash,
              holder: identity.holder(insurer.scope),
              controller: controllerOf(identity, {
                ...this.#domains.claims,
                program: insurer.program,
                index: 0,
              }).address,
              payee: habits.payee === "of the policy" ? ZeroAddress : account,
              firstEpoch,
              periods: PERIODS,
              nonce: habits.fault === "nonce" ? ((nonce >> 64n) << 64n) | nonceEnd : nonce,
              expiry: BigInt(at + DAY),
            };
            const signature = await signAttestation(attester, this.#domains.claims, attestation);
            const data = claims.interface.encodeFunctionData("issuePolicy", [attestation, signature]);
            transactions.push(
              await this.#send(at, this.world.roles.insurer.address, this.world.addresses.claims, data),
            );
            policy = ++issued;
            policies[person]![which] = policy;
          },
        });
        events.push({
          at: consented,
          act: async (at) => {
            const facts = {
              program: insurer.program,
              insurer: this.world.roles.insurer.address,
              terms: insurer.terms,
            };
            const signed = await holder.consent(facts, { now: at, latest: at, lasts: 90 * DAY });
            consentId = signed.consentId;
            const data = this.world.contracts.consents.interface.encodeFunctionData("grantWithSignature", [
              signed.consent,
              signed.deadline,
              signed.signature,
            ]);
            transactions.push(await this.#relay(at, this.world.addresses.consents, data));
          },
        });
        let last = 0;
        for (const period of spanOf(firstEpoch).keys()) {
          if (habits.days === "the same" ? !good[period] : !draws.chance(goodDays)) continue;
          const at = timeOf(`claim ${period}`, anchored(firstEpoch + period) + 60, 4 * DAY);
          last = Math.max(last, at);
          events.push({
            at,
            act: async (now) => {
              const inputs = [...(await claims.claimInputs(policy, period))];
              const { trapdoor, points } = this.#proofs;
              const proof = simulatedProof(trapdoor, points, inputs, randomFieldElement());
              const data = claims.interface.encodeFunctionData("submitClaim", [
                policy,
                period,
                consentId,
                proofCalldata(proof),
              ]);
              transactions.push(await this.#relay(now, this.world.addresses.claims, data));
            },
          });
        }
        if (last === 0) return;
        events.push({
          at: timeOf("pay", last + 60, 2 * DAY),
          act: async (at) => {
            const data = claims.interface.encodeFunctionData("pay", [policy]);
            transactions.push(await this.#relay(at, this.world.addresses.claims, data));
          },
        });
      });
    }

    let now = 0;
    for (const { at, act } of events.sort((a, b) => a.at - b.at)) {
      // Two in one second: the second is a second later, as blocks have it.
      now = Math.max(now + 1, at);
      await act(now);
    }
    return { transactions, patients: policies };
  }

  #holderOf(identity: Identity): Holder {
    const { claims, consents, purpose } = this.#domains;
    const chain = {
      claims: { domain: async () => claims, claimPurpose: async () => purpose },
      consents: { domain: async () => consents },
    };
    return new Holder(identity, chain as unknown as HolderChain, async () => {
      throw new Error("Nothing is proven here: proofs come from the trapdoor.");
    });
  }

  #relay(at: number, to: string, data: string): Promise<PublicTransaction> {
    return this.#send(at, this.world.roles.relayer.address, to, data);
  }

  /** Without ethers in between: thousands of transactions are sent. */
  async #send(at: number, from: string, to: string, data: string): Promise<PublicTransaction> {
    const { provider } = this.world.connection;
    await provider.request({ method: "evm_setNextBlockTimestamp", params: [at] });
    const gas = `0x${(1_000_000).toString(16)}`;
    const hash = await provider.request({ method: "eth_sendTransaction", params: [{ from, to, data, gas }] });
    const { status, gasUsed, logs } = (await provider.request({
      method: "eth_getTransactionReceipt",
      params: [hash],
    })) as { status: string; gasUsed: string; logs: PublicTransaction["logs"] };
    if (status !== "0x1") throw new Error(`A transaction to ${to} was refused: ${data.slice(0, 10)}`);
    return { time: at, from, to, data, gasUsed: Number(gasUsed), logs };
  }
}

function spanOf(firstEpoch: number): number[] {
  return Array.from({ length: PERIODS }, (_, i) => firstEpoch + i);
}

/** The day in whose record an epoch ends. */
function dayOf(epoch: number): number {
  return Math.floor((epochStart(PROFILE, OFFSET, epoch + 1) - 1) / DAY);
}
