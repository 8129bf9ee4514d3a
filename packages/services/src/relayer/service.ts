// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from "node:timers/promises";
import { type ClaimItem, type ClaimOutcome, consentIdOf, type Grant, type Revocation } from "@vitalproof/sdk";
import { id } from "ethers";
import { SENDER_LIMITS, want } from "../chain/index.ts";
import { Node, unreachable } from "../chain/node.ts";
import { Refusal } from "../http/refusal.ts";
import { planWaiting } from "./batches.ts";
import {
  RELAYER_POLICY,
  RELAYER_TIMES,
  type RelayerOptions,
  type RelayerPolicy,
  type RelayerTimes,
} from "./options.ts";
import { abiOf, errorOf, failureOf, keptOf, revertFailure, type Sent, transactionOf } from "./outcome.ts";
import { assertFree, assertRoom, assertWithin } from "./policy.ts";
import {
  changeRequest,
  claimKey,
  consentKey,
  contentOf,
  insertRequest,
  newRow,
  paymentKey,
  type RequestRow,
  requestOf,
  revocationKey,
} from "./requests.ts";
import type { RelayerBackend } from "./routes.ts";
import { actionOf, claimStateOf, settleSent } from "./settle.ts";

/** A call of a contract that is to be sent for somebody. */
type Call = Pick<RequestRow, "kind" | "principal"> & {
  readonly content: object;
  readonly to: string;
  readonly args: readonly unknown[];
};

/**
 * A relayer whose whole state is its store's. What it accepted is sent once, whatever happens; asking again with the
 * same content waits for the same outcome. Several processes may run on one store.
 */
export class StoredRelayer implements RelayerBackend {
  readonly #options: RelayerOptions;
  readonly #policy: RelayerPolicy;
  readonly #times: RelayerTimes;
  readonly #node: Node;
  #round: Promise<void> | undefined;

  constructor(options: RelayerOptions) {
    this.#options = options;
    this.#policy = { ...RELAYER_POLICY, ...options.policy };
    this.#times = { ...RELAYER_TIMES, ...options.times };
    this.#node = new Node(options.provider, SENDER_LIMITS.timeout);
  }

  /** One round: plans claims, sends, and ends what is final. Rounds that are asked for meanwhile are the same one. */
  advance(): Promise<void> {
    this.#round ??= this.#advance().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #advance(): Promise<void> {
    const { database, senders, claims } = this.#options;
    await planWaiting(this.#options, this.#times);
    for (const sender of senders) await sender.advance();
    await settleSent(database, claims.address);
  }

  async consent(grant: Grant): Promise<{ consentId: string; transaction: string }> {
    const { consent, deadline, signature } = grant;
    assertFree(this.#policy, consent.program);
    const { transaction } = await this.#call(consentKey(grant), {
      kind: "consent",
      principal: consent.patient.toLowerCase(),
      content: grant,
      to: this.#options.consents.address,
      args: [consent, deadline, signature],
    });
    return { consentId: consentIdOf(consent), transaction };
  }

