// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedScalars } from "@vitalproof/hardhat-circom/measure";
import {
  anchorDayOf,
  type ClaimsDomain,
  circuitIdOf,
  circuitOf,
  DAY,
  epochStart,
  type Proof,
  proofCalldata,
  randomFieldElement,
  signAttestation,
  type VerificationKey,
} from "@vitalproof/sdk";
import { concat, getBytes, keccak256, Transaction, toUtf8Bytes, ZeroAddress } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import {
  CIRCUIT,
  OFFSET,
  PROFILE,
  publishDayInRange,
  SimulatedAttester,
  World,
} from "../simulation/index.ts";
import { block } from "../test/contracts/support/batch.ts";
import { inputPoints, simulatedProof } from "../test/support/simulatedProof.ts";
import { calldataGas } from "./chains.ts";
import { root } from "./circuits.ts";
import { type Say, step } from "./progress.ts";
import type { BatchRow } from "./report.ts";
import { round } from "./statistics.ts";

const CLAIMS = [1, 2, 4, 8, 16, 32, 64, 128, 250];
/** Real proofs of one policy's periods, to compare with the simulated ones. */
const REAL = 3;
/** A trace of more claims than this takes gigabytes; what storage costs is the same for each claim anyway. */
const TRACED = 16;

const EPOCH = 20_500;
const TRANSACTION = 21_000;
/** First access to an account (EIP-2929): to the verifier, from within a claim. */
const COLD_ACCOUNT = 2_600;

type Item = {
  policyId: bigint;
  period: number;
  consentId: string;
  circuit: string;
  anchorRoot: bigint;
  proof: ReturnType<typeof proofCalldata>;
};

/** What a claim is made of, and the public inputs that it will be verified against. */
type Claim = { item: Item; inputs: readonly bigint[] };

/**
 * Gas of N claims in one transaction: of N policies of one program, each of another person with a consent of its own,
 * each with another proof. The proofs come from the published trapdoor of development keys, which the EVM cannot tell
 * from others; the `real` rows next to them have proofs of the circuit.
 */
export async function measureBatches(today: string): Promise<BatchRow[]> {
  const rows: BatchRow[] = [];
  const many = await step(`${CLAIMS.at(-1)} policies with their consents and proofs`, (say) =>
    manyPolicies(CLAIMS.at(-1)!, say),
  );
  for (const claims of CLAIMS) {
    const batch = await step(`${claims} claims in one transaction`, () =>
      measure(many.world, many.claims.slice(0, claims)),
    );
    rows.push({ batch: { ...batch, real: false }, measured: today });
  }
  const real = await step(`${REAL} claims with real proofs`, async () => {
    const { world, claims } = await realClaims();
    return measure(world, claims);
  });
  rows.push({ batch: { ...real, real: true }, measured: today });
  return rows;
}

/** One transaction on a chain that is set back afterwards. */
async function measure({ connection, contracts, roles }: World, claims: readonly Claim[]) {
  const snapshot = await connection.networkHelpers.takeSnapshot();
  const items = claims.map(({ item }) => item);
  const data = contracts.claims.interface.encodeFunctionData("submitClaims", [items]);
  const sent = await roles.relayer.sendTransaction({ to: await contracts.claims.getAddress(), data });
  const { gasUsed, logs } = (await sent.wait())!;
  const settled = logs.filter(
    (log) => contracts.claims.interface.parseLog(log)?.name === "ClaimSettled",
  ).length;
  if (settled !== claims.length)
    throw new Error(`${settled} of ${claims.length} claims were settled; the rest was left out`);
  const storage = claims.length <= TRACED ? await storageGas(connection, sent.hash) : undefined;
  await snapshot.restore();

  const count = claims.length;
  const total = Number(gasUsed);
  const calldata = calldataGas(getBytes(data));
  const verification = await verificationGas({ connection, contracts, roles } as World, claims);
  const cost = {
    gas: total,
    calldataGas: calldata,
    calldataBytes: getBytes(data).length,
    transactionBytes: getBytes(Transaction.from(sent).serialized).length,
  };
  const each = (gas: number) => round(gas / count);
  return {
    claims: count,
    verificationGasPerProof: each(verification),
    totalGasPerClaim: each(total),
    totalGas: total,
    calldataGasPerClaim: each(calldata),
    ...(storage === undefined
      ? {}
      : { storageGasPerClaim: each(storage.gas), newSlotsPerClaim: round(storage.newSlots / count, 2) }),
    calldataGas: calldata,
    calldataBytes: cost.calldataBytes,
    transactionBytes: cost.transactionBytes,
  };
}

