// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { circuitId, proposal } from "./support/circuits.ts";
import { type Attestation, attestationTypes } from "./support/documents.ts";
import { domainOf, ethers, load, time } from "./support/network.ts";
import { packTerms } from "./support/terms.ts";
import { benefit, DAY, delay, holder, R } from "./support/values.ts";
import { deployInsured, deployWorld } from "./support/world.ts";

describe("T10, T29: the holder attestation", () => {
  it("T29: its digest is EIP-712's", async () => {
    const { claims, attestation } = await load(deployWorld);
    const value = await attestation();
    expect(await claims.attestationDigest(value)).to.equal(
      ethers.TypedDataEncoder.hash(await domainOf("Vitalproof Claims", claims), attestationTypes, value),
    );
  });

  it("T10: every field of it is signed: another program, holder, controller, payee, run or time is refused", async () => {
    const { claims, insurer, stranger, attestation, signAttestation, createProgram, fund } =
      await load(deployWorld);
    const other = await createProgram();
    await fund(other, benefit * 10n);
    const value = await attestation();
    const signature = await signAttestation(value);
    const changes: Partial<Attestation>[] = [
      { program: other },
      { holder: holder + 1n },
      { controller: stranger.address },
      { payee: stranger.address },
      { firstEpoch: value.firstEpoch + 1n },
      { periods: value.periods + 1n },
      { nonce: value.nonce + 1n },
      { expiry: value.expiry + 1n },
    ];
    for (const change of changes) {
      await expect(
        claims.connect(insurer).issuePolicy({ ...value, ...change }, signature),
        JSON.stringify(Object.keys(change)),
      ).to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidAttestation");
    }
    await claims.connect(insurer).issuePolicy(value, signature);
  });

  it("T10: missing, or signed by anybody but the attester of the program's group: refused", async () => {
    const { claims, anchors, attester, insurer, controller, stranger, attestation, signAttestation } =
      await load(deployWorld);
    await anchors.connect(stranger).createGroup(0n, 3600n, DAY, 2n);
    const value = await attestation();
    const digest = await claims.attestationDigest(value);
    for (const who of [insurer, controller, stranger]) {
      await expect(claims.connect(insurer).issuePolicy(value, await signAttestation(value, who)))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidAttestation")
        .withArgs(digest, attester.address);
    }
    for (const bad of ["0x", `0x${"00".repeat(65)}`, `0x${"ff".repeat(64)}`]) {
      await expect(claims.connect(insurer).issuePolicy(value, bad)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidAttestation",
      );
    }
  });

  it("T10, T11: for another chain, contract, domain or type: refused", async () => {
    const { claims, consents, insurer, attester, attestation } = await load(deployWorld);
    const value = await attestation();
    const domain = await domainOf("Vitalproof Claims", claims);
    const signatures = [
      await attester.signTypedData({ ...domain, chainId: 1n }, attestationTypes, value),
      await attester.signTypedData(
        { ...domain, verifyingContract: await consents.getAddress() },
        attestationTypes,
        value,
      ),
      await attester.signTypedData({ ...domain, name: "Vitalproof Anchors" }, attestationTypes, value),
      await attester.signTypedData({ ...domain, version: "2" }, attestationTypes, value),
      await attester.signTypedData(domain, { Attestation: attestationTypes.HolderAttestation }, value),
      await attester.signMessage(ethers.getBytes(await claims.attestationDigest(value))),
    ];
    for (const signature of signatures) {
      await expect(claims.connect(insurer).issuePolicy(value, signature)).to.be.revertedWithCustomError(
        claims,
        "ClaimsPayout_InvalidAttestation",
      );
    }
  });

  it("T10: is good in its last second and not after it", async () => {
    const { claims, insurer, attestation, signAttestation, nextEpoch } = await load(deployWorld);
    const expiry = BigInt(await time.latest()) + 100n;
    const firstEpoch = (await nextEpoch()) + 5n;
    const one = await attestation({ expiry, firstEpoch });
    const two = await attestation({ expiry, firstEpoch: firstEpoch + 3n });
    const signatures = [await signAttestation(one), await signAttestation(two)];
    await time.setNextBlockTimestamp(expiry);
    await claims.connect(insurer).issuePolicy(one, signatures[0]!);
    await expect(claims.connect(insurer).issuePolicy(two, signatures[1]!))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_AttestationExpired")
      .withArgs(expiry);
  });

  it("T10: is used once, also after its policy was ended", async () => {
    const { claims, insurer, controller, attestation, signAttestation, nextEpoch } = await load(deployWorld);
    const value = await attestation({ firstEpoch: (await nextEpoch()) + 2n });
    const signature = await signAttestation(value);
    const digest = await claims.attestationDigest(value);
    await claims.connect(insurer).issuePolicy(value, signature);
    expect(await claims.isAttestationUsed(digest)).to.equal(true);
    await claims.connect(controller).endPolicy(1n);
    await expect(claims.connect(insurer).issuePolicy(value, signature))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_AttestationUsed")
      .withArgs(digest);
  });

  it("T22: a former attester's signature no longer counts, a new one's does", async () => {
    const { claims, anchors, other, insurer, attestation, signAttestation, handOver } =
      await load(deployWorld);
    await handOver(other.address, () => anchors.connect(other).acceptAttester(1n));
    const value = await attestation();
    const old = await signAttestation(value);
    await expect(claims.connect(insurer).issuePolicy(value, old)).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_InvalidAttestation",
    );
    await claims.connect(insurer).issuePolicy(value, await signAttestation(value, other));
  });

  it("T29: an attester may be a contract wallet, and one that calls out cannot change anything", async () => {
    const { claims, anchors, attester, insurer, attestation, signAttestation, moneyOf, handOver } =
      await load(deployWorld);
    const wallet = await ethers.deployContract("CallingWallet", [attester.address]);
    await handOver(await wallet.getAddress(), () =>
      wallet.connect(attester).getFunction("execute")(
        anchors,
        anchors.interface.encodeFunctionData("acceptAttester", [1n]),
      ),
    );
    const value = await attestation();
    await wallet.getFunction("arm")(
      await claims.getAddress(),
      claims.interface.encodeFunctionData("setPayee", [1n, ZeroAddress]),
    );
    const before = await moneyOf(1n);
    await claims.connect(insurer).issuePolicy(value, await signAttestation(value));
    const after = await moneyOf(1n);
    expect(after.free + after.committed).to.equal(before.free + before.committed);
  });

  it("P7: only the program's insurer issues", async () => {
    const { claims, issue, stranger, attester, controller } = await load(deployWorld);
    for (const who of [stranger, attester, controller]) {
      await expect(issue({}, who))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_NotInsurer")
        .withArgs(1n, who.address);
    }
  });

  const wrong: [string, Partial<Attestation>, string, unknown[]?][] = [
    ["no controller", { controller: ZeroAddress }, "ZeroAddress"],
    ["holder 0", { holder: 0n }, "InvalidHolder", [0n]],
    ["holder r", { holder: R }, "InvalidHolder", [R]],
    ["the largest word as holder", { holder: 2n ** 256n - 1n }, "InvalidHolder", [2n ** 256n - 1n]],
    ["no periods", { periods: 0n }, "NoPeriods"],
    ["a run beyond 32 bits", { firstEpoch: 2n ** 32n - 2n, periods: 3n }, "EpochOutOfRange", [2n ** 32n]],
    ["as many periods as fit", { periods: 2n ** 32n - 1n }, "EpochOutOfRange"],
    [
      "an anchor day beyond 32 bits",
      { firstEpoch: 2n ** 32n - 1n, periods: 1n },
      "EpochOutOfRange",
      [2n ** 32n - 1n],
    ],
  ];
  for (const [what, values, error, args] of wrong) {
    it(`T31: refuses ${what}`, async () => {
      const { claims, issue } = await load(deployWorld);
      const call = expect(issue(values)).to.be.revertedWithCustomError(claims, `ClaimsPayout_${error}`);
      await (args === undefined ? call : call.withArgs(...args));
    });
  }

  // With epochs of a day the anchor day leaves its 32 bits as well; only shorter ones show the epoch's own limit.
  it("T31: an hourly epoch ends at 32 bits too, where the anchor day is far from its end", async () => {
    const { claims, circuits, governor, verifier2, createProgram, fund, issue } = await load(deployWorld);
    const hourly = await proposal(verifier2, { name: "glucose-hour", epochSeconds: 3600n });
    await circuits.connect(governor).propose(hourly);
    await time.increase(delay);
    await circuits.add(hourly);
    const program = await createProgram({
      circuit: circuitId("glucose-hour", 1n),
      terms: packTerms({ offset: 0n }),
    });
    await fund(program, benefit);
    await expect(issue({ program, firstEpoch: 2n ** 32n - 1n, periods: 2n }))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_EpochOutOfRange")
      .withArgs(2n ** 32n);
    const policy = await issue({ program, firstEpoch: 2n ** 32n - 1n, periods: 1n });
    expect(await claims.anchorDayOf(policy, 0n)).to.equal(2n ** 32n / 24n);
  });

  it("T31: accepts the last epoch and the last day that fit", async () => {
    const { claims, issue } = await load(deployInsured);
    const policy = await issue({ firstEpoch: 2n ** 32n - 2n, periods: 1n, holder: holder + 1n });
    expect(await claims.anchorDayOf(policy, 0n)).to.equal(2n ** 32n - 1n);
  });

  it("T25: refuses this contract as payee", async () => {
    const { claims, claimsAddress, issue, controller } = await load(deployInsured);
    await expect(issue({ payee: claimsAddress })).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_InvalidRecipient",
    );
    await expect(claims.connect(controller).setPayee(1n, claimsAddress)).to.be.revertedWithCustomError(
      claims,
      "ClaimsPayout_InvalidRecipient",
    );
  });
});
