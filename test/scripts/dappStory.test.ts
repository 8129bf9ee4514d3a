// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AnchorClient,
  type AnchorPath,
  anchorDayOf,
  ClaimsClient,
  type Consent,
  ConsentClient,
  Custody,
  circuitIdOf,
  circuitOf,
  claimWitness,
  controllerOf,
  createIdentity,
  DAY,
  dayEnd,
  distributionTerms,
  enrolmentWitness,
  epochAt,
  epochEnd,
  epochStart,
  type HolderAttestation,
  httpArtifacts,
  Log,
  memoryStore,
  packTerms,
  policyHashOf,
  prove,
  ScopeClient,
  type SignedReceipt,
  SimulatedDevice,
  signConsent,
  signRevocation,
  termsForPeriod,
  verifyReceipt,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { Contract, Wallet, ZeroAddress } from "ethers";
import { BENEFIT, good, jsonOf, PROFILE, refused, serving } from "./support/serving.ts";

const HOUR = 3600;
const CIRCUIT = circuitOf("glucose-day");
/** 05:00 UTC. */
const OFFSET = 20;
const TERMS = distributionTerms({
  circuit: "glucose-day",
  offset: OFFSET,
  band: { atLeast: 70, atMost: 180 },
  share: { atLeast: 70 },
});

