// SPDX-License-Identifier: GPL-3.0-or-later
import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from "pino";
import { TOKEN_PREFIX } from "../http/token.ts";
import { faultOf } from "./fault.ts";

export type { Logger } from "pino";

export type LoggerOptions = {
  /** Of the service, such as `attester`. */
  readonly name?: string;
  /** The least that is written; `info` when left out. */
  readonly level?: LevelWithSilent;
  /** Where lines go; standard output when left out. */
  readonly destination?: DestinationStream;
};

/** Members that never belong in a log, wherever they come from. Nothing writes them on purpose. */
const SECRET = [
  "authorization",
  "body",
  "cookie",
  "headers",
  "key",
  "leaf",
  "params",
  "passphrase",
  "password",
  "privateKey",
  "query",
  "readings",
  "salt",
  "secret",
  "subject",
  "token",
  "url",
];
const DEPTHS = ["", "*.", "*.*."];
/** Fastify's one message that quotes a path, up to the quotation. */
const QUOTES_PATH = /^(Reply was already sent).*/s;
const TOKEN = new RegExp(`${TOKEN_PREFIX}[A-Za-z0-9_-]+`, "g");

/**
 * JSON lines for services. An error is written as its place in the code, without its words (`faultOf`). What must not be
 * there is not logged in the first place; members with names of secrets and texts that look like our tokens are replaced
 * as well, should someone forget.
 */
export function logger({ name, level = "info", destination }: LoggerOptions = {}): Logger {
  return pino(
    {
      level,
      base: name === undefined ? {} : { service: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: DEPTHS.flatMap((depth) => SECRET.map((each) => depth + each)), censor: "[redacted]" },
      serializers: {
        err: (error: unknown) => faultOf(error),
        req: ({ id, method }: { id?: unknown; method?: unknown }) => ({ id, method }),
        res: ({ statusCode }: { statusCode?: unknown }) => ({ status: statusCode }),
      },
      hooks: {
        // Without words of its own a line would get those of the error.
        logMethod([first, ...rest], method) {
          const item: unknown = first;
          const bindings = item instanceof Error ? { err: item } : item;
          const isBare =
            typeof bindings === "object" && bindings !== null && "err" in bindings && rest.length === 0;
          if (isBare) method.apply(this, [bindings, "fault"]);
          else if (typeof item === "string") method.apply(this, [item.replace(QUOTES_PATH, "$1"), ...rest]);
          else method.apply(this, [bindings as object, ...rest]);
        },
        streamWrite: (line) => line.replaceAll(TOKEN, "[token]"),
      },
    },
    ...(destination === undefined ? [] : [destination]),
  );
}
