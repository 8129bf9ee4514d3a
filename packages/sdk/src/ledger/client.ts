// SPDX-License-Identifier: GPL-3.0-or-later
import { type ContractRunner, ZeroAddress } from "ethers";
import { argumentOf, atBlock, connect, read, type Sent, send } from "../clients/call.ts";
import { chainIdOf } from "../clients/chain.ts";
import type { CircuitRegistry, HealthLedger } from "../clients/contractTypes.ts";
import { type BlockRange, eventsOf } from "../clients/events.ts";
import { CIRCUIT_REGISTRY_ABI } from "../generated/abi.ts";
import { HEALTH_LEDGER_ABI } from "../generated/ledgerAbi.ts";
import { type Proof, proofCalldata } from "../prove/proof.ts";
import type { Witness } from "../witness/witness.ts";
import type { AccessBatch } from "./accessBatch.ts";
import { boundConsentIdOf, type Matter } from "./binding.ts";
import type { ConsentBatch } from "./consentBatch.ts";
import { ledgerCircuitIdOf } from "./family.ts";
import type { PageAddress } from "./page.ts";
import type { EndedVersion } from "./version.ts";

/** A page as the contract has it. Times are minutes since 1970-01-01 UTC. */
export type PageRecord = {
  readonly root: bigint;
  /** Bit s: the consent in slot s is given and not revoked. */
  readonly live: bigint;
  readonly custodian: string;
  /** Slots in use, from 0 on. */
  readonly filled: number;
  /** Counts the changes of root or live bits. */
  readonly version: number;
  /** When this version began. */
  readonly since: number;
  /** Up to when accesses under this version are logged. */
  readonly logged: number;
  /** 0, or the packed rights that every consent of the page has. */
  readonly form: bigint;
  /** Chain of hashes over the versions that ended: 25 bytes in hex. */
  readonly history: string;
};

