// SPDX-License-Identifier: GPL-3.0-or-later
//
// A health ledger over the real verifiers of its circuits, with proofs of whatever is asked.
import {
  type Access,
  accessBatch,
  type ConsentBatch,
  consentBatch,
  type Grant,
  ledgerFamilyFields,
  type PageAddress,
  type PageState,
  type Revocation,
} from "@vitalproof/sdk/ledger";
import { LEDGER_LATE_TIME } from "../../../ignition/parameters.ts";
import { grantOf, type Patient, patientOf } from "../../support/ledgerPage.ts";
import type { Proof } from "./mockProof.ts";
import { ethers, time } from "./network.ts";
import { idOf, putOnRecord, simulated } from "./realCircuits.ts";
import { deployWorld } from "./world.ts";

/** Minutes. */
export const LATE_TIME = BigInt(LEDGER_LATE_TIME);

const VERIFIERS = {
  "access-batch-64": "AccessBatch64Verifier",
  "access-batch-244": "AccessBatch244Verifier",
  "access-batch-1024": "AccessBatch1024Verifier",
  "consent-batch": "ConsentBatchVerifier",
  "own-slot": "OwnSlotVerifier",
  "bind-slot": "BindSlotVerifier",
} as const;
export type LedgerCircuit = keyof typeof VERIFIERS;

/** Now, in minutes since 1970-01-01 UTC. */
export const minute = async (): Promise<number> => Math.floor((await time.latest()) / 60);

export async function deployLedger() {
  const world = await deployWorld();
  const { ledger } = world;
  await putOnRecord(world, VERIFIERS, ledgerFamilyFields);
  const [custodian, next, stranger] = (await ethers.getSigners()).slice(-3);
  const address: Omit<PageAddress, "page"> = {
    chainId: (await ethers.provider.getNetwork()).chainId,
    ledger: await ledger.getAddress(),
  };
  return { ...world, custodian: custodian!, next: next!, stranger: stranger!, address };
}

/** Arguments of `changeConsents`. */
export type Changes = [
  page: bigint,
  circuit: string,
  revoked: number,
  root: bigint,
  live: bigint,
  digest: bigint,
  proof: Proof,
  leaves: bigint[],
];

/** A page with patients in its first slots, as batches made it, and their state as the custodian keeps it. */
export class TestPage {
  readonly page: bigint;
  readonly patients: Patient[] = [];
  state: PageState = { leaves: [], live: 0n };
  readonly world: Awaited<ReturnType<typeof deployLedger>>;
  readonly form: bigint;

  private constructor(world: Awaited<ReturnType<typeof deployLedger>>, page = 1n, form = 0n) {
    [this.world, this.page, this.form] = [world, page, form];
  }

  static async open(world: Awaited<ReturnType<typeof deployLedger>>, form = 0n): Promise<TestPage> {
    await world.ledger.connect(world.custodian).openPage(form);
    return new TestPage(world, await world.ledger.pageCount(), form);
  }

  /** Page 1, opened by another way. */
  static of(world: Awaited<ReturnType<typeof deployLedger>>): TestPage {
    return new TestPage(world);
  }

  /** For a test that changes it: fixtures are shared. */
  copy(): TestPage {
    const page = new TestPage(this.world, this.page, this.form);
    page.patients.push(...this.patients);
    page.state = this.state;
    return page;
  }

  get address(): PageAddress {
    return { ...this.world.address, page: this.page };
  }

  newGrants(
    count: number,
    patientAt = (slot: number) => patientOf(`patient ${slot}`),
  ): readonly { readonly patient: Patient; readonly grant: Grant }[] {
    const filled = this.state.leaves.length;
    return Array.from({ length: count }, (_, i) => {
      const patient = patientAt(filled + i);
      return { patient, grant: grantOf(patient, filled + i, this.address) };
    });
  }

  revocation(slot: number): Revocation {
    const { consent, secret } = this.patients[slot]!;
    return { slot, consent, secret };
  }

  /** A batch for the state of now, not sent. */
  batch(grants: readonly Grant[], revocations: readonly Revocation[] = [], form = this.form): ConsentBatch {
    return consentBatch({
      circuit: "consent-batch",
      address: this.address,
      page: this.state,
      ...{ form, grants, revocations },
    });
  }

  /** Arguments of `changeConsents` for a batch. */
  changes({ page, root, leaves, revoked, digest, witness }: ConsentBatch): Changes {
    const proof = simulated("consent-batch", witness.publicInputs);
    return [this.page, idOf("consent-batch"), revoked, root, page.live, digest, proof, [...leaves]];
  }

  async grant(count: number, patientAt?: (slot: number) => Patient): Promise<void> {
    const made = this.newGrants(count, patientAt);
    const batch = this.batch(made.map(({ grant }) => grant));
    await this.world.ledger.connect(this.world.custodian).changeConsents(...this.changes(batch));
    this.patients.push(...made.map(({ patient }) => patient));
    this.state = batch.page;
  }

  async revoke(...slots: number[]): Promise<void> {
    const batch = this.batch(
      [],
      slots.map((slot) => this.revocation(slot)),
    );
    await this.world.ledger.connect(this.world.stranger).changeConsents(...this.changes(batch));
    this.state = batch.page;
  }

  access(slot: number, changes: Partial<Access> = {}): Access {
    return {
      ...{ slot, actor: 5, role: 1, purpose: 2, class: 4, minute: 0, glass: 0 },
      consent: this.patients[slot]!.consent,
      ...changes,
    };
  }

  /** Arguments of `logAccesses` for a batch under a state. */
  accesses(base: number, span: number, accesses: readonly Access[], page: PageState = this.state) {
    const batch = accessBatch({
      circuit: "access-batch-64",
      address: this.address,
      ...{ page, base, span, accesses },
    });
    const proof = simulated("access-batch-64", batch.witness.publicInputs);
    return {
      batch,
      args: [idOf("access-batch-64"), batch.headerWord, batch.digest, proof, batch.body] as const,
    };
  }
}
