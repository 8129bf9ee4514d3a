// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ArtifactLoader, parseManifest, type VerificationKey, VitalproofError } from "@vitalproof/sdk";
import { diskArtifacts, systemCode } from "@vitalproof/sdk/node";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";

const BUILD_HINT =
  "Run `npx hardhat circuits build` in the repository (--all for the large ones), or name a folder with --artifacts.";

type Folder = Pick<GlobalOptions, "artifacts">;

/** Wasm, keys and verification keys, each held against its manifest. With --artifacts, all from that one folder. */
export function artifactsOf(io: Io, { artifacts }: Folder): ArtifactLoader {
  if (artifacts !== undefined) return diskArtifacts(resolve(io.cwd, artifacts), { hint: BUILD_HINT });
  return diskArtifacts(join(io.root, "circuits/artifacts"), {
    large: join(io.root, "build/circuits"),
    hint: BUILD_HINT,
  });
}

export type CheckedKey = {
  key: VerificationKey;
  /** SHA-256 of the key's file, which is the one that the manifest names. */
  sha256: string;
  keyKind: "development" | "production";
  /** Of the circuit, from the manifest. */
  version: number;
};

/**
 * A verification key after holding its file against the manifest; nothing large is needed for it.
 * @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH
 */
export async function verificationKeyOf(io: Io, { artifacts }: Folder, circuit: string): Promise<CheckedKey> {
  const folder = artifacts === undefined ? join(io.root, "circuits/artifacts") : resolve(io.cwd, artifacts);
  const read = async (file: string): Promise<Buffer> => {
    try {
      return await readFile(join(folder, circuit, file));
    } catch (cause) {
      throw new VitalproofError(
        "ARTIFACT_MISSING",
        `${file} of ${circuit} cannot be read (${systemCode(cause)}).`,
        {
          details: { circuit, file },
          hint: BUILD_HINT,
          cause,
        },
      );
    }
  };
  const manifest = parseManifest(circuit, (await read("manifest.json")).toString("utf8"));
  const bytes = await read("verification_key.json");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== manifest.sha256.verificationKey) {
    throw new VitalproofError(
      "ARTIFACT_MISMATCH",
      `The verification key of ${circuit} is not the one that its manifest names.`,
      {
        details: { circuit, wanted: manifest.sha256.verificationKey, got: sha256 },
        hint: "Somebody changed one of the two files: take both from the same release.",
      },
    );
  }
  const key = JSON.parse(bytes.toString("utf8")) as VerificationKey;
  return { key, sha256, keyKind: manifest.key.kind, version: manifest.version };
}
