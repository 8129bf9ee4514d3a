// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient's surroundings without a chain: a program, contracts, an anchored day, a relayer.
import { Wallet } from "ethers";
import {
  Attester,
  type ClaimOutcome,
  circuitIdOf,
  circuitOf,
  createIdentity,
  enrol,
  epochEnd,
  epochStart,
  Holder,
  type HolderChain,
  Log,
  memoryStore,
  type ProgramFacts,
  type Proof,
  type ProofTask,
  profileOf,
  type Relayer,
  Sealer,
  SimulatedDevice,
  scopeOf,
  storeRecords,
  termsOf,
  witnessOf,
} from "../src/index.ts";

export const CIRCUIT = circuitOf("glucose-day");
export const PROFILE = profileOf(CIRCUIT.profile);
export const FIRST = 20_500;
/** 23:00 UTC on the day before: a day of Berlin's winter. */
export const OFFSET = 92;
export const NOW = epochStart(PROFILE, OFFSET, FIRST) - 7_200;
export const CLAIMS = "0x00000000000000000000000000000000000000C1";
export const SCOPES = "0x000000000000000000000000000000000000005C";
export const DOMAIN = { chainId: 31_337n, claims: CLAIMS };
export const CONSENTS = { chainId: 31_337n, consents: "0x00000000000000000000000000000000000000C2" };
const ANCHORS = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000A1" };
export const PROOF: Proof = {
  a: [1n, 2n],
  b: [
    [1n, 2n],
    [3n, 4n],
  ],
  c: [5n, 6n],
};

export const program: ProgramFacts = {
  program: 3n,
  insurer: "0x00000000000000000000000000000000000000E1",
  group: 1n,
  scopeNumber: 2n,
  scope: scopeOf({ ...DOMAIN, scopes: SCOPES, scopeNumber: 2n }),
  circuit: CIRCUIT,
  terms: termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: OFFSET }),
  offerHash: `0x${"0f".repeat(32)}`,
  escrow: 9n,
  token: "0x00000000000000000000000000000000000000D1",
  benefit: 25n,
  free: 1_000n,
  claimWindow: 86_400,
  reviewTime: 172_800,
  arbiter: "0x00000000000000000000000000000000000000Ab",
  arbiterTime: 259_200,
};

/** The chain as a holder sees it, with one policy of somebody else and those of `own`. */
export function chainWith(own: readonly { policy: bigint; holder: bigint; controller: string }[] = []) {
  const chain = {
    state: "open",
    asked: [] as unknown[],
    claims: {
      address: CLAIMS,
      domain: async () => DOMAIN,
      claimPurpose: async () => `0x${"11".repeat(32)}`,
      periodOf: async () => ({ state: chain.state, until: 0 }),
      policiesIn: async (...args: unknown[]) => {
        chain.asked.push(args);
        return [{ policy: 1n, holder: 77n, controller: Wallet.createRandom().address }, ...own];
      },
    },
    consents: { domain: async () => CONSENTS },
  };
  return chain as typeof chain & HolderChain;
}

/** A holder whose proofs are empty; what was asked for is kept. */
export function holding(chain = chainWith(), identity = createIdentity()) {
  const tasks: ProofTask[] = [];
  const holder = new Holder(identity, chain, async (task) => {
    tasks.push(task);
    const { circuit, publicInputs } = witnessOf(task);
    return { circuit, proof: PROOF, publicInputs };
  });
  return { identity, holder, tasks, chain };
}

/** An attester with an open log of this identity, and a good day sealed, accepted and closed. */
export async function anchoredDay(identity = createIdentity(), offset = OFFSET) {
  let now = NOW;
  const signer = Wallet.createRandom();
  const attester = new Attester({
    records: storeRecords(memoryStore()),
    group: 1n,
    times: { intakeTime: 7_200, graceTime: 7_200 },
    domain: ANCHORS,
    signer,
    clock: () => now,
  });
  const device = new SimulatedDevice();
  const request = { subject: identity.subject, device, profile: PROFILE.name, offset, firstEpoch: FIRST };
  const opening = await enrol(attester, request, now);
  const log = await Log.create(memoryStore(), "log", opening);
  const sealer = new Sealer(log, device, { domain: ANCHORS, attester: signer.address });
  const start = epochStart(PROFILE, offset, FIRST);
  await sealer.append(
    Array.from({ length: 288 }, (_, slot) => ({ time: start + 300 * slot, value: 120, unit: "mg/dL" })),
  );
  now = epochEnd(PROFILE, offset, FIRST) + 60;
  const { receipts } = await sealer.sealAndSend(attester, now);
  const day = receipts[0]!.anchorDay;
  now = attester.anchorTime(day);
  const { root } = (await attester.closeDay(day))!;
  const on = { circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version), anchorRoot: root };
  return { attester, signer, log, opening, on, day, now };
}

export const relaying = (outcome: ClaimOutcome): Pick<Relayer, "claim"> => ({ claim: async () => outcome });
