// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { contribute } from "../../ceremony/contribute.ts";
import { CircomError } from "../../errors.ts";
import { tell } from "../report.ts";
import "../../typeExtensions.ts";

interface ContributeArguments {
  folder: string;
  contributor: string;
  key: string | undefined;
}

export default async function contributeTask(
  { folder, contributor, key }: ContributeArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  if (contributor === "") {
    throw new CircomError(
      "CEREMONY_REFUSED",
      'who contributes? Give your announced name: --contributor "NAME"',
    );
  }
  const done = await contribute(hre.config.circom, {
    folder: resolve(folder),
    contributor,
    onProgress: tell,
    ...(key === undefined ? {} : { privateKey: await readPrivateKey(key) }),
  });
  console.log(`\n${done.statement}`);
  const shown = relative(process.cwd(), done.folder);
  if (done.toSign === undefined) console.log(`Signed. Send ${shown} on.`);
  else console.log(`Your contribution is in ${shown}. It counts when it is signed:\n  ${done.toSign}`);
}

async function readPrivateKey(path: string): Promise<Uint8Array> {
  const text = (await readFile(path, "utf8")).trim().replace(/^0x/, "");
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new CircomError(
      "CEREMONY_REFUSED",
      `${path} is not an Ethereum private key (64 hex digits); leave --key out to sign elsewhere, with ssh-keygen too`,
    );
  }
  return Uint8Array.from(Buffer.from(text, "hex"));
}
