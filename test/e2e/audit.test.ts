// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { expect } from "chai";
import { audit } from "../../packages/cli/src/audit/audit.ts";
import { readKeys } from "../../packages/cli/src/audit/keys.ts";
import { rpcChainData } from "../../packages/cli/src/audit/rpcChainData.ts";
import { claimable, type Fixture } from "./fixture.ts";

describe("e2e: audit", () => {
  let fixture: Fixture;
  before(async function () {
    this.timeout(300_000);
    fixture = await claimable([202, 201, 288, 288]);
  });
  it("probe", async () => {
    const { world, policy, consent } = fixture;
    const claims = world.claimsAs(world.roles.relayer);
    await claims.submitClaim({ policy, period: 0, consentId: consent, proof: fixture.proofs[0]!.proof });
    await claims.pay(policy);
    await claims.submitClaim({ policy, period: 2, consentId: consent, proof: fixture.proofs[2]!.proof });
    const data = rpcChainData((method, params) => world.connection.provider.request({ method, params: [...params] }));
    const started = Date.now();
    const report = await audit({ data, claims: world.addresses.claims, program: fixture.insurer.program, keys: await readKeys(join(import.meta.dirname, "../../circuits/artifacts")), progress: (s) => console.log(s) });
    console.log(Date.now() - started, JSON.stringify(report, (_, v) => typeof v === "bigint" ? v.toString() : v, 1).slice(0, 9000));
    expect(report.findings).to.deep.equal([]);
  });
});