/** The health ledger: its pages, and what custodians and patients send to it. */
export class LedgerClient {
  readonly address: string;
  readonly #runner: ContractRunner;
  readonly #contract: HealthLedger;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#runner = runner;
    this.#contract = connect<HealthLedger>(HEALTH_LEDGER_ABI, address, runner);
  }

  /** The address that a page's batches and grants are made for. */
  async pageAddress(page: bigint): Promise<PageAddress> {
    return { chainId: await chainIdOf(this.#runner), ledger: this.address, page };
  }

  // --- pages ----------------------------------------------------------------------------------------------

  /** Opens an empty page; the caller is its custodian. @param form 0n, or the rights of all its consents, in public */
  openPage(form = 0n): Promise<Sent<bigint>> {
    return send(
      this.#contract,
      "openPage",
      () => this.#contract.openPage(form),
      (events) => argumentOf(events, "PageOpened", "page") as bigint,
    );
  }

  /** Offers a page to another custodian; custodian only. The zero address withdraws the offer. */
  nominateCustodian(page: bigint, nominee: string): Promise<Sent> {
    return send(this.#contract, "nominateCustodian", () => this.#contract.nominateCustodian(page, nominee));
  }

  /** Makes the caller the page's custodian; nominee only. */
  acceptCustodian(page: bigint): Promise<Sent> {
    return send(this.#contract, "acceptCustodian", () => this.#contract.acceptCustodian(page));
  }

  // --- consents and accesses ------------------------------------------------------------------------------

  /** Sends new consents and revocations. Only the custodian may send new consents; anyone may send revocations alone. */
  changeConsents(page: bigint, batch: ConsentBatch, proof: Proof): Promise<Sent> {
    const { revoked, root, digest, leaves, witness } = batch;
    const circuit = ledgerCircuitIdOf(witness.circuit);
    return send(this.#contract, "changeConsents", () =>
      this.#contract.changeConsents(
        page,
        circuit,
        revoked,
        root,
        batch.page.live,
        digest,
        proofCalldata(proof),
        [...leaves],
      ),
    );
  }

  /** Revokes one consent by its patient's proof, at once. Anyone may send it. */
  revokeByForce(page: bigint, slot: number, proof: Proof): Promise<Sent> {
    const circuit = ledgerCircuitIdOf("own-slot");
    return send(this.#contract, "revokeByForce", () =>
      this.#contract.revokeByForce(page, circuit, slot, proofCalldata(proof)),
    );
  }

  /** Logs accesses under the page's current version; custodian only. */
  logAccesses(page: bigint, batch: AccessBatch, proof: Proof): Promise<Sent> {
    const { headerWord, digest, body, witness } = batch;
    const circuit = ledgerCircuitIdOf(witness.circuit);
    return send(this.#contract, "logAccesses", () =>
      this.#contract.logAccesses(page, circuit, headerWord, digest, proofCalldata(proof), body),
    );
  }

  /**
   * Logs accesses under a version that ended at most `lateTime` ago; custodian only.
   * @param versions from the one of the accesses to the last that ended, in order: the end of `RebuiltPage.versions`
   */
  logLate(page: bigint, versions: readonly EndedVersion[], batch: AccessBatch, proof: Proof): Promise<Sent> {
    const { headerWord, digest, body, witness } = batch;
    const circuit = ledgerCircuitIdOf(witness.circuit);
    return send(this.#contract, "logLate", () =>
      this.#contract.logLate(page, [...versions], circuit, headerWord, digest, proofCalldata(proof), body),
    );
  }

  // --- binding --------------------------------------------------------------------------------------------

  /** Gives the caller the number by which consents name it: the same one each time. */
  async registerGrantee(): Promise<number> {
    const { hash } = await send(this.#contract, "registerGrantee", () => this.#contract.registerGrantee());
    const account = (await this.#runner.provider?.getTransaction(hash))?.from;
    return this.granteeOf(account!);
  }

  /**
   * Lets contracts rely on a consent for payment in one matter, until it ends. Anyone may send it.
   * @param witness `bindSlotWitness` with `bindActionOf` the page and matter, of which `proof` is
   * @returns the consent's id for claims
   */
  async bind(page: bigint, matter: Matter, witness: Witness, proof: Proof): Promise<Sent<string>> {
    const [, slot, , rights] = witness.publicInputs;
    const circuit = ledgerCircuitIdOf(witness.circuit);
    const sent = await send(this.#contract, "bind", () =>
      this.#contract.bind(page, circuit, slot!, rights!, matter, proofCalldata(proof)),
    );
    return { ...sent, result: boundConsentIdOf(page, Number(slot), matter) };
  }

  /** Number by which consents name an account; 0 if it has none. */
  async granteeOf(account: string): Promise<number> {
    return Number(await read(this.#contract, "granteeOf", () => this.#contract.granteeOf(account)));
  }

  /** The account with a number; undefined for a number that no account has. @param range where its event can be */
  async accountOf(grantee: number, range: BlockRange = {}): Promise<string | undefined> {
    const filter = this.#contract.filters.GranteeRegistered(grantee);
    const events = await eventsOf(this.#contract, "GranteeRegistered", range, (from, to) =>
      this.#contract.queryFilter(filter, from, to),
    );
    return events[0]?.args.account;
  }

  /** Whether contracts would rely on a bound consent now. @param consentId `boundConsentIdOf` */
  isActive(consentId: string, { patient, grantee, purpose, program }: Matter): Promise<boolean> {
    return read(this.#contract, "isActive", () =>
      this.#contract.isActive(consentId, patient, grantee, purpose, program),
    );
  }

  // --- views ----------------------------------------------------------------------------------------------

  /** @param block as of which; the latest when left out @throws CONTRACT_REVERTED for an unknown page */
  async page(page: bigint, block?: number): Promise<PageRecord> {
    const found = await read(this.#contract, "pageOf", () => this.#contract.pageOf(page, atBlock(block)));
    const { root, live, custodian, form, history } = found;
    return {
      ...{ root, live, custodian, form, history },
      filled: Number(found.filled),
      version: Number(found.version),
      since: Number(found.since),
      logged: Number(found.logged),
    };
  }

  /** Pages count from 1. */
  pageCount(): Promise<bigint> {
    return read(this.#contract, "pageCount", () => this.#contract.pageCount());
  }

  /** Who was nominated as the page's next custodian; undefined if nobody was. */
  async nomineeOf(page: bigint): Promise<string | undefined> {
    const found = await read(this.#contract, "pendingCustodianOf", () =>
      this.#contract.pendingCustodianOf(page),
    );
    return found === ZeroAddress ? undefined : found;
  }

  /** For how many minutes after its end a version takes late accesses. */
  async lateTime(): Promise<number> {
    return Number(await read(this.#contract, "lateTime", () => this.#contract.lateTime()));
  }

  /** Up to when late accesses of an ended version are logged; 0 if there were none. @param history `historyAfter` the version */
  async lateLogged(page: bigint, history: string): Promise<number> {
    return Number(await read(this.#contract, "lateLogged", () => this.#contract.lateLogged(page, history)));
  }

  /**
   * Whether the ledger takes proofs of a circuit now: its registry has it in force.
   * @param circuit name in circuits.json @throws UNKNOWN_CIRCUIT for one that is not the ledger's
   */
  async isInForce(circuit: string): Promise<boolean> {
    const id = ledgerCircuitIdOf(circuit);
    const address = await read(this.#contract, "circuits", () => this.#contract.circuits());
    const registry = connect<CircuitRegistry>(CIRCUIT_REGISTRY_ABI, address, this.#runner);
    const { verifier } = await read(registry, "verifierInForce", () => registry.verifierInForce(id));
    return verifier !== ZeroAddress;
  }

  /** Whether the consent in a slot is given and not revoked. False for an unknown page. */
  isLive(page: bigint, slot: number): Promise<boolean> {
    return read(this.#contract, "isLive", () => this.#contract.isLive(page, slot));
  }
}
