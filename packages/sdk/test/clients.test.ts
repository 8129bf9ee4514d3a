// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { expect } from "chai";
import { AbiCoder, Interface, TypedDataEncoder, Wallet, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { CONTRACTS, nameOf } from "../scripts/contracts.ts";
import { connect, read, send } from "../src/clients/call.ts";
import type { CustodyContract } from "../src/clients/contractTypes.ts";
import {
  ANCHOR_REGISTRY_ABI,
  CIRCUIT_REGISTRY_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "../src/generated/abi.ts";
import {
  AnchorClient,
  ClaimsClient,
  type Consent,
  ConsentClient,
  Custody,
  consentIdOf,
  grantedConsents,
  groupAttesters,
  RECEIPT_TYPES,
  refusalOf,
  signConsent,
  signReceipt,
  signRevocation,
  TokenClient,
  VitalproofError,
} from "../src/index.ts";
import { HEALTH_LEDGER_ABI } from "../src/ledger/index.ts";
import { codeRejected } from "./support.ts";

const artifact = (name: string): { abi: []; bytecode: string } => {
  const contract = CONTRACTS.find((each) => nameOf(each) === name);
  const path = new URL(`../../../artifacts/contracts/${contract}.sol/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
};
const token = (): { abi: []; bytecode: string } => {
  const path = new URL("../../../artifacts/contracts/mocks/TestToken.sol/TestToken.json", import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
};
const built = existsSync(
  new URL("../../../artifacts/contracts/registries/AnchorRegistry.sol/", import.meta.url),
);

describe("contract clients", function () {
  this.timeout(60_000);
  before(function () {
    if (built) return;
    console.log("    skipped: the contracts are not built; run hardhat build");
    this.skip();
  });

  async function world() {
    const connection = await network.create();
    const { ethers } = connection;
    const [deployer, patient, grantee] = await ethers.getSigners();
    const deploy = async (name: string): Promise<string> => {
      const { abi, bytecode } = artifact(name);
      return (await new ethers.ContractFactory(abi, bytecode, deployer).deploy()).getAddress();
    };
    const anchors = await deploy("AnchorRegistry");
    const consents = await deploy("ConsentRegistry");
    const latest = async (): Promise<number> => (await ethers.provider.getBlock("latest"))!.timestamp;
    const accounts = { deployer: deployer!, patient: patient!, grantee: grantee! };
    return { ethers, ...accounts, anchors, consents, deploy, latest };
  }

  it("T12: the committed ABIs are those of the contracts", () => {
    const pairs = {
      AnchorRegistry: ANCHOR_REGISTRY_ABI,
      ClaimsPayout: CLAIMS_PAYOUT_ABI,
      ConsentRegistry: CONSENT_REGISTRY_ABI,
      CircuitRegistry: CIRCUIT_REGISTRY_ABI,
      ScopeRegistry: SCOPE_REGISTRY_ABI,
      Custody: CUSTODY_ABI,
      PauseRegistry: PAUSE_REGISTRY_ABI,
      HealthLedger: HEALTH_LEDGER_ABI,
    };
    for (const [name, fragments] of Object.entries(pairs)) {
      const wanted = new Interface(artifact(name).abi)
        .format(false)
        .filter((line) => !line.startsWith("constructor"));
      expect([...fragments], `${name}: run npm run generate -- contracts`).to.deep.equal(wanted);
    }
  });

  it("T29: consents are granted and revoked by relayed signatures whose ids and digests are the contract's", async () => {
    const { consents, patient, grantee, deployer, latest, ethers } = await world();
    const relayer = new ConsentClient(consents, deployer);
    const now = await latest();
    const consent: Consent = {
      patient: patient.address,
      grantee: grantee.address,
      purpose: `0x${"11".repeat(32)}`,
      program: 3n,
      from: now - 10,
      until: now + 1_000,
      receiptHash: `0x${"22".repeat(32)}`,
      nonce: 1n,
    };
    const deadline = BigInt(now + 500);
    const domain = await relayer.domain();
    const id = consentIdOf(consent);
    const granted = await relayer.grantWithSignature(
      consent,
      deadline,
      await signConsent(patient, domain, consent, deadline),
    );
    expect(granted.result).to.equal(id);
    expect(granted.gasUsed > 21_000n).to.equal(true);
    expect(await relayer.isActive(id, consent)).to.equal(true);
    const { timestamp } = (await ethers.provider.getBlock(granted.blockNumber))!;
    const record = await relayer.consentOf(id);
    expect(record).to.deep.include({ patient: patient.address, from: consent.from, until: consent.until });
    expect(record).to.deep.include({ grantedAt: timestamp, revokedAt: 0 });
    expect(await relayer.revokedAtBy(patient.address, id)).to.equal(0);
    expect(await relayer.consentOf(`0x${"33".repeat(32)}`)).to.equal(undefined);
    expect(await relayer.isActive(id, { ...consent, program: 4n })).to.equal(false);
    expect(await grantedConsents(consents, ethers.provider, patient.address)).to.deep.equal([
      { ...consent, consentId: id },
    ]);
    expect(await grantedConsents(consents, ethers.provider, consent.grantee)).to.deep.equal([]);
    const revoked = await relayer.revokeWithSignature(
      patient.address,
      id,
      deadline,
      await signRevocation(patient, domain, id, deadline),
    );
    expect(await relayer.isActive(id, consent)).to.equal(false);
    const at = (await ethers.provider.getBlock(revoked.blockNumber))!.timestamp;
    expect((await relayer.consentOf(id))?.revokedAt).to.equal(at);
    expect(await relayer.revokedAtBy(patient.address, id)).to.equal(at);
    const own = new ConsentClient(consents, patient);
    expect((await own.grant({ ...consent, nonce: 2n })).result).to.equal(
      consentIdOf({ ...consent, nonce: 2n }),
    );
    await own.revoke(consentIdOf({ ...consent, nonce: 2n }));
    const wrong = await signConsent(grantee, domain, { ...consent, nonce: 3n }, deadline);
    expect(
      await codeRejected(relayer.grantWithSignature({ ...consent, nonce: 3n }, deadline, wrong)),
    ).to.equal("CONTRACT_REVERTED");
  });

  it("T22: groups, anchors and receipts; the contract's own errors come back with their values", async () => {
    const { anchors, deployer, patient, latest, ethers } = await world();
    const client = new AnchorClient(anchors, deployer);
    const group = {
      intakeTime: 7_200,
      graceTime: 86_400,
      correctionTime: 86_400,
      assurance: "self-attested",
    } as const;
    const { result: number } = await client.createGroup(group);
    expect(await client.group(number)).to.deep.equal({ ...group, attester: deployer.address });
    expect(await client.groupCount()).to.equal(number);
    const day = Math.floor((await latest()) / 86_400);
    expect(await client.anchorOf(number, day)).to.equal(undefined);

    const early = await client.anchor(number, day, 5n).catch((error: unknown) => error);
    expect(early).to.be.instanceOf(VitalproofError);
    const { code, details } = early as VitalproofError;
    expect(code).to.equal("CONTRACT_REVERTED");
    expect(details).to.deep.include({ error: "AnchorRegistry_TooEarly", groupId: number, day: BigInt(day) });

    const { from } = await client.anchorWindow(number, day);
    await ethers.provider.send("evm_setNextBlockTimestamp", [from]);
    const stranger = new AnchorClient(anchors, patient);
    expect(await codeRejected(stranger.anchor(number, day, 5n))).to.equal("CONTRACT_REVERTED");
    await client.anchor(number, day, 5n);
    expect(await client.anchorOf(number, day)).to.deep.include({ root: 5n, corrected: false });

    const domain = await client.domain();
    const receipt = await signReceipt(deployer, domain, {
      group: number,
      leaf: 7n,
      context: 9n,
      receivedAt: from,
      anchorDay: day,
    });
    const isReceipt = new Interface(ANCHOR_REGISTRY_ABI).encodeFunctionData("isReceiptOfAttester", [
      number,
      7n,
      9n,
      from,
      day,
      receipt.signature,
    ]);
    const answer = await ethers.provider.call({ to: anchors, data: isReceipt });
    expect(AbiCoder.defaultAbiCoder().decode(["bool"], answer)[0]).to.equal(true);
    expect(TypedDataEncoder.from(RECEIPT_TYPES).primaryType).to.equal("Receipt");
  });

  it("a group is handed over to the attester that was nominated and accepts", async () => {
    const { anchors, deployer, patient, grantee, ethers } = await world();
    const client = new AnchorClient(anchors, deployer);
    const times = { intakeTime: 7_200, graceTime: 86_400, correctionTime: 86_400 };
    const { result: group } = await client.createGroup({ ...times, assurance: "self-attested" });
    expect(await client.nominationOf(group)).to.equal(undefined);
    const { result: acceptableFrom } = await client.nominateAttester(group, patient.address);
    expect(await client.nominationOf(group)).to.deep.equal({ nominee: patient.address, acceptableFrom });
    const early = await new AnchorClient(anchors, patient).acceptAttester(group).catch((thrown) => thrown);
    expect(early.details).to.deep.include({
      error: "AnchorRegistry_NominationTooEarly",
      acceptableFrom: BigInt(acceptableFrom),
    });
    await ethers.provider.send("evm_setNextBlockTimestamp", [acceptableFrom]);
    await ethers.provider.send("evm_mine", []);
    expect(await codeRejected(new AnchorClient(anchors, grantee).acceptAttester(group))).to.equal(
      "CONTRACT_REVERTED",
    );
    expect((await client.group(group)).attester).to.equal(deployer.address);
    expect(await groupAttesters(anchors, ethers.provider, group)).to.deep.equal({
      attester: deployer.address,
      previous: [],
    });
    const before = await ethers.provider.getBlockNumber();
    const accepted = await new AnchorClient(anchors, patient).acceptAttester(group);
    expect((await client.group(group)).attester).to.equal(patient.address);
    expect(await client.nominationOf(group)).to.equal(undefined);

    const timeOf = async (block: number) => (await ethers.provider.getBlock(block))!.timestamp;
    const until = await timeOf(accepted.blockNumber);
    const first = { attester: deployer.address, since: 0, until };
    expect(await groupAttesters(anchors, ethers.provider, group)).to.deep.equal({
      attester: patient.address,
      previous: [first],
    });
    // From a later block on: who it was before that is not said.
    const since = await timeOf(before);
    expect((await groupAttesters(anchors, ethers.provider, group, before)).previous).to.deep.equal([
      { ...first, since },
    ]);
    expect(
      (await groupAttesters(anchors, ethers.provider, group, accepted.blockNumber + 1)).previous,
    ).to.deep.equal([]);
    // Another group's changes are its own.
    const { result: other } = await client.createGroup({ ...times, assurance: "self-attested" });
    expect(await groupAttesters(anchors, ethers.provider, other)).to.deep.equal({
      attester: deployer.address,
      previous: [],
    });
    expect(await codeRejected(groupAttesters(anchors, ethers.provider, 99n))).to.equal("CONTRACT_REVERTED");
    // And a third one.
    const { result: again } = await new AnchorClient(anchors, patient).nominateAttester(
      group,
      grantee.address,
    );
    await ethers.provider.send("evm_setNextBlockTimestamp", [again]);
    const third = await new AnchorClient(anchors, grantee).acceptAttester(group);
    expect(await groupAttesters(anchors, ethers.provider, group)).to.deep.equal({
      attester: grantee.address,
      previous: [first, { attester: patient.address, since: until, until: await timeOf(third.blockNumber) }],
    });
  });

  it("money goes into an escrow and out again, for its owner alone", async () => {
    const { ethers, deployer, patient, grantee, deploy } = await world();
    const { abi, bytecode } = token();
    const made = await new ethers.ContractFactory(abi, bytecode, deployer).deploy("Test", "tT", 6);
    const paid = new TokenClient(await made.getAddress(), deployer);
    const address = await deploy("Custody");
    const custody = new Custody(address, deployer);
    expect(await codeRejected(custody.escrow(1n))).to.equal("CONTRACT_REVERTED");
    const module = new ethers.Contract(address, CUSTODY_ABI, grantee) as unknown as CustodyContract;
    await module.open(paid.address, patient.address);
    expect(await custody.escrowCount()).to.equal(1n);

    await paid.mint(deployer.address, 500n);
    await paid.approve(address, 500n);
    const { result: arrived, blockNumber } = await custody.fund(1n, 500n);
    expect(arrived).to.equal(500n);
    await module.commit(1n, 200n);
    expect(await custody.escrow(1n)).to.deep.equal({
      token: paid.address,
      owner: patient.address,
      module: grantee.address,
      free: 300n,
      committed: 200n,
    });
    const owner = new Custody(address, patient);
    expect(await codeRejected(custody.withdraw(1n, 100n, deployer.address))).to.equal("CONTRACT_REVERTED");
    const much = await owner.withdraw(1n, 301n, patient.address).catch((thrown) => thrown);
    expect(refusalOf(much)?.sentence).to.equal("Escrow 1 has 300 free; 301 are needed.");
    await owner.withdraw(1n, 300n, deployer.address);
    expect(await paid.balanceOf(deployer.address)).to.equal(300n);
    expect(await custody.accountedIn(paid.address)).to.equal(200n);
    expect(await custody.accountedIn(paid.address, blockNumber)).to.equal(500n);
    expect((await custody.escrow(1n, blockNumber)).free).to.equal(500n);
  });

  it("tokens: unit, balance as of a block, allowance; an address without a token", async () => {
    const { ethers, deployer, patient, anchors } = await world();
    const { abi, bytecode } = token();
    const deployed = await new ethers.ContractFactory(abi, bytecode, deployer).deploy("Test", "tT", 6);
    const address = await deployed.getAddress();
    const client = new TokenClient(address, patient);
    expect(await client.unit()).to.deep.equal({ decimals: 6, symbol: "tT" });
    const minted = await client.mint(patient.address, 500n);
    expect(await client.balanceOf(patient.address)).to.equal(500n);
    expect(await client.balanceOf(patient.address, minted.blockNumber - 1)).to.equal(0n);
    await client.approve(deployer.address, 20n);
    await client.approve(deployer.address, 7n);
    expect(await client.allowance(patient.address, deployer.address)).to.equal(7n);
    expect(await codeRejected(client.approve(ZeroAddress, 1n))).to.equal("CONTRACT_REVERTED");

    const none = await new TokenClient(anchors, patient).unit().catch((error: unknown) => error);
    expect(none).to.include({ code: "CONTRACT_CALL_FAILED" });
    expect((none as Error).message).to.contain(anchors);
    expect(await new TokenClient(anchors, patient).symbol()).to.equal("");
  });

  it("an address without the contract, an account without a chain: errors with a code", async () => {
    const { deployer, patient } = await world();
    expect(await codeRejected(new AnchorClient(patient.address, deployer).group(1n))).to.equal(
      "CONTRACT_CALL_FAILED",
    );
    expect(await codeRejected(new ClaimsClient(patient.address, deployer).claimPurpose())).to.equal(
      "CONTRACT_CALL_FAILED",
    );
    expect(await codeRejected(new ClaimsClient(patient.address, { provider: null }).domain())).to.equal(
      "CONTRACT_CALL_FAILED",
    );
  });

  it("an account that cannot pay for gas is told so, whatever the node's words", async () => {
    const { deployer, anchors } = await world();
    const poor = Wallet.createRandom().connect(deployer.provider!);
    const group = {
      intakeTime: 7_200,
      graceTime: 86_400,
      correctionTime: 86_400,
      assurance: "self-attested",
    } as const;
    const error = await new AnchorClient(anchors, poor).createGroup(group).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(VitalproofError);
    expect(error).to.include({ code: "CONTRACT_CALL_FAILED" });
    expect((error as Error).message)
      .to.contain("cannot pay for gas")
      .and.contain("native coin");
  });

  it("T33: an error of a provider stays in the cause and out of what is serialised", async () => {
    const { deployer } = await world();
    const contract = connect(ANCHOR_REGISTRY_ABI, deployer.address, deployer);
    const leaking = async (): Promise<never> => {
      throw new Error("https://rpc.example/key-4711");
    };
    for (const attempt of [send(contract, "anchor", leaking), read(contract, "group", leaking)]) {
      const error = await attempt.catch((caught: unknown) => caught);
      expect(error).to.include({ code: "CONTRACT_CALL_FAILED" });
      expect(`${JSON.stringify(error)}${(error as Error).message}`).to.not.contain("4711");
      expect(inspect((error as Error).cause)).to.contain("4711");
    }
  });
});
