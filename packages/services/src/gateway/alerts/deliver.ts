// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { authorizationOf, VitalproofError } from "@vitalproof/sdk";
import { systemCode, systemHint, writeWhole } from "@vitalproof/sdk/node";
import { secretOf } from "../../keys/secrets.ts";
import type { AlertDestination } from "./settings.ts";

/** Milliseconds within which a receiver must answer. */
export const DELIVERY_TIME = 10_000;

/**
 * Hands a presentation over. It can be called again with the same id and text, also after it succeeded.
 * @param id SHA-256 of the text in hex
 */
export type Deliver = (id: string, text: string, signal: AbortSignal) => Promise<void>;

/** What two requests have in common that go to one receiver. */
export function receiverOf(to: AlertDestination): string {
  return "url" in to ? JSON.stringify([to.url, to.tokenFile]) : JSON.stringify([to.folder]);
}

/** @param fetch in place of the global one */
export function deliverTo(to: AlertDestination, fetch: typeof globalThis.fetch = globalThis.fetch): Deliver {
  return "url" in to ? toUrl(to.url, to.tokenFile, fetch) : toFolder(to.folder);
}

/**
 * Posts the document with its id as `idempotency-key`. The token is read each time, so that a new one is found.
 * @throws SERVICE_UNREACHABLE where nothing answers in time or the receiver fails; NOT_ALLOWED for every other refusal
 */
function toUrl(url: string, tokenFile: string | undefined, fetch: typeof globalThis.fetch): Deliver {
  return async (id, text, signal) => {
    const token =
      tokenFile === undefined
        ? undefined
        : await secretOf({ what: "the token of the receiver", file: tokenFile });
    const status = await statusOf(() =>
      fetch(url, {
        method: "POST",
        body: text,
        headers: {
          "content-type": "application/json",
          "idempotency-key": `"${id}"`,
          ...authorizationOf(token, url),
        },
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(DELIVERY_TIME)]),
      }),
    );
    if (status >= 200 && status <= 299) return;
    const code = status >= 500 || status === 429 || status === 408 ? "SERVICE_UNREACHABLE" : "NOT_ALLOWED";
    throw new VitalproofError(code, `The receiver of alerts answered with HTTP ${status}.`, {
      details: { status },
      hint: "Any answer from 200 to 299 says that the alert arrived.",
    });
  };
}

async function statusOf(ask: () => Promise<Response>): Promise<number> {
  try {
    const response = await ask();
    // What it says is not needed, and its connection is.
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    if (cause instanceof VitalproofError) throw cause;
    throw new VitalproofError("SERVICE_UNREACHABLE", "The receiver of alerts does not answer.", {
      hint: "Check the network and the address.",
      cause,
    });
  }
}

/** Writes `ID.json`, whole or not at all, readable by the gateway's account only. @throws FILE_UNREADABLE */
function toFolder(folder: string): Deliver {
  return async (id, text) => {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeWhole(join(folder, `${id}.json`), text, { replace: true });
    } catch (cause) {
      throw new VitalproofError(
        "FILE_UNREADABLE",
        `The folder of alerts cannot be written (${systemCode(cause)}).`,
        {
          details: { folder },
          hint: systemHint(systemCode(cause)),
          cause,
        },
      );
    }
  };
}
