// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program with rapidsnark's command line whose proofs come from the development keys' trapdoor. The witness is the circuit's
// own, so that what the circuit refuses is refused; only the long part is left out.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { proofToSnarkjs } from "@vitalproof/sdk";
import { simulatingProver } from "./ledgerProver.ts";

/** Makes the program in a folder. @returns its path */
export function simulatingProgram(folder: string): string {
  const path = join(folder, "simulate.mjs");
  const call = `import { main } from ${JSON.stringify(import.meta.url)};\nawait main();\n`;
  writeFileSync(path, `#!${process.execPath}\n// SPDX-License-Identifier: GPL-3.0-or-later\n${call}`);
  chmodSync(path, 0o700);
  return path;
}

/** What the program calls. @public */
export async function main(): Promise<void> {
  const [zkey, wtns, proofFile, publicFile] = process.argv.slice(2);
  if (publicFile === undefined) return;
  const circuit = basename(dirname(zkey!));
  const artifacts = join(import.meta.dirname, "../../circuits/artifacts", circuit, "verification_key.json");
  const { nPublic } = JSON.parse(readFileSync(artifacts, "utf8")) as { nPublic: number };
  const publicInputs = valuesOf(readFileSync(wtns!)).slice(1, nPublic + 1);
  const { proof } = await simulatingProver().prove({ circuit } as never, { publicInputs } as never);
  writeFileSync(proofFile!, JSON.stringify(proofToSnarkjs(proof)));
  writeFileSync(publicFile, JSON.stringify(publicInputs.map(String)));
}

/** The values of a `.wtns` file: sections of a kind and a length; the second kind has them, 32 bytes each. */
function valuesOf(file: Buffer): bigint[] {
  let at = 12;
  while (file.readUInt32LE(at) !== 2) at += 12 + Number(file.readBigUInt64LE(at + 4));
  const bytes = file.subarray(at + 12, at + 12 + Number(file.readBigUInt64LE(at + 4)));
  return Array.from({ length: bytes.length / 32 }, (_, i) => {
    return BigInt(
      `0x${Buffer.from(bytes.subarray(32 * i, 32 * i + 32))
        .reverse()
        .toString("hex")}`,
    );
  });
}
