// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { type BaseContract, type FunctionFragment, ZeroAddress, ZeroHash } from "ethers";
import { proposal } from "./support/circuits.ts";
import { ROLES } from "./support/deployment.ts";
import { mockProof } from "./support/mockProof.ts";
import { load, time } from "./support/network.ts";
import { benefit, DAY, holder, review } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

/** Everything that a privileged function could be called on: a policy with a claim under review and one rejected. */
async function everything() {
  const world = await deployWorld();
  const {
    anchors,
    attester,
    claims,
    insurer,
    arbiter,
    createProgram,
    fund,
    issue,
    grant,
    anchorPeriod,
    claim,
  } = world;
  const program = await createProgram({ ...review, arbiter: arbiter.address });
  await fund(program, benefit * 20n);
  const policy = await issue({ program, periods: 9n });
  const consentId = await grant({ program });
  await anchorPeriod(policy, 0n);
  await claim(policy, 0n, consentId);
  await anchorPeriod(policy, 1n);
  await claim(policy, 1n, consentId);
  await claims.connect(insurer).rejectClaim(policy, 1n, "no");
  const nextDay = (await claims.anchorDayOf(policy, 1n)) + 1n;
  const [from] = await anchors.anchorWindow(1n, nextDay);
  await time.increaseTo(from);
  await world.ledger.connect(attester).openPage(0n);
  const attestation = await world.attestation({ program, holder: holder + 3n });
  return {
    ...world,
    program,
    policy,
    consentId,
    nextDay,
    escrow: await world.escrowOf(program),
    lately: BigInt(await time.latest()),
    attestation,
    attestationSignature: await world.signAttestation(attestation),
    next: await proposal(world.verifier2, { version: 2n }),
    consentOfController: await world.consent(),
    attester,
  };
}
/** What is let in needs a state of its own, and has its tests elsewhere. */
const ELSEWHERE = [
  ...["cancelProposal", "endSuspension", "endPause", "correct"],
  ...["changeConsents", "logAccesses", "logLate"],
];
type World = Awaited<ReturnType<typeof everything>>;
type Role = Exclude<(typeof ROLES)[number], "relayer" | "other">;
const roles = ROLES.filter((role): role is Role => role !== "relayer" && role !== "other");

const noProof = {
  a: [0n, 0n],
  b: [
    [0n, 0n],
    [0n, 0n],
  ],
  c: [0n, 0n],
};

interface Rule {
  /** Who may; `null` for everybody: what such a call does is bound to its caller or harmless. */
  may: Role[] | null;
  args: (world: World) => unknown[];
  error?: string;
}

const none = () => [];
const proof = mockProof({ holder: 0n, anchorRoot: 0n, terms: 0n, scope: 0n });

