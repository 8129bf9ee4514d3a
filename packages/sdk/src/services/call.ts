// SPDX-License-Identifier: GPL-3.0-or-later
import { COMMAND_ERROR_CODES, ERROR_CODES, type ErrorCode, VitalproofError } from "../errors.ts";
import type { Endpoint } from "../wire/endpoint.ts";
import { outgoing } from "../wire/json.ts";
import { parse, wrong } from "../wire/parse.ts";
import { authorizationOf, withoutToken } from "./token.ts";

export type CallOptions = {
  /** Stops waiting. What was sent may still take effect. */
  signal?: AbortSignal;
};

export type ServiceOptions = {
  /** Milliseconds until a service that does not answer is given up; 30,000 when left out. A relayer waits for blocks. */
  timeout?: number;
  /** How often an unreachable or busy service is asked again, where asking twice changes nothing; 2 when left out. */
  retries?: number;
  /** Bearer token that the service's operator gave out. It goes to this service's address alone, and only encrypted. */
  token?: string;
  fetch?: typeof globalThis.fetch;
};

const TIMEOUT = 30_000;
const RETRIES = 2;
/** Milliseconds before the first repetition, doubled for each further one. */
const PAUSE = 200;
/** Seconds of a service's `retry-after` up to which a caller is kept waiting. */
const MOST_WAIT = 10;
/** Characters of a service's own words that are shown. */
const MOST_WORDS = 300;
const NEWER = "The service may be of another version than this program.";

/** A call of one endpoint: where the service is, the parts of the path, and what goes there. */
type Call<P, S, A> = { base: string; endpoint: Endpoint<P, S, A>; params: P; body: S };

/**
 * Asks a service. The message is checked member by member before anything leaves. No cookies or referrer go with it; a
 * token only where `options` has one, and never to where a service points.
 *
 * @throws INVALID_ARGUMENT for a message with a member that must not leave; the service's own code where the SDK has it,
 *         else NOT_ALLOWED with it in `details.serviceCode`; NOT_ALLOWED with `details.status` 401 or 403 for a token that
 *         is missing, expired or for something else; TOO_MANY_REQUESTS with `details.retryAfter` in seconds;
 *         SERVICE_UNREACHABLE when it does not answer (`details.timeout`
 *         where it took too long); DOCUMENT_INVALID for an answer of another form; ABORTED
 */
export async function callService<P, S, A>(
  { base, endpoint, params, body }: Call<P, S, A>,
  options: ServiceOptions & CallOptions,
): Promise<A> {
  const { method, sends, answers } = endpoint;
  const url = base + pathOf(endpoint, params);
  const init: RequestInit = {
    method,
    ...(sends === undefined ? {} : { body: outgoing(sends, body) }),
    headers: {
      ...(sends === undefined ? {} : { "content-type": "application/json" }),
      ...authorizationOf(options.token, url),
    },
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
  };
  const reply = await patiently(endpoint.repeatable, options, () => ask(url, init, options));
  const { status, text } = reply;
  const answer = jsonOrNothing(text);
  if (status < 200 || status > 299) throw refusal(url, reply, answer);
  if (answer === undefined) throw wrong("answer", "JSON", { hint: NEWER });
  return parse(answers, answer, "answer", { hint: NEWER, ignoreUnknown: true });
}

/** The path below the service's address. @throws INVALID_ARGUMENT for a part that the endpoint does not have so */
function pathOf<P>(
  { path, params: field }: Pick<Endpoint<P, never, never>, "path" | "params">,
  params: P,
): string {
  const texts = Object.fromEntries(
    Object.entries(params as object).map(([name, value]) => [name, String(value)]),
  );
  parse(field, texts, "path", { code: "INVALID_ARGUMENT", hint: "Nothing was sent." });
  return path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(texts[name]!));
}

type Reply = { status: number; text: string; retryAfter: number | undefined };

/** Asks again while a service is unreachable or busy, if that is safe. A timeout has been long enough already. */
async function patiently(
  repeatable: boolean,
  { retries = RETRIES, signal }: ServiceOptions & CallOptions,
  ask: () => Promise<Reply>,
): Promise<Reply> {
  for (let left = repeatable ? retries : 0, pause = PAUSE; ; left--, pause *= 2) {
    let wait = pause;
    try {
      const reply = await ask();
      const { status, retryAfter = 0 } = reply;
      const later = (status >= 502 && status <= 504) || (status === 429 && retryAfter <= MOST_WAIT);
      if (left === 0 || !later) return reply;
      if (status === 429) wait = Math.max(pause, retryAfter * 1000);
    } catch (error) {
      const unreachable = VitalproofError.find(error, "SERVICE_UNREACHABLE");
      if (left === 0 || unreachable === undefined || "timeout" in unreachable.details) throw error;
    }
    await waited(wait, signal);
  }
}

/** @throws ABORTED */
function waited(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(stopped());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

function stopped(): VitalproofError {
  return new VitalproofError("ABORTED", "The request was stopped.");
}

async function ask(
  url: string,
  init: RequestInit,
  { timeout = TIMEOUT, signal, token, fetch = globalThis.fetch }: ServiceOptions & CallOptions,
): Promise<Reply> {
  const timer = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      ...init,
      signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
    });
    const { status, headers } = response;
    return {
      status,
      text: withoutToken(await response.text(), token),
      retryAfter: secondsOf(headers.get("retry-after")),
    };
  } catch (cause) {
    if (signal?.aborted === true) throw stopped();
    const late = timer.aborted;
    throw new VitalproofError(
      "SERVICE_UNREACHABLE",
      late ? `The service did not answer within ${timeout / 1000} s.` : "The service cannot be reached.",
      {
        details: { url, ...(late ? { timeout } : {}) },
        hint: "Check the connection and try again; repeating a request does no harm.",
        cause,
      },
    );
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a header `retry-after` in seconds; a date is not one that our services send. */
function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

/** What a service refused, in the SDK's terms. */
function refusal(url: string, { status, retryAfter }: Reply, answer: unknown): VitalproofError {
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
  const unnamed = status === 429 ? "TOO_MANY_REQUESTS" : "NOT_ALLOWED";
  return new VitalproofError(
    (known ?? unnamed) satisfies ErrorCode,
    words(error?.message) ?? `The service refused (HTTP ${status}).`,
    {
      details: {
        ...flat(error?.details),
        url,
        status,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(known === undefined ? { serviceCode: code } : {}),
      },
      hint: words(error?.hint),
    },
  );
}

/** The plain values of a service's details: intake says there how far its log is, which `Log.follow` needs. */
function flat(details: unknown): Record<string, string | number | boolean> {
  if (typeof details !== "object" || details === null) return {};
  const plain = Object.entries(details).filter(([, value]) =>
    ["string", "number", "boolean"].includes(typeof value),
  );
  return Object.fromEntries(plain.slice(0, 20)) as Record<string, string | number | boolean>;
}
