// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { verifyTypedData, Wallet } from "ethers";
import {
  ATTESTATION_TYPES,
  attestationDigest,
  attestHolder,
  FIELD,
  type HolderAttestation,
  prove,
} from "../src/index.ts";
import { childProcessProver } from "../src/node/index.ts";
import { codeRejected } from "./support.ts";
import { attestation, claimsDomain, holder, scopes, subject, type Tiny, tiny, witness } from "./tinyProof.ts";

describe("holder attestation", function () {
  this.timeout(60_000);

  let { artifacts, proven } = {} as Tiny;

  before(async () => {
    ({ artifacts, proven } = await tiny());
  });

  const signer = Wallet.createRandom();
  const people = { knows: async (known: bigint) => known === subject };
  const options = () => ({
    domain: claimsDomain,
    scopes,
    signer,
    verificationKey: artifacts.verificationKey,
    people,
    now: 1_900_000_000,
  });
  const request = () => ({
    attestation,
    scopeNumber: 3n,
    subject,
    proof: proven.proof,
    publicInputs: proven.publicInputs,
  });

  it("T10: is signed for a known person whose proof is over this very attestation", async () => {
    const signature = await attestHolder(request(), options());
    const domain = {
      name: "Vitalproof Claims",
      version: "1",
      chainId: claimsDomain.chainId,
      verifyingContract: claimsDomain.claims,
    };
    expect(verifyTypedData(domain, ATTESTATION_TYPES, attestation, signature)).to.equal(signer.address);
    expect(BigInt(attestationDigest(claimsDomain, attestation)) % FIELD).to.equal(proven.publicInputs[3]);
  });

  it("T10: a stolen proof with any field of the attestation changed is refused", async () => {
    const changes: Partial<HolderAttestation>[] = [
      { controller: "0x00000000000000000000000000000000000000d2" },
      { payee: "0x00000000000000000000000000000000000000d2" },
      { program: 6n },
      { firstEpoch: 20_001 },
      { periods: 31 },
      { nonce: 2n },
      { expiry: 2_000_000_001n },
      { holder: holder + 1n },
    ];
    for (const change of changes) {
      const changed = { ...request(), attestation: { ...attestation, ...change } };
      expect(await codeRejected(attestHolder(changed, options())), Object.keys(change)[0]).to.equal(
        "ATTESTATION_MISMATCH",
      );
    }
  });

  it("T10: another subject, scope, chain or contract, an expired one, and an invalid proof are refused", async () => {
    const people2 = { knows: async () => true };
    expect(await codeRejected(attestHolder({ ...request(), subject: 778n }, options()))).to.equal(
      "INTAKE_SUBJECT_UNKNOWN",
    );
    expect(
      await codeRejected(attestHolder({ ...request(), subject: 778n }, { ...options(), people: people2 })),
    ).to.equal("ATTESTATION_MISMATCH");
    expect(await codeRejected(attestHolder({ ...request(), scopeNumber: 4n }, options()))).to.equal(
      "ATTESTATION_MISMATCH",
    );
    const elsewhere = { ...options(), scopes: "0x000000000000000000000000000000000000005d" };
    expect(await codeRejected(attestHolder(request(), elsewhere))).to.equal("ATTESTATION_MISMATCH");
    for (const domain of [
      { ...claimsDomain, chainId: 1n },
      { ...claimsDomain, claims: "0x00000000000000000000000000000000000000c2" },
    ]) {
      expect(await codeRejected(attestHolder(request(), { ...options(), domain }))).to.equal(
        "ATTESTATION_MISMATCH",
      );
    }
    expect(await codeRejected(attestHolder(request(), { ...options(), now: 2_000_000_001 }))).to.equal(
      "ATTESTATION_EXPIRED",
    );
    const bad = { ...request(), proof: { ...proven.proof, c: proven.proof.a } };
    expect(await codeRejected(attestHolder(bad, options()))).to.equal("PROOF_INVALID");
    // A proof that is valid, for the subject of somebody else, put forward with this person's numbers.
    const other = await prove(
      childProcessProver(),
      artifacts,
      witness({ holder: holder - 1n, subject: subject + 1n }),
    );
    expect(await codeRejected(attestHolder({ ...request(), proof: other.proof }, options()))).to.equal(
      "PROOF_INVALID",
    );
    expect(
      await codeRejected(
        attestHolder({ ...request(), publicInputs: proven.publicInputs.slice(1) }, options()),
      ),
    ).to.equal("PROOF_MALFORMED");
  });
});
