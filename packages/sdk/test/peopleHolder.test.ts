// SPDX-License-Identifier: GPL-3.0-or-later
//
// A holder between attester, chain and relayer. The chain and the proofs are what a test says; signatures, receipts,
// logs and paths are real.
import { expect } from "chai";
import { keccak256, toUtf8Bytes, verifyTypedData, Wallet, ZeroAddress } from "ethers";
import {
  type ClaimOutcome,
  type ClaimsClient,
  CONSENT_GRANT_TYPES,
  CONSENT_REVOCATION_TYPES,
  circuitIdOf,
  claimRequest,
  controllerOf,
  createIdentity,
  packTerms,
  policyHashOf,
  programFacts,
  scopeOf,
  signAttestation,
  VitalproofError,
  witnessOf,
} from "../src/index.ts";
import {
  anchoredDay,
  CIRCUIT,
  CLAIMS,
  CONSENTS,
  chainWith,
  DOMAIN,
  FIRST,
  holding,
  NOW,
  OFFSET,
  PROFILE,
  PROOF,
  program,
  relaying,
  SCOPES,
} from "./holderSupport.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("people: holder", () => {
  it("applies with a proof over exactly the attestation, under accounts of the seed", async () => {
    const { identity, holder, tasks } = holding();
    const { opening } = await anchoredDay(identity);
    const payee = Wallet.createRandom().address;
    const cover = { firstEpoch: FIRST, periods: 7 };
    const application = await holder.apply(
      program,
      { ...cover, payee, index: 2 },
      { now: NOW, log: opening },
    );
    const { attestation } = application;
    expect(attestation).to.deep.include({ ...cover, program: 3n, payee, expiry: BigInt(NOW + 86_400) });
    expect(attestation.holder).to.equal(identity.holder(program.scope));
    expect(attestation.controller).to.equal(
      controllerOf(identity, { ...DOMAIN, program: 3n, index: 2 }).address,
    );
    expect(application).to.deep.include({ domain: DOMAIN, scopeNumber: 2n, subject: identity.subject });
    expect(tasks).to.deep.equal([
      {
        kind: "enrolment",
        secret: identity.secret(),
        scope: program.scope,
        policyHash: policyHashOf(DOMAIN, attestation),
      },
    ]);
    const second = await holder.apply(program, cover, { now: NOW, validFor: 60 });
    expect(second.attestation.payee).to.equal(ZeroAddress);
    expect(second.attestation.expiry).to.equal(BigInt(NOW + 60));
    expect(second.attestation.nonce).to.not.equal(attestation.nonce);
    for (const periods of [0, -1, 1.5, 10_001, Number.NaN]) {
      expect(await codeRejected(holder.apply(program, { ...cover, periods }, { now: NOW }))).to.equal(
        "INVALID_ARGUMENT",
      );
    }
  });

  it("does not apply with a log that the program cannot pay on, and names both offsets", async () => {
    const { identity, holder, tasks } = holding();
    const { opening } = await anchoredDay(identity, 20);
    const cover = { firstEpoch: FIRST, periods: 7 };
    const error = await holder.apply(program, cover, { now: NOW, log: opening }).catch((thrown) => thrown);
    expect(error).to.be.instanceOf(VitalproofError);
    expect(error.code).to.equal("LOG_MISMATCH");
    expect(error.details).to.deep.include({
      log: { profile: PROFILE.name, offset: 20, group: 1n },
      program: { profile: PROFILE.name, offset: OFFSET, group: 1n },
    });
    expect(error.message).to.contain("23:00 UTC (offset 92)").and.to.contain("05:00 UTC (offset 20)");
    for (const change of [{ group: 2n }, { profile: "glucose-mmol-l-5min" as const }]) {
      const log = { ...opening, offset: OFFSET, ...change };
      expect(await codeRejected(holder.apply(program, cover, { now: NOW, log }))).to.equal("LOG_MISMATCH");
    }
    expect(tasks).to.deep.equal([]);
  });

  it("the attester does not attest a policy on another day offset, profile, group or offer", async () => {
    const { identity, holder } = holding();
    const { attester } = await anchoredDay(identity, 20);
    const application = await holder.apply(
      program,
      { firstEpoch: FIRST, periods: 7 },
      { now: NOW, validFor: 864_000 },
    );
    const claimsOf = (change: Partial<{ group: bigint; offset: number; offerHash: string }>) =>
      ({
        domain: async () => DOMAIN,
        scopes: async () => SCOPES,
        program: async () => ({
          scope: 2n,
          group: change.group ?? 1n,
          offerHash: change.offerHash ?? program.offerHash,
          terms: packTerms({ ...program.terms, offset: change.offset ?? OFFSET }),
        }),
      }) as unknown as ClaimsClient;
    const key = { nPublic: 4 } as never;
    const attest = (change: Parameters<typeof claimsOf>[0]) =>
      codeRejected(attester.attestPolicy(application, { claims: claimsOf(change), verificationKey: key }));
    expect(await attest({})).to.equal("LOG_MISMATCH");
    expect(await attest({ group: 2n })).to.equal("NOT_ALLOWED");
    expect(await attest({ offset: 20, offerHash: `0x${"1f".repeat(32)}` })).to.equal("ATTESTATION_MISMATCH");
    // With the log's own offset it goes on to the proof, which is none.
    expect(await attest({ offset: 20 })).to.equal("PROOF_MALFORMED");
    const stranger = await holding().holder.apply(
      program,
      { firstEpoch: FIRST, periods: 1 },
      { now: NOW, validFor: 864_000 },
    );
    expect(
      await codeRejected(
        attester.attestPolicy(stranger, { claims: claimsOf({ offset: 20 }), verificationKey: key }),
      ),
    ).to.equal("INTAKE_SUBJECT_UNKNOWN");
  });

  it("accepts only the attester's signature over its own attestation", async () => {
    const { holder } = holding();
    const application = await holder.apply(program, { firstEpoch: FIRST, periods: 7 }, { now: NOW });
    const signer = Wallet.createRandom();
    const { attestation } = application;
    const signature = await signAttestation(signer, DOMAIN, attestation);
    holder.assertAttested(application, signature, signer.address.toLowerCase());
    const payee = Wallet.createRandom().address;
    const wrong = [
      await signAttestation(Wallet.createRandom(), DOMAIN, attestation),
      await signAttestation(signer, { ...DOMAIN, chainId: 1n }, attestation),
      await signAttestation(signer, DOMAIN, { ...attestation, payee }),
      "0x",
    ];
    for (const given of wrong) {
      expect(codeThrown(() => holder.assertAttested(application, given, signer.address))).to.equal(
        "ATTESTATION_MISMATCH",
      );
    }
  });

  it("consents over a receipt that says what was agreed to", async () => {
    const { holder } = holding();
    const on = { now: NOW, latest: NOW - 12, lasts: 600, withdrawal: "on the page" };
    const given = await holder.consent(program, on);
    const { consent, deadline, signature } = given;
    expect(keccak256(toUtf8Bytes(given.receipt))).to.equal(consent.receiptHash);
    const receipt = JSON.parse(given.receipt);
    expect(receipt.contract).to.deep.equal({ chainId: "31337", claims: CLAIMS, program: "3" });
    expect(receipt.purposes[0].terms.join(" ")).to.contain("70 to 180 mg/dL");
    expect(receipt.withdrawal).to.contain("on the page");
    expect(consent).to.deep.include({ grantee: program.insurer, from: NOW - 12, until: NOW + 600 });
    const typed = {
      name: "Vitalproof Consent",
      version: "1",
      chainId: CONSENTS.chainId,
      verifyingContract: CONSENTS.consents,
    };
    const account = (await holder.controller(3n)).address;
    expect(consent.patient).to.equal(account);
    expect(verifyTypedData(typed, CONSENT_GRANT_TYPES, { ...consent, deadline }, signature)).to.equal(
      account,
    );
    expect((await holder.consent(program, { ...on, latest: NOW + 90 })).consent.from).to.equal(NOW);
    expect((await holder.consent(program, on)).consentId).to.not.equal(given.consentId);

    const revocation = await holder.revocation(3n, given.consentId, NOW, 1);
    const second = (await holder.controller(3n, 1)).address;
    expect(revocation).to.deep.include({ patient: second, consentId: given.consentId });
    const { consentId } = given;
    const signed = { consentId, deadline: revocation.deadline };
    expect(verifyTypedData(typed, CONSENT_REVOCATION_TYPES, signed, revocation.signature)).to.equal(second);
  });

  it("proves a period against the root that the chain has, and no other", async () => {
    const { identity, holder, tasks } = holding();
    const { attester, log, on } = await anchoredDay(identity);
    const of = { policy: 7n, period: 0, firstEpoch: FIRST, on };
    const item = await holder.claim(program, of, { log, paths: attester, consentId: `0x${"22".repeat(32)}` });
    expect(item).to.deep.equal({
      policy: 7n,
      period: 0,
      consentId: `0x${"22".repeat(32)}`,
      circuit: on.circuit,
      anchorRoot: on.anchorRoot,
      proof: PROOF,
    });
    expect(tasks).to.have.lengthOf(1);
    const { publicInputs } = witnessOf(tasks[0]!);
    expect(publicInputs.slice(0, 2)).to.deep.equal([identity.holder(program.scope), on.anchorRoot]);

    const refused = async (change: Partial<typeof on>, firstEpoch = FIRST, wanted = program) =>
      codeRejected(claimRequest(wanted, { ...on, ...change }, firstEpoch, log, attester));
    expect(await refused({ anchorRoot: 5n })).to.equal("ANCHOR_PATH_INVALID");
    expect(await refused({ anchorRoot: 0n })).to.equal("ANCHOR_DAY_UNKNOWN");
    expect(await refused({ circuit: `0x${"00".repeat(32)}` })).to.equal("UNKNOWN_CIRCUIT");
    expect(await refused({}, FIRST + 1)).to.equal("LOG_EPOCH_MISSING");
    expect(await refused({}, FIRST, { ...program, group: 2n })).to.equal("LOG_MISMATCH");
    const other = createIdentity();
    const stolen = await anchoredDay(other);
    expect(
      await codeRejected(
        holder.claim(program, { ...of, on: stolen.on }, { log: stolen.log, paths: stolen.attester }),
      ),
      "another person's log",
    ).to.equal("ANCHOR_PATH_INVALID");
  });

  it("passes a relayer's refusals on, and does not believe that a claim was settled", async () => {
    const { identity, holder, chain } = holding();
    const { attester, log, on } = await anchoredDay(identity);
    const of = { policy: 7n, period: 0, firstEpoch: FIRST, on };
    const item = await holder.claim(program, of, { log, paths: attester });
    const skipped: ClaimOutcome = { outcome: "skipped", reason: "no-active-consent", detail: 0n };
    const settled: ClaimOutcome = { outcome: "settled", transaction: "0x03", blockNumber: 3 };
    expect(await holder.submit(item, relaying(skipped))).to.deep.equal(skipped);
    expect(await holder.submit(item, relaying(settled))).to.deep.include({
      outcome: "failed",
      code: "CONTRACT_CALL_FAILED",
    });
    chain.state = "credited";
    expect(await holder.submit(item, relaying(settled))).to.deep.equal(settled);
    const down = { claim: () => Promise.reject(new VitalproofError("SERVICE_UNREACHABLE", "Down.")) };
    expect(await codeRejected(holder.submit(item, down))).to.equal("SERVICE_UNREACHABLE");
  });

  it("counts a payment only when the chain has it", async () => {
    const { holder } = holding();
    const relayer = { pay: async () => ({ transaction: "0x04" }) };
    const payments = [
      { transaction: "0x01", amount: 1n },
      { transaction: "0x04", amount: 2n },
    ];
    expect(await holder.pay(7n, relayer, async () => payments)).to.deep.equal(payments[1]);
    expect(await codeRejected(holder.pay(7n, relayer, async () => payments.slice(0, 1)))).to.equal(
      "CONTRACT_CALL_FAILED",
    );
  });

  it("finds its policies with nothing but the seed, and without naming itself to the node", async () => {
    const identity = createIdentity();
    const scope = scopeOf({ ...DOMAIN, scopes: SCOPES, scopeNumber: 9n });
    const account = (number: bigint, index: number) =>
      controllerOf(identity, { ...DOMAIN, program: number, index }).address;
    const elsewhere = Wallet.createRandom().address;
    const chain = chainWith([
      { policy: 4n, holder: identity.holder(program.scope), controller: account(3n, 1) },
      { policy: 5n, holder: identity.holder(program.scope), controller: elsewhere },
      { policy: 6n, holder: identity.holder(scope), controller: account(8n, 0) },
    ]);
    const { holder } = holding(chain, identity);
    expect(await holder.policies([program, { program: 8n, scope }], 12)).to.deep.equal([
      { program: 3n, policy: 4n, controller: account(3n, 1), index: 1 },
      { program: 3n, policy: 5n, controller: elsewhere, index: undefined },
      { program: 8n, policy: 6n, controller: account(8n, 0), index: 0 },
    ]);
    expect(chain.asked).to.deep.equal([
      [3n, { fromBlock: 12 }],
      [8n, { fromBlock: 12 }],
    ]);
    expect(await holding(chain).holder.policies([program])).to.deep.equal([]);
  });

  it("reads a program, and refuses one that it does not understand", async () => {
    const found = {
      insurer: program.insurer,
      group: 1n,
      scope: 2n,
      circuit: circuitIdOf(CIRCUIT.name, CIRCUIT.version),
      terms: packTerms(program.terms),
      offerHash: program.offerHash,
      escrow: 9n,
      benefit: 25n,
      claimWindow: 86_400n,
      reviewTime: 172_800n,
      arbiter: program.arbiter,
      arbiterTime: 259_200n,
    };
    const money = { token: program.token, owner: program.insurer, module: CLAIMS };
    const chain = (change: object) => ({
      claims: {
        program: async () => ({ ...found, ...change }),
        scopeElement: async (scopeNumber: bigint) => scopeOf({ ...DOMAIN, scopes: SCOPES, scopeNumber }),
      } as unknown as ClaimsClient,
      custody: {
        escrow: async (escrow: bigint) => ({ ...money, free: escrow === 9n ? 1_000n : 0n, committed: 7n }),
      },
    });
    expect(await programFacts(chain({}), 3n)).to.deep.equal(program);
    expect(await codeRejected(programFacts(chain({ circuit: `0x${"00".repeat(32)}` }), 3n))).to.equal(
      "UNKNOWN_CIRCUIT",
    );
    expect(await codeRejected(programFacts(chain({ terms: 255n }), 3n))).to.equal("TERMS_NOT_UNDERSTOOD");
  });

  it("shows no secret when printed", () => {
    const { holder, identity } = holding();
    expect(JSON.stringify(holder)).to.not.contain(identity.secret().toString());
    expect(JSON.parse(JSON.stringify(holder)).identity.secret).to.equal("(secret)");
  });
});
