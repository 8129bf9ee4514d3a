// SPDX-License-Identifier: GPL-3.0-or-later
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Io } from "./io.ts";

/** Options that every command has; `command.optsWithGlobals<GlobalOptions & …>()` holds them. */
export type GlobalOptions = {
  json?: boolean;
  quiet?: boolean;
  home?: string;
  passphraseFile?: string;
  artifacts?: string;
  rapidsnark?: string;
  rpc?: string;
  clock: "system" | "chain";
};

/** The folder of identity, device and logs. */
export function homeFolder(io: Io, { home }: Pick<GlobalOptions, "home">): string {
  const chosen = home ?? (io.env.VITALPROOF_HOME || undefined);
  return chosen === undefined ? join(homedir(), ".vitalproof") : resolve(io.cwd, chosen);
}

/** The node's URL. A path in it may be a key: `shownUrl` is what may be shown. */
export function rpcUrl(io: Io, { rpc }: Pick<GlobalOptions, "rpc">): string {
  return rpc ?? (io.env.VITALPROOF_RPC || undefined) ?? "http://127.0.0.1:8545";
}

/** Scheme, host and port alone. */
export function shownUrl(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "(no URL)";
  }
}
