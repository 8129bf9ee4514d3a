// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a drill of provers looks at: one claim that is to be proven again and again, and whether the chain takes its proof.
import { CLAIMS_PAYOUT_ABI, type ClaimItem, itemCalldata } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import type { ClaimRow } from "../../src/gateway/claims/claimRows.ts";
import { unsealItem } from "../../src/gateway/claims/sealedItem.ts";
import type { Claiming, ClaimStage } from "./claimStage.ts";
import { room } from "./sealed.ts";

const ABI = new Interface(CLAIMS_PAYOUT_ABI);

/** The claim of the period that is met. */
export class ProvenAgain {
  /** Proofs that were written and are right. */
  proofs = 0;
  readonly #stage: ClaimStage;
  readonly #claiming: Claiming;
  readonly #consentId: string;
  #version = 0;

  constructor(stage: ClaimStage, claiming: Claiming, consentId: string) {
    this.#stage = stage;
    this.#claiming = claiming;
    this.#consentId = consentId;
  }

  get step() {
    return { policy: String(this.#stage.policy), period: 0 };
  }

  async row(): Promise<ClaimRow> {
    return (await this.#claiming.rows())[0]!;
  }

  async isProven(): Promise<boolean> {
    return (await this.row()).state === "proven";
  }

  /** As it was before its proof, which is no longer there. */
  async begin(): Promise<void> {
    const { version } = await this.row();
    this.#version = version + 1;
    await this.#claiming.database.step((queries) =>
      queries
        .updateTable("gateway_claim")
        .set({ state: "ready", sealed: null, reason: null, version: this.#version })
        .where("period", "=", 0)
        .execute(),
    );
  }

  /** How often the row has been written since `begin`: once for each failure that was noted, and for the proof. */
  async writes(): Promise<number> {
    return (await this.row()).version - this.#version;
  }

  /** The chain takes the proof. */
  async assertProven(): Promise<void> {
    const row = await this.row();
    expect([row.state, row.reason, row.attempt]).to.deep.equal(["proven", null, 0]);
    const { database } = this.#claiming;
    const item = await unsealItem(room(database).keys, database.reads, row);
    expect(await this.#settledWith(item)).to.equal(1n);
    this.proofs += 1;
  }

  /** How many claims would be settled. A false proof reverts. */
  async #settledWith(item: ClaimItem): Promise<bigint> {
    const { world } = this.#stage;
    const answer = await world.connection.ethers.provider.call({
      from: this.#claiming.account.address,
      to: world.addresses.claims,
      data: ABI.encodeFunctionData("submitClaims", [[itemCalldata({ ...item, consentId: this.#consentId })]]),
    });
    return ABI.decodeFunctionResult("submitClaims", answer)[0];
  }
}
