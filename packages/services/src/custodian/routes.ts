// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  CONSENT_OFFER,
  CUSTODIAN_ENDPOINTS,
  isSamePage,
  MOST_MISSED,
  type PageAddress,
} from "@vitalproof/sdk/ledger";
import { headed } from "@vitalproof/sdk/wire";
import type { FastifyPluginCallback } from "fastify";
import { serve } from "../http/serve.ts";
import type { PageKeeper } from "./keeper.ts";

/** Routes of a custodian. Register them with a prefix. */
export function custodianRoutes(keeper: PageKeeper, address: PageAddress): FastifyPluginCallback {
  const { record, offer, accept, revoke, missed, decide, status } = CUSTODIAN_ENDPOINTS;
  return (app, _, done) => {
    serve(app, record, async ({ body }) => ({ outcome: await keeper.page.record(body) }));
    serve(app, offer, async ({ body }) => {
      const { expires, ...offered } = await keeper.page.offer(body);
      return { offer: headed(CONSENT_OFFER, offered), expires };
    });
    serve(app, accept, async ({ body }) => {
      assertPage(body.address, address);
      await keeper.page.accept(body.grant);
      return {};
    });
    serve(app, revoke, async ({ body }) => {
      assertPage(body.address, address);
      await keeper.page.revoke(body.slot, body.secret);
      return {};
    });
    serve(app, missed, async () => {
      const all = keeper.known.missed;
      const accesses = all
        .slice(0, MOST_MISSED)
        .map(({ access, reason, isLeft }) => ({ ...access, reason, isLeft }));
      return { accesses, more: all.length - accesses.length };
    });
    serve(app, decide, async ({ body: { key, decision } }) => {
      await (decision === "emergency" ? keeper.page.breakGlass(key) : keeper.page.leaveOut(key));
      return {};
    });
    serve(app, status, async () => {
      const { waiting, missed: found, unsettled } = keeper.known;
      const { closesAt } = keeper;
      return { address, waiting, missed: found.length, unsettled: [...unsettled], closesAt };
    });
    done();
  };
}

/** @throws INVALID_ARGUMENT for a document of another page */
function assertPage(given: PageAddress, own: PageAddress): void {
  if (isSamePage(given, own)) return;
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `It is for page ${given.page} of ${given.ledger} on chain ${given.chainId}.`,
    {
      details: { page: given.page, own: own.page },
      hint: `This custodian has page ${own.page} of ${own.ledger} on chain ${own.chainId}.`,
    },
  );
}
