// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type ArtifactLoader,
  artifactFiles,
  artifactMismatch,
  parseManifest,
  type VerificationKey,
} from "../artifacts/artifacts.ts";
import { VitalproofError } from "../errors.ts";

/**
 * Artifacts from a folder such as `circuits/artifacts`, one folder per instance with its `manifest.json`. Every file is
 * hashed and checked against the manifest before it is used.
 *
 * @param options `large` is the folder of wasm and zkey files when it is another one; `hint` says how to build them
 */
export function diskArtifacts(
  folder: string,
  options: { large?: string; hint?: string } = {},
): ArtifactLoader {
  const hint = options.hint ?? "Build the circuits first.";
  const missing = (circuit: string, file: string, cause: unknown): VitalproofError =>
    new VitalproofError("ARTIFACT_MISSING", `${file} of ${circuit} cannot be read.`, {
      details: { circuit, file },
      hint,
      cause,
    });
  return {
    async load(circuit) {
      const names = artifactFiles(circuit);
      const small = (file: string): string => join(folder, circuit, file);
      const large = (file: string): string => join(options.large ?? folder, circuit, file);
      const text = await readFile(small("manifest.json"), "utf8").catch((cause: unknown) => {
        throw missing(circuit, "manifest.json", cause);
      });
      const manifest = parseManifest(circuit, text);
      const check = async (file: string, path: string, wanted: string): Promise<string> => {
        const hash = createHash("sha256");
        await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
          throw missing(circuit, file, cause);
        });
        const got = hash.digest("hex");
        if (got !== wanted) throw artifactMismatch(circuit, file, wanted, got);
        return path;
      };
      const [wasm, zkey, key] = await Promise.all([
        check(names.wasm, large(names.wasm), manifest.sha256.wasm),
        check(names.zkey, large(names.zkey), manifest.sha256.zkey),
        check(names.verificationKey, small(names.verificationKey), manifest.sha256.verificationKey),
      ]);
      const verificationKey = JSON.parse(await readFile(key, "utf8")) as VerificationKey;
      return { circuit, wasm, zkey, verificationKey, keyKind: manifest.key.kind };
    },
  };
}
