// SPDX-License-Identifier: GPL-3.0-or-later
import type { CeremonyPin, CeremonyUserConfig } from "./types.ts";

/** One thing wrong with a user's config: where, and what. */
export interface ConfigProblem {
  readonly path: readonly string[];
  readonly message: string;
}

// Part of config.ts. Hardhat loads it at every start, so it uses no library: whether a key is a curve's point is seen
// when a signature is checked.

const ETHEREUM = /^0x[0-9a-fA-F]{40}$/;
const SSH = /^ssh-ed25519 [A-Za-z0-9+/]{68}(={0,2})( .*)?$/;
const OPENPGP = /^openpgp [0-9a-fA-F]{40}$/;
const PUBLIC_KEY = /^-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]+-----END PGP PUBLIC KEY BLOCK-----$/;

/** Checks `circom.production.ceremonies`. */
export function ceremonyProblems(user: unknown): ConfigProblem[] {
  if (user === undefined) return [];
  const at = ["production", "ceremonies"];
  if (!isRecord(user)) return [{ path: at, message: "must be an object of ceremonies by name" }];
  return Object.entries(user).flatMap(([name, ceremony]) => {
    const path = [...at, name];
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name)) {
      return [{ path, message: "a ceremony's name is letters, digits, `.` and `-`" }];
    }
    return isRecord(ceremony) ? problemsOf(path, ceremony) : [{ path, message: "must be an object" }];
  });
}

function problemsOf(path: string[], ceremony: Record<string, unknown>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const expect = (ok: boolean, key: string[], message: string) => {
    if (!ok) problems.push({ path: [...path, ...key], message });
  };
  const { contributors, minimum = 3, beacon } = ceremony;
  const list = Array.isArray(contributors) ? contributors : [];
  const names = new Set<unknown>();
  const keys = new Set<unknown>();
  expect(list.length > 0, ["contributors"], "must be a list of { name, key }");
  list.forEach((contributor: unknown, i) => {
    const { name, key, publicKey } = isRecord(contributor) ? contributor : {};
    const where = ["contributors", String(i)];
    const named = typeof name === "string" && name.trim() === name && name !== "" && byteLength(name) <= 64;
    expect(named, [...where, "name"], "must be a name of 1 to 64 bytes");
    expect(!/[\p{Cc}\p{Cf}]/u.test(String(name)), [...where, "name"], "must have no control characters");
    const openPgp = typeof key === "string" && OPENPGP.test(key);
    const known = typeof key === "string" && (ETHEREUM.test(key) || SSH.test(key) || openPgp);
    expect(
      known,
      [...where, "key"],
      "must be an Ethereum address, a line `ssh-ed25519 AAAA…`, or `openpgp` and a fingerprint of 40 hex digits",
    );
    const exported = typeof publicKey === "string" && PUBLIC_KEY.test(publicKey.trim());
    expect(
      openPgp ? exported : publicKey === undefined,
      [...where, "publicKey"],
      "must be the output of `gpg --armor --export` for a key of OpenPGP, and left out for others",
    );
    const identity = typeof key === "string" ? identityOf(key) : key;
    expect(!names.has(name) && !keys.has(identity), where, "has the name or the key of another contributor");
    names.add(name);
    keys.add(identity);
  });
  const enough = Number.isInteger(minimum) && Number(minimum) >= 2 && Number(minimum) <= list.length;
  expect(enough, ["minimum"], `must be from 2 to the number of contributors, ${list.length}`);
  if (!isRecord(beacon)) {
    expect(false, ["beacon"], "must be { source, round }, announced before the ceremony begins");
    return problems;
  }
  const { source, round, iterationsExp = 10, value } = beacon;
  const sourced =
    typeof source === "string" &&
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(source) &&
    source.length <= 40;
  expect(sourced, ["beacon", "source"], "must be 1 to 40 printable ASCII characters");
  expect(Number.isSafeInteger(round) && Number(round) >= 0, ["beacon", "round"], "must be a whole number");
  const exp = Number(iterationsExp);
  expect(Number.isInteger(exp) && exp >= 10 && exp <= 30, ["beacon", "iterationsExp"], "must be 10 to 30");
  const hex =
    value === undefined || (typeof value === "string" && /^(0x)?([0-9a-fA-F]{2}){16,255}$/.test(value));
  expect(hex, ["beacon", "value"], "must be 16 to 255 bytes as hex, or left out until the value is out");
  return problems;
}

export function resolveCeremonies(
  user: Readonly<Record<string, CeremonyUserConfig>> | undefined,
): ReadonlyMap<string, CeremonyPin> {
  return new Map(
    Object.entries(user ?? {}).map(([name, { contributors, minimum = 3, beacon }]) => {
      const { source, round, iterationsExp = 10, value } = beacon;
      const pin: CeremonyPin = {
        contributors: contributors.map(({ name, key, publicKey }) => ({
          name,
          key: identityOf(key),
          ...(publicKey === undefined ? {} : { publicKey: publicKey.trim() }),
        })),
        minimum,
        beacon: { source, round, iterationsExp, value: value?.replace(/^0x/, "").toLowerCase() },
      };
      return [name, pin];
    }),
  );
}

/** The key without its comment, so that one key has one spelling. */
function identityOf(key: string): string {
  if (key.startsWith("0x")) return key.toLowerCase();
  if (OPENPGP.test(key)) return key.replace(/[0-9a-f]{40}$/i, (fingerprint) => fingerprint.toUpperCase());
  return key.split(" ").slice(0, 2).join(" ");
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