/** Execution of the verifier for these proofs, as the claims contract calls it: one proof by its own verifier. */
async function verificationGas(
  { contracts, roles, connection }: World,
  claims: readonly Claim[],
): Promise<number> {
  const id = circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version);
  const snapshot = await connection.networkHelpers.takeSnapshot();
  let [to, data] = ["", ""];
  if (claims.length === 1) {
    const { item, inputs } = claims[0]!;
    to = (await contracts.circuits.circuit(id)).verifier;
    const verifier = await connection.ethers.getContractAt("GlucoseDayVerifier", to);
    const { a, b, c } = item.proof;
    data = verifier.interface.encodeFunctionData("verifyProof", [a, b, c, inputs]);
  } else {
    to = await contracts.circuits.batchVerifier();
    const verifier = await connection.ethers.getContractAt("Groth16BatchVerifier", to);
    data = verifier.interface.encodeFunctionData("verify", [
      await contracts.circuits.verificationKeyOf(id),
      concat(claims.map(({ item, inputs }) => block(item.proof, inputs))),
    ]);
  }
  // Sent, not estimated: an estimate holds the 1/64 that each call keeps back (EIP-150).
  const { gasUsed } = (await (await roles.stranger.sendTransaction({ to, data })).wait())!;
  await snapshot.restore();
  return Number(gasUsed) - TRANSACTION - calldataGas(getBytes(data)) + COLD_ACCOUNT;
}

/** Gas of all storage writes, and how many of them filled an empty slot: those cost 20,000 or 22,100 (EIP-2929). */
async function storageGas(
  { provider }: NetworkConnection,
  transaction: string,
): Promise<{ gas: number; newSlots: number }> {
  const { structLogs } = (await provider.request({
    method: "debug_traceTransaction",
    params: [transaction, { disableMemory: true, disableStack: true, disableStorage: true }],
  })) as { structLogs: { op: string; gasCost: number }[] };
  const writes = structLogs.filter(({ op }) => op === "SSTORE").map(({ gasCost }) => Number(gasCost));
  return {
    gas: writes.reduce((sum, gas) => sum + gas, 0),
    newSlots: writes.filter((gas) => gas >= 20_000).length,
  };
}

/** Policies of strangers, issued on the attester's own signature: what enrolment proofs are for is not measured here. */
async function manyPolicies(count: number, say: Say): Promise<{ world: World; claims: Claim[] }> {
  const { default: hre } = await import("hardhat");
  const world = await World.create(hre, epochStart(PROFILE, OFFSET, EPOCH) - DAY, [CIRCUIT], {
    transactionGasCap: false,
    blockGasLimit: 100_000_000,
  });
  const { attester } = await SimulatedAttester.open(world);
  const insurer = await publishDayInRange(world, attester.group, count);
  const { offerHash } = await world.claimsAs(world.roles.insurer).program(insurer.program);
  const { claims, consents } = world.contracts;
  const domain: ClaimsDomain = await world.claimsAs(world.roles.attester).domain();
  const controller = world.roles.stranger;
  const purpose = await claims.claimPurpose();
  const policies: { policyId: bigint; consentId: string }[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 25 === 0) say(`${i} policies`);
    const attestation = {
      program: insurer.program,
      offerHash,
      holder: randomFieldElement(),
      controller: controller.address,
      payee: ZeroAddress,
      firstEpoch: EPOCH,
      periods: 1,
      nonce: BigInt(i),
      expiry: BigInt(world.now + 30 * DAY),
    };
    const signature = await signAttestation(world.roles.attester, domain, attestation);
    const { result } = await insurer.issuePolicy(attestation, signature);
    const consent = {
      patient: controller.address,
      grantee: world.roles.insurer.address,
      purpose,
      program: insurer.program,
      from: BigInt(world.now),
      until: BigInt(world.now + 365 * DAY),
      receiptHash: keccak256(toUtf8Bytes("receipt")),
      nonce: BigInt(i),
    };
    await (await consents.connect(controller).grant(consent)).wait();
    policies.push({ policyId: result, consentId: await consents.consentIdOf(consent) });
  }
  const day = anchorDayOf(PROFILE, OFFSET, EPOCH);
  await world.passUntil(attester.anchorTime(day));
  await world.anchorsAs(world.roles.attester).anchor(attester.group, day, randomFieldElement());

  const key = JSON.parse(
    readFileSync(join(root, "circuits/artifacts", CIRCUIT, "verification_key.json"), "utf8"),
  ) as VerificationKey;
  const [trapdoor, points] = [sharedScalars(), inputPoints(key)];
  const list: Claim[] = [];
  for (const [i, { policyId, consentId }] of policies.entries()) {
    if (i % 25 === 0) say(`${i} proofs`);
    const inputs = [...(await claims.claimInputs(policyId, 0))];
    const proof = simulatedProof(trapdoor, points, inputs, randomFieldElement());
    list.push(claimOf({ policyId, period: 0, consentId }, inputs, proof));
  }
  return { world, claims: list };
}

/** Days of one patient, each with a proof that the circuit made. */
async function realClaims(): Promise<{ world: World; claims: Claim[] }> {
  const { claimable } = await import("../test/e2e/fixture.ts");
  const { world, policy, consent, proofs } = await claimable(Array.from({ length: REAL }, () => 288));
  const claims = proofs.map((proven, period) =>
    claimOf({ policyId: policy, period, consentId: consent }, proven!.publicInputs, proven!.proof),
  );
  return { world, claims };
}

function claimOf(
  claim: Pick<Item, "policyId" | "period" | "consentId">,
  inputs: readonly bigint[],
  proof: Proof,
): Claim {
  return {
    item: {
      ...claim,
      circuit: circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version),
      anchorRoot: inputs[1]!,
      proof: proofCalldata(proof),
    },
    inputs,
  };
}