/** Every function of the contracts that changes state, and who may call it. */
const rules: Record<string, Record<string, Rule>> = {
  circuits: {
    propose: { may: ["governor"], args: (w) => [w.next], error: "NotGovernor" },
    cancelProposal: { may: ["governor"], args: () => [ZeroHash], error: "NotGovernor" },
    add: { may: null, args: (w) => [w.next] },
    scheduleRetirement: { may: ["governor"], args: (w) => [w.circuit], error: "NotGovernor" },
    suspend: { may: ["guardian"], args: (w) => [w.circuit, ""], error: "NotGuardian" },
    endSuspension: { may: ["guardian"], args: (w) => [w.circuit], error: "NotGuardian" },
    exposeForgery: { may: null, args: (w) => [w.circuit, proof] },
    nominateGovernor: { may: ["governor"], args: (w) => [w.stranger.address], error: "NotGovernor" },
    acceptGovernor: { may: [], args: none, error: "NotNominee" },
    nominateGuardian: { may: ["governor"], args: (w) => [w.stranger.address], error: "NotGovernor" },
    acceptGuardian: { may: [], args: none, error: "NotNominee" },
  },
  anchors: {
    createGroup: { may: null, args: () => [0n, 3600n, 86_400n, 2n] },
    nominateAttester: { may: ["attester"], args: (w) => [1n, w.stranger.address], error: "NotAttester" },
    acceptAttester: { may: [], args: () => [1n], error: "NotNominee" },
    anchor: { may: ["attester"], args: (w) => [1n, w.nextDay, 5n], error: "NotAttester" },
    correct: { may: ["attester"], args: (w) => [1n, w.nextDay, 5n, "why"], error: "NotAttester" },
  },
  consents: {
    grant: { may: ["controller"], args: (w) => [w.consentOfController], error: "NotPatient" },
    grantWithSignature: { may: null, args: (w) => [w.consentOfController, 0n, "0x"] },
    revoke: { may: null, args: (w) => [w.consentId] },
    revokeWithSignature: { may: null, args: (w) => [w.controller.address, w.consentId, 0n, "0x"] },
  },
  scopes: {
    createScope: { may: null, args: () => [1n] },
    setMember: { may: ["insurer"], args: (w) => [1n, w.stranger.address, true], error: "NotCreator" },
  },
  claims: {
    createProgram: { may: null, args: () => [] },
    issuePolicy: {
      may: ["insurer"],
      args: (w) => [w.attestation, w.attestationSignature],
      error: "NotInsurer",
    },
    endPolicy: { may: ["insurer", "controller"], args: (w) => [w.policy], error: "NotControllerOrInsurer" },
    setPayee: { may: ["controller"], args: (w) => [w.policy, w.stranger.address], error: "NotController" },
    submitClaim: { may: null, args: (w) => [w.policy, 2n, w.consentId, proof] },
    submitClaims: { may: null, args: () => [[]] },
    approveClaim: { may: ["insurer"], args: (w) => [w.policy, 1n], error: "ReviewNotOver" },
    rejectClaim: { may: ["insurer"], args: (w) => [w.policy, 0n, ""], error: "NotInsurer" },
    arbitrate: { may: ["arbiter"], args: (w) => [w.policy, 1n, false, ""], error: "NotArbiter" },
    releasePeriods: { may: null, args: (w) => [w.policy, 8n, 9n] },
    pay: { may: null, args: (w) => [w.policy] },
  },
  custody: {
    open: { may: null, args: (w) => [w.token, w.stranger.address] },
    fund: { may: null, args: (w) => [w.escrow, 1n] },
    withdraw: { may: ["insurer"], args: (w) => [w.escrow, 1n, w.stranger.address], error: "NotOwner" },
    commit: { may: [], args: (w) => [w.escrow, 1n], error: "NotModule" },
    release: { may: [], args: (w) => [w.escrow, 1n], error: "NotModule" },
    pay: { may: [], args: (w) => [w.escrow, 1n, w.stranger.address], error: "NotModule" },
  },
  ledger: {
    openPage: { may: null, args: () => [0n] },
    // The attester's account keeps page 1.
    nominateCustodian: { may: ["attester"], args: (w) => [1n, w.stranger.address], error: "NotCustodian" },
    acceptCustodian: { may: [], args: () => [1n], error: "NotNominee" },
    changeConsents: {
      may: ["attester"],
      args: (w) => [1n, w.circuit, 0, 1n, 1n, 1n, noProof, [1n]],
      error: "NotCustodian",
    },
    revokeByForce: { may: null, args: (w) => [1n, w.circuit, 0, noProof] },
    registerGrantee: { may: null, args: none },
    bind: {
      may: null,
      args: (w) => [1n, w.circuit, 0, 0n, [w.stranger.address, w.stranger.address, ZeroHash, 1n], noProof],
    },
    logAccesses: {
      may: ["attester"],
      args: (w) => [1n, w.circuit, 0n, 0n, noProof, "0x"],
      error: "NotCustodian",
    },
    logLate: {
      may: ["attester"],
      args: (w) => [1n, [], w.circuit, 0n, 0n, noProof, "0x"],
      error: "NotCustodian",
    },
  },
  pauses: {
    pause: { may: ["pauser"], args: () => [""], error: "NotPauser" },
    endPause: { may: ["pauser"], args: none, error: "NotPauser" },
    declareOutage: { may: ["pauser"], args: (w) => [w.lately - 60n, w.lately, ""], error: "NotPauser" },
    nominatePauser: { may: ["pauser"], args: (w) => [w.stranger.address], error: "NotPauser" },
    acceptPauser: { may: [], args: none, error: "NotNominee" },
  },
};

