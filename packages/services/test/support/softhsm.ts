// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LIBRARIES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/** Why no token can be made here; undefined when it can. */
export function whyNoSoftHsm(): string | undefined {
  const found = LIBRARIES.some(existsSync) && spawnSync("softhsm2-util", ["--version"]).status === 0;
  return found ? undefined : "SoftHSM is not installed (Debian: apt install softhsm2)";
}

export type SoftHsm = {
  readonly module: string;
  readonly folder: string;
  /** Makes a token. */
  addToken(label: string, pin: string): void;
  /** Puts a key from a file into a token: PKCS#8 in PEM, or the bytes of an AES key. */
  importKey(key: {
    token: string;
    pin: string;
    label: string;
    file: string;
    id?: string;
    aes?: boolean;
  }): void;
  /** Takes a token out of its slot. */
  unplug(label: string): void;
  plugIn(label: string): void;
  close(): void;
};

/** Tokens of SoftHSM in a folder of their own. The library reads SOFTHSM2_CONF of this process when it starts. */
export function softHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-softhsm-"));
  const tokens = join(folder, "tokens");
  const away = join(folder, "away");
  mkdirSync(tokens);
  mkdirSync(away);
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const before = process.env.SOFTHSM2_CONF;
  process.env.SOFTHSM2_CONF = conf;
  const places = new Map<string, string>();

  const util = (...args: string[]): void => {
    const { status, stderr } = spawnSync("softhsm2-util", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`softhsm2-util ${args[0]} failed: ${stderr}`);
  };
  return {
    module: LIBRARIES.find(existsSync)!,
    folder,
    addToken(label, pin) {
      const known = readdirSync(tokens);
      util("--init-token", "--free", "--label", label, "--so-pin", "87654321", "--pin", pin);
      places.set(label, readdirSync(tokens).find((name) => !known.includes(name))!);
    },
    importKey({ token, pin, label, file, aes = false, id = Buffer.from(label).toString("hex") }) {
      util(
        ...["--import", file, "--token", token, "--pin", pin, "--label", label, "--id", id],
        ...(aes ? ["--aes"] : []),
      );
    },
    unplug: (label) => renameSync(join(tokens, places.get(label)!), join(away, places.get(label)!)),
    plugIn: (label) => renameSync(join(away, places.get(label)!), join(tokens, places.get(label)!)),
    close() {
      if (before === undefined) delete process.env.SOFTHSM2_CONF;
      else process.env.SOFTHSM2_CONF = before;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
