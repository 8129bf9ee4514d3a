// SPDX-License-Identifier: GPL-3.0-or-later
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import type { Io } from "./io.ts";

/** Options that every command has; `command.optsWithGlobals<GlobalOptions & …>()` holds them. */
export type GlobalOptions = {
  json?: boolean;
  quiet?: boolean;
  vault?: string;
  /** What `--vault` was called before. It is refused with a hint. */
  home?: string;
  passphraseFile?: string;
  artifacts?: string;
  rapidsnark?: string;
  rpc?: string;
  clock: "system" | "chain";
};

/** The folder of identity, device and logs. */
export function vaultFolder(io: Io, { vault }: Pick<GlobalOptions, "vault">): string {
  const chosen = vault ?? (io.env.VITALPROOF_VAULT || undefined);
  return chosen === undefined ? join(homedir(), ".vitalproof") : resolve(io.cwd, chosen);
}

/** Names of earlier versions. An ignored one would open another vault than the one that was meant. @throws USAGE */
export function refuseOldNames(io: Io, { home }: Pick<GlobalOptions, "home">): void {
  const old = home !== undefined ? "--home" : io.env.VITALPROOF_HOME ? "VITALPROOF_HOME" : undefined;
  if (old === undefined) return;
  throw new VitalproofError("USAGE", `${old} has a new name.`, {
    details: { old },
    hint: old === "--home" ? "Use --vault instead." : "Unset it and set VITALPROOF_VAULT instead.",
  });
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