  async revoke(revocation: Revocation): Promise<Sent> {
    const { patient, consentId, deadline, signature } = revocation;
    // The program is not in it.
    assertFree(this.#policy, undefined);
    return this.#call(revocationKey(revocation), {
      kind: "revocation",
      principal: patient.toLowerCase(),
      content: revocation,
      to: this.#options.consents.address,
      args: [patient, consentId, deadline, signature],
    });
  }

  /** A payment that is on its way is waited for; after it, another one is sent where something is owed again. */
  async pay(policy: bigint): Promise<Sent> {
    await this.#assertPolicyFree(policy);
    const { database, claims } = this.#options;
    const principal = `policy/${policy}`;
    const { count } = await database.reads
      .selectFrom("relayer_request")
      .select((of) => of.fn.countAll().as("count"))
      .where("kind", "=", "payment")
      .where("principal", "=", principal)
      .executeTakeFirstOrThrow();
    const call = {
      kind: "payment",
      principal,
      content: { policy },
      to: claims.address,
      args: [policy],
    } as const;
    const earlier = Number(count);
    if (earlier === 0) return this.#call(paymentKey(policy, 1), call);
    const key = paymentKey(policy, earlier);
    const row = await requestOf(database.reads, key);
    const state = row && (await transactionOf(database.reads, row));
    const isOnItsWay = state?.state === "wanted" || state?.state === "sent";
    if (isOnItsWay || (await claims.owedOf(policy)) === 0n) return this.#call(key, call);
    return this.#call(paymentKey(policy, earlier + 1), call);
  }

  async claim(item: ClaimItem): Promise<ClaimOutcome> {
    const { database, clock } = this.#options;
    const key = claimKey(item);
    const there = await requestOf(database.reads, key);
    if (there === undefined) {
      await this.#assertPolicyFree(item.policy);
      const principal = `policy/${item.policy}`;
      await database.step(async (queries) => {
        await assertWithin(queries, this.#policy, principal, clock());
        await assertRoom(queries, this.#policy);
        const { policy, period } = item;
        const known = {
          key,
          kind: "claim",
          principal,
          content: contentOf(item),
          received_at: clock(),
        } as const;
        await insertRequest(queries, newRow({ ...known, subject: `${policy}/${period}` }));
      });
    } else if (isWorthAnotherTry(there)) {
      // Nothing was done for it: what was missing may be there now.
      const fresh = {
        state: "waiting",
        purpose: null,
        place: null,
        most: null,
        outcome: null,
        received_at: clock(),
      } as const;
      await database.step((queries) => changeRequest(queries, there, fresh));
    }
    const outcome = await this.#until(async () => this.#claimOutcome(key));
    return outcome ?? onItsWay;
  }

  async #claimOutcome(key: string): Promise<ClaimOutcome | undefined> {
    const { database, claims, answerAt = "mined" } = this.#options;
    const row = await requestOf(database.reads, key);
    if (row?.outcome != null) {
      const kept = keptOf(row.outcome);
      return "claim" in kept ? kept.claim : undefined;
    }
    return row && claimStateOf(database.reads, row, { claims: claims.address, answerAt });
  }

  /** Sends a call once, and waits for it. @throws what the contract refuses it with */
  async #call(key: string, call: Call): Promise<Sent> {
    const { database, clock } = this.#options;
    const there = await requestOf(database.reads, key);
    const failed = there?.outcome != null && "failure" in keptOf(there.outcome);
    if (there === undefined || failed) {
      const data = abiOf(call.kind).encodeFunctionData(actionOf(call.kind), [...call.args]);
      await this.#assertPasses(call, data);
      const tries = there === undefined ? 0 : there.tries + 1;
      const purpose = `${key}/${tries}`;
      const { senders } = this.#options;
      const from = await senders[Number(BigInt(id(key)) % BigInt(senders.length))]!.account();
      await database.step(async (queries) => {
        const { kind, principal, content } = call;
        if (there === undefined) {
          await assertWithin(queries, this.#policy, principal, clock());
          const row = { key, kind, principal, content: contentOf(content), received_at: clock() };
          if (!(await insertRequest(queries, newRow({ ...row, state: "sent", purpose })))) return;
        } else if (!(await changeRequest(queries, there, { state: "sent", purpose, tries, outcome: null })))
          return;
        await want(queries, { purpose, from, to: call.to, data }, clock());
      });
    }
    const sent = await this.#until(() => this.#sent(key));
    if (sent !== undefined) return sent;
    throw new Refusal(503, "CONTRACT_CALL_FAILED", "It was accepted, and is not mined yet.", {
      details: { action: actionOf(call.kind) },
      hint: "Ask again with the same content: nothing is sent twice.",
    });
  }

  /** @throws what it failed with */
  async #sent(key: string): Promise<Sent | undefined> {
    const { database, answerAt = "mined" } = this.#options;
    const row = await requestOf(database.reads, key);
    if (row === undefined) return undefined;
    if (row.outcome !== null) {
      const kept = keptOf(row.outcome);
      if ("failure" in kept) throw errorOf(kept.failure);
      return "sent" in kept ? kept.sent : undefined;
    }
    const state = await transactionOf(database.reads, row);
    if (state === undefined || !("isFinal" in state) || (answerAt === "final" && !state.isFinal))
      return undefined;
    if (state.state === "mined" || state.state === "final") return { transaction: state.hash };
    throw errorOf(failureOf(state, actionOf(row.kind)));
  }

  /** Nothing is accepted that the contract would refuse: signatures of anyone's cost gas otherwise. */
  async #assertPasses({ to, kind }: Call, data: string): Promise<void> {
    const from = (await this.#options.senders[0]!.account()).address;
    const called = await this.#node.estimate({ from, to, data }).catch((cause: unknown) => {
      throw unreachable("eth_estimateGas", cause);
    });
    if ("value" in called) return;
    const error = called.reverted.length >= 10 ? abiOf(kind).parseError(called.reverted) : null;
    const values = Object.fromEntries(
      error?.fragment.inputs.map(({ name }, i) => [name || String(i), String(error.args[i])]) ?? [],
    );
    const known = error === null ? {} : { name: error.name, values };
    throw errorOf(revertFailure({ data: called.reverted, ...known }, actionOf(kind)));
  }

  async #assertPolicyFree(policy: bigint): Promise<void> {
    if (this.#policy.free === "all" || this.#policy.free === "none") return assertFree(this.#policy, 0n);
    assertFree(this.#policy, (await this.#options.claims.policy(policy)).program);
  }

  /** Does rounds and looks until there is something, or the time is over. */
  async #until<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    const end = Date.now() + this.#times.wait;
    for (;;) {
      const found = await look();
      if (found !== undefined || Date.now() > end) return found;
      await Promise.race([
        this.advance(),
        setTimeout(Math.max(0, end - Date.now()), undefined, { ref: false }),
      ]);
      const after = await look();
      if (after !== undefined) return after;
      await setTimeout(Math.min(this.#times.poll, Math.max(0, end - Date.now())));
    }
  }
}

/** Whether a claim ended without having been settled or found false. */
function isWorthAnotherTry({ outcome }: RequestRow): boolean {
  if (outcome === null) return false;
  const kept = keptOf(outcome);
  return "claim" in kept && (kept.claim.outcome === "skipped" || kept.claim.outcome === "failed");
}

const onItsWay = {
  outcome: "failed",
  code: "CONTRACT_CALL_FAILED",
  message:
    "The claim was accepted and is not settled yet. Ask again with the same content: nothing is sent twice.",
} as const;