describe("dapp: a patient's claim over HTTP", function () {
  this.timeout(300_000);

  const served = serving();
  const { get, post, now, passUntil, rpc } = served;

  it("a patient's story, from enrolment to a settled claim", async () => {
    const { contracts, tokens, demo } = await good(get("/config.json"));
    const insurer = new Wallet(demo.accounts[0].privateKey, served.provider);
    const claims = new ClaimsClient(contracts.claims, insurer);
    const info = await good(get("/attester"));
    expect(info).to.deep.equal({
      group: "1",
      domain: { chainId: "31337", anchors: contracts.anchors },
      attester: info.attester,
      times: { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR },
    });

    // The insurer, over the chain alone.
    const token = new Contract(
      tokens[0].address,
      [
        "function mint(address,uint256)",
        "function approve(address,uint256)",
        "function balanceOf(address) view returns (uint256)",
      ],
      insurer,
    );
    await (await token.mint!(insurer.address, 10n * BENEFIT)).wait();
    await (await token.approve!(contracts.custody, 10n * BENEFIT)).wait();
    const { result: scopeNumber } = await new ScopeClient(contracts.scopes, insurer).createScope(
      BigInt(info.group),
    );
    const { result: program } = await claims.createProgram({
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      scope: scopeNumber,
      assurance: "self-attested",
      terms: packTerms(TERMS),
      token: tokens[0].address,
      benefit: BENEFIT,
      arbiter: ZeroAddress,
      claimWindow: 30 * DAY,
      reviewTime: 0,
      arbiterTime: 0,
    });
    const { escrow, offerHash } = await claims.program(program);
    await new Custody(contracts.custody, insurer).fund(escrow, 10n * BENEFIT);
    const scope = await claims.scopeElement(scopeNumber);

    // Enrolment; a request that fails leaves the device free.
    const identity = createIdentity();
    const device = new SimulatedDevice("p256");
    const firstEpoch = epochAt(PROFILE, OFFSET, await now()) + 1;
    const person = {
      subject: identity.subject,
      device: { curve: device.curve, publicKey: device.publicKey },
      profile: PROFILE.name,
      offset: OFFSET,
      firstEpoch,
    };
    await refused(
      post("/attester/people", { ...person, firstEpoch: firstEpoch - 9 }),
      400,
      "INTAKE_FIRST_EPOCH_PAST",
    );
    const { opening } = await good(post("/attester/people", person));
    await refused(post("/attester/people", person), 400, "INTAKE_DEVICE_EXISTS");
    expect(opening).to.include({ group: "1", subject: String(identity.subject), firstEpoch, offset: OFFSET });
    const log = await Log.create(memoryStore(), "readings", {
      ...opening,
      group: BigInt(opening.group),
      subject: BigInt(opening.subject),
      genesis: BigInt(opening.genesis),
    });

    // The policy.
    const load = async (circuit: string) => {
      const { text } = await get(`/artifacts/${circuit}/manifest.json`);
      return httpArtifacts(`${served.url}/artifacts`, { [circuit]: text }).load(circuit);
    };
    const prover = childProcessProver();
    const domain = await claims.domain();
    const controller = controllerOf(identity, { ...domain, program, index: 0 });
    const attestation: HolderAttestation = {
      program,
      offerHash,
      holder: identity.holder(scope),
      controller: controller.address,
      payee: ZeroAddress,
      firstEpoch,
      periods: 3,
      nonce: 5n,
      expiry: BigInt((await now()) + DAY),
    };
    const policyHash = policyHashOf(domain, attestation);
    const witness = enrolmentWitness(identity.secret(), { scope, policyHash });
    const { proof: enrolment, publicInputs } = await prove(prover, await load("enrolment"), witness);
    const request = { attestation, scopeNumber, subject: identity.subject, proof: enrolment, publicInputs };
    await refused(
      post("/attester/attestations", { ...request, attestation: { ...attestation, payee: insurer.address } }),
      400,
      "ATTESTATION_MISMATCH",
    );
    const { message } = await refused(
      post("/attester/attestations", { ...request, scopeNumber: scopeNumber + 1n }),
      400,
      "INVALID_ARGUMENT",
    );
    expect(message).to.include("scopeNumber");
    const { signature } = await good(post("/attester/attestations", request));
    await good(post("/demo/applications", { attestation, signature }));
    await good(post("/demo/applications", { attestation, signature }));
    const { applications } = await good(get("/demo/applications"));
    expect(applications).to.deep.equal(JSON.parse(jsonOf([{ attestation, signature }])));
    const { result: policy } = await claims.issuePolicy(
      applications[0].attestation,
      applications[0].signature,
    );

    // The consent.
    const consents = new ConsentClient(contracts.consents, served.provider);
    const consent: Consent = {
      patient: controller.address,
      grantee: insurer.address,
      purpose: await claims.claimPurpose(),
      program,
      from: (await now()) - 1,
      until: (await now()) + 365 * DAY,
      receiptHash: `0x${"ab".repeat(32)}`,
      nonce: 0n,
    };
    const deadline = BigInt((await now()) + DAY);
    const grant = {
      consent,
      deadline,
      signature: await signConsent(controller, await consents.domain(), consent, deadline),
    };
    const wrongGrant = { ...grant, consent: { ...consent, nonce: 1n } };
    const { details } = await refused(post("/relayer/consents", wrongGrant), 400, "CONTRACT_REVERTED");
    expect(details.error).to.match(/^ConsentRegistry_/);
    const { consentId, transaction } = await good(post("/relayer/consents", grant));
    expect((await served.provider.getTransactionReceipt(transaction))?.status).to.equal(1);
    expect(await consents.isActive(consentId, consent)).to.equal(true);

    // Three days of readings: one as it should be, one whose anchor comes late, one with too little.
    const sealDay = async (epoch: number, inBand: number): Promise<SignedReceipt> => {
      const start = epochStart(PROFILE, OFFSET, epoch);
      const readings = Array.from({ length: PROFILE.slots }, (_, slot) => ({
        time: start + slot * PROFILE.interval + 2,
        value: slot < inBand ? 120 : 250,
        unit: "mg/dL",
      }));
      await log.append(readings);
      const time = await passUntil(epochEnd(PROFILE, OFFSET, epoch) + 60);
      expect(time).to.be.at.least(epochEnd(PROFILE, OFFSET, epoch) + 60);
      await log.seal(time, epoch);
      const head = await log.sign(epoch, device);
      await refused(
        post("/attester/heads", { ...head, signature: "00".repeat(64) }),
        400,
        "INTAKE_SIGNATURE_INVALID",
      );
      const json = await good(post("/attester/heads", head));
      const receipt = {
        ...json,
        group: BigInt(json.group),
        leaf: BigInt(json.leaf),
        context: BigInt(json.context),
      };
      verifyReceipt({ chainId: domain.chainId, anchors: contracts.anchors }, receipt, info.attester);
      await log.accept(epoch, receipt);
      return receipt;
    };
    const anchors = new AnchorClient(contracts.anchors, served.provider);
    const pathOf = async ({ anchorDay, leaf }: SignedReceipt): Promise<AnchorPath> => {
      const json = await good(get(`/attester/paths/${anchorDay}/${leaf}`));
      return {
        root: BigInt(json.root),
        leaf: BigInt(json.leaf),
        index: json.index,
        siblings: json.siblings.map(BigInt),
      };
    };

    const receipt = await sealDay(firstEpoch, 220);
    const day = anchorDayOf(PROFILE, OFFSET, firstEpoch);
    expect(receipt.anchorDay).to.equal(day);
    await refused(get(`/attester/paths/${day}/${receipt.leaf}`), 404, "ANCHOR_DAY_UNKNOWN");
    await passUntil(dayEnd(day) + 6 * HOUR + 60);
    await refused(get(`/attester/paths/${day}/17`), 404, "ANCHOR_LEAF_UNKNOWN");
    const path = await pathOf(receipt);
    expect((await anchors.anchorOf(1n, day))?.root).to.equal(path.root);

    // The claim.
    const claim = claimWitness(identity.secret(), {
      circuit: CIRCUIT.name,
      terms: termsForPeriod(TERMS, firstEpoch),
      scope,
      ...log.period(firstEpoch, 1),
      path,
    });
    const { proof } = await prove(prover, await load(CIRCUIT.name), claim);
    const item = {
      policy,
      period: 0,
      consentId,
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      anchorRoot: path.root,
      proof,
    };
    const broken = await good(post("/relayer/claims", { ...item, proof: { ...proof, a: proof.c } }));
    expect(broken).to.include({ outcome: "refused", code: "PROOF_INVALID" });
    const settled = await good(post("/relayer/claims", item));
    expect(settled).to.include({ policy: String(policy), period: 0, outcome: "settled" });
    expect(settled.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await claims.owedOf(policy)).to.equal(BENEFIT);
    const again = await good(post("/relayer/claims", item));
    expect(again).to.deep.equal(settled);

    // The payment goes to the payee, whoever asks for it, and once.
    const paid = await good(post("/relayer/payments", { policy: String(policy) }));
    expect(paid.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await token.balanceOf!(controller.address)).to.equal(BENEFIT);
    expect(await claims.owedOf(policy)).to.equal(0n);
    // Asked again, it is the same payment; a policy that nothing was ever owed on has none.
    expect(await good(post("/relayer/payments", { policy: String(policy) }))).to.deep.equal(paid);
    await refused(post("/relayer/payments", { policy: "99" }), 400, "CONTRACT_REVERTED");
    expect(await token.balanceOf!(controller.address)).to.equal(BENEFIT);

    // Time that passes through the chain's RPC is the attester's too. Here it runs past the anchoring window.
    const late = await sealDay(firstEpoch + 1, 288);
    await rpc("evm_increaseTime", 40 * HOUR);
    await rpc("evm_mine");
    const { timestamp } = (await served.provider.getBlock("latest"))!;
    expect(await now()).to.be.at.least(timestamp);
    await pathOf(late);
    expect((await anchors.anchorOf(1n, late.anchorDay))?.corrected).to.equal(true);
    // The third day's head came too late by then: what intake says is enough to go on.
    const third = firstEpoch + 2;
    await log.seal(await passUntil(epochEnd(PROFILE, OFFSET, third) + 7 * HOUR), third);
    const missed = await refused(
      post("/attester/heads", await log.sign(third, device)),
      400,
      "INTAKE_TOO_LATE",
    );
    const { head, nextEpoch } = missed.details;
    expect((await log.follow({ head: BigInt(head), nextEpoch })).gaps).to.deep.equal([third]);

    // The end of the consent.
    const revocation = { patient: controller.address, consentId, deadline: BigInt((await now()) + DAY) };
    const revoked = await good(
      post("/relayer/revocations", {
        ...revocation,
        signature: await signRevocation(controller, await consents.domain(), consentId, revocation.deadline),
      }),
    );
    expect(revoked.transaction).to.match(/^0x[0-9a-f]{64}$/);
    expect(await consents.isActive(consentId, consent)).to.equal(false);
  });
});