const prefixes: Record<string, string> = {
  circuits: "CircuitRegistry",
  anchors: "AnchorRegistry",
  consents: "ConsentRegistry",
  scopes: "ScopeRegistry",
  claims: "ClaimsPayout",
  custody: "Custody",
  ledger: "HealthLedger",
  pauses: "PauseRegistry",
};

describe("T28: every privileged function and every wrong role, from the ABI", () => {
  for (const [name, table] of Object.entries(rules)) {
    const prefix = prefixes[name]!;

    it(`T28: the table names every function of ${prefix} that changes state`, async () => {
      const world = await load(everything);
      const contract = world[name as keyof World] as unknown as BaseContract;
      const writing = contract.interface.fragments
        .filter((fragment) => fragment.type === "function" && !(fragment as FunctionFragment).constant)
        .map((fragment) => (fragment as FunctionFragment).name);
      expect(writing.sort()).to.deep.equal(Object.keys(table).sort());
      // No way around them: no ether, no fallback, no initialiser.
      expect(contract.interface.fallback).to.equal(null);
      expect(contract.interface.receive).to.equal(false);
    });

    for (const [fn, rule] of Object.entries(table)) {
      if (rule.may === null) continue;
      for (const role of roles.filter((other) => !rule.may!.includes(other))) {
        it(`T28: ${prefix}.${fn} refuses the ${role}`, async () => {
          const world = await load(everything);
          const contract = world[name as keyof World] as unknown as BaseContract;
          const caller = world[role] as HardhatEthersSigner;
          const as = contract.connect(caller) as BaseContract;
          await expect(as.getFunction(fn)(...rule.args(world))).to.be.revertedWithCustomError(
            contract,
            `${prefix}_${rule.error}`,
          );
        });
      }
    }

    for (const [fn, rule] of Object.entries(table)) {
      for (const role of rule.may ?? []) {
        if (ELSEWHERE.includes(fn)) continue;
        it(`T28: ${prefix}.${fn} lets the ${role}`, async () => {
          const world = await load(everything);
          const contract = world[name as keyof World] as unknown as BaseContract;
          const as = contract.connect(world[role] as HardhatEthersSigner) as BaseContract;
          await as.getFunction(fn)(...rule.args(world));
        });
      }
    }
  }

  it("T28: nobody is nominated by default, so the zero address accepts nothing", async () => {
    const { circuits, anchors, pauses } = await load(everything);
    expect(await circuits.pendingGovernor()).to.equal(ZeroAddress);
    expect(await circuits.pendingGuardian()).to.equal(ZeroAddress);
    expect(await pauses.pendingPauser()).to.equal(ZeroAddress);
    expect((await anchors.nominationOf(1n)).nominee).to.equal(ZeroAddress);
  });

  it("T28: the governor has no way to stop at once, the guardian none to add or retire, whatever time passes", async () => {
    const { circuits, governor, guardian, circuit, next } = await load(everything);
    await time.increase(1000n * DAY);
    await expect(circuits.connect(governor).suspend(circuit, "")).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_NotGuardian",
    );
    await expect(circuits.connect(guardian).propose(next)).to.be.revertedWithCustomError(
      circuits,
      "CircuitRegistry_NotGovernor",
    );
  });
});
