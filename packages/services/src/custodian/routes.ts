// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { CONSENT_OFFER, CUSTODIAN_ENDPOINTS, MOST_MISSED, type PageAddress } from "@vitalproof/sdk/ledger";
import { headed } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { Refusal } from "../http/refusal.ts";
import { serve } from "../http/serve.ts";
import type { PageKeeper } from "./keeper.ts";

/** Routes of a custodian. Register them with a prefix. */
export function custodianRoutes(keeper: PageKeeper, address: PageAddress): FastifyPluginCallback {
  const { record, offer, accept, revoke, missed, decide, status } = CUSTODIAN_ENDPOINTS;
  return (app, _, done) => {
    serve(app, record, ({ body }) => stored(async () => ({ outcome: await keeper.page.record(body) })));
    serve(app, offer, ({ body }) =>
      stored(async () => {
        const { expires, ...offered } = await keeper.page.offer(body);
        return { offer: headed(CONSENT_OFFER, offered), expires };
      }),
    );
    serve(app, accept, ({ body }) =>
      stored(async () => {
        assertPage(body.address, address);
        await keeper.page.accept(body.grant);
        return {};
      }),
    );
    serve(app, revoke, ({ body }) =>
      stored(async () => {
        assertPage(body.address, address);
        await keeper.page.revoke(body.slot, body.secret);
        return {};
      }),
    );
    serve(app, missed, async () => {
      const all = keeper.known.missed;
      const accesses = all
        .slice(0, MOST_MISSED)
        .map(({ access, reason, isLeft }) => ({ ...access, reason, isLeft }));
      return { accesses, more: all.length - accesses.length };
    });
    serve(app, decide, ({ body: { key, decision } }) =>
      stored(async () => {
        await (decision === "emergency" ? keeper.page.breakGlass(key) : keeper.page.leaveOut(key));
        return {};
      }),
    );
    serve(app, status, async () => {
      const { waiting, missed: found, unsettled } = keeper.known;
      const { closesAt } = keeper;
      return { address, waiting, missed: found.length, unsettled: [...unsettled], closesAt };
    });
    done();
  };
}

/** What was not stored did not happen: the caller asks again. */
async function stored<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof VitalproofError) || error instanceof Refusal) throw error;
    // The store's NOT_ALLOWED is about this process, not about the caller.
    if (error.code !== "STORE_FAILED" && error.code !== "NOT_ALLOWED") throw error;
    throw new Refusal(503, "STORE_FAILED", "The service could not store it.", {
      hint: "Ask again in some seconds.",
    });
  }
}

/** @throws INVALID_ARGUMENT for a document of another page */
function assertPage(given: PageAddress, own: PageAddress): void {
  const isOwn =
    given.chainId === own.chainId &&
    given.page === own.page &&
    given.ledger.toLowerCase() === own.ledger.toLowerCase();
  if (isOwn) return;
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `It is for page ${given.page} of ${given.ledger} on chain ${given.chainId}.`,
    {
      details: { page: given.page, own: own.page },
      hint: `This custodian has page ${own.page} of ${own.ledger} on chain ${own.chainId}.`,
    },
  );
}
