// SPDX-License-Identifier: GPL-3.0-or-later
import { COMMAND_ERROR_CODES, ERROR_CODES, type ErrorCode, VitalproofError } from "@vitalproof/sdk";
import { incoming, outgoing, type Shape } from "./shape.ts";

export type CallOptions = {
  /** Stops waiting; what was sent may still take effect. */
  signal?: AbortSignal;
};

export type ServiceOptions = {
  /** Milliseconds until a service that does not answer is given up; 30,000 when left out. A relayer waits for blocks. */
  timeout?: number;
  /** For tests. */
  fetch?: typeof fetch;
};

/** One way to ask a service: where, what may go there, and what comes back. */
type Call = {
  method: "GET" | "POST";
  url: string;
  sends?: { shape: Shape; value: unknown };
  answers: Shape;
};

const TIMEOUT = 30_000;
/** Characters of a service's own words that are shown. */
const MOST_WORDS = 300;

/**
 * Asks a service. A request is checked member by member before anything leaves; no credentials, cookies or referrer go
 * with it.
 *
 * @throws INVALID_ARGUMENT for a message with a member that must not leave; the service's own code where the SDK has it,
 *         else NOT_ALLOWED with it in `details.serviceCode`; SERVICE_UNREACHABLE when it does not answer (`details.timeout`
 *         where it took too long); DOCUMENT_INVALID for an answer of another form; ABORTED
 */
export async function callService<T>(call: Call, options: ServiceOptions & CallOptions): Promise<T> {
  const { timeout = TIMEOUT, signal } = options;
  const body = call.sends === undefined ? undefined : outgoing(call.sends.shape, call.sends.value);
  const timer = AbortSignal.timeout(timeout);
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? globalThis.fetch)(call.url, {
      method: call.method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
    });
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted === true) throw new VitalproofError("ABORTED", "The request was stopped.");
    const late = timer.aborted;
    throw new VitalproofError(
      "SERVICE_UNREACHABLE",
      late ? `The service did not answer within ${timeout / 1000} s.` : "The service cannot be reached.",
      {
        details: { url: call.url, ...(late ? { timeout } : {}) },
        hint: "Check the connection and try again; repeating a request does no harm.",
        cause,
      },
    );
  }
  const answer = parse(text);
  if (!response.ok) throw refusal(call.url, response.status, answer);
  return incoming<T>(call.answers, answer);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a service refused, in the SDK's terms. */
function refusal(url: string, status: number, answer: unknown): VitalproofError {
  const { error } = (answer ?? {}) as {
    error?: Partial<Record<"code" | "message" | "hint" | "details", unknown>>;
  };
  const words = (value: unknown): string | undefined =>
    typeof value === "string" && value !== "" ? value.slice(0, MOST_WORDS) : undefined;
  const code = words(error?.code);
  if (code === undefined && status >= 500) {
    return new VitalproofError("SERVICE_UNREACHABLE", `The service failed (HTTP ${status}).`, {
      details: { url, status },
      hint: "Try again later.",
    });
  }
  const known = [...ERROR_CODES, ...COMMAND_ERROR_CODES].find((each) => each === code);
  return new VitalproofError(
    (known ?? "NOT_ALLOWED") satisfies ErrorCode,
    words(error?.message) ?? `The service refused (HTTP ${status}).`,
    {
      details: {
        ...flat(error?.details),
        url,
        status,
        ...(known === undefined ? { serviceCode: code } : {}),
      },
      hint: words(error?.hint),
    },
  );
}

/** The plain values of a service's details: intake says there where a log stands, which `Log.follow` needs. */
function flat(details: unknown): Record<string, string | number | boolean> {
  if (typeof details !== "object" || details === null) return {};
  const plain = Object.entries(details).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return Object.fromEntries(plain.slice(0, 20)) as Record<string, string | number | boolean>;
}
