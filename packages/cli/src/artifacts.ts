// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type ArtifactLoader,
  httpArtifacts,
  parseManifest,
  type VerificationKey,
  VitalproofError,
} from "@vitalproof/sdk";
import { diskArtifacts, systemCode } from "@vitalproof/sdk/node";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";

const BUILD_HINT =
  "Run `npx hardhat circuits build` in the repository (--all for the large ones), or name a folder with --artifacts.";
const INSTALLED_HINT =
  "Circuits and proving keys are too large for the package. Build them in a clone of the repository " +
  "(`npx hardhat circuits build NAME`) and pass its folder build/circuits as --artifacts, or the URL of a server that has them.";

type Folder = Pick<GlobalOptions, "artifacts">;

/** Where the manifests and verification keys are that come with the command. */
function shippedFolder(io: Io): string {
  return join(io.root, "circuits/artifacts");
}

function hintOf(io: Io): string {
  return io.installed ? INSTALLED_HINT : BUILD_HINT;
}

/** The folder of all manifests and verification keys. A server is asked for large files alone. */
export function keysFolder(io: Io, { artifacts }: Folder): string {
  return artifacts === undefined || isUrl(artifacts) ? shippedFolder(io) : resolve(io.cwd, artifacts);
}

/** The folder of one circuit's manifest and key. A folder such as build/circuits has the large files alone. */
function keyFolder(io: Io, options: Folder, circuit: string): string {
  const folder = keysFolder(io, options);
  const largeAlone = existsSync(join(folder, circuit)) && !existsSync(join(folder, circuit, "manifest.json"));
  return largeAlone ? shippedFolder(io) : folder;
}

function isUrl(artifacts: string): boolean {
  return /^https?:\/\//i.test(artifacts);
}

/**
 * Wasm, keys and verification keys, each compared with its manifest. `--artifacts` names a folder or a server with the
 * large files. A folder's own manifests and keys count before those of the command, a server's never.
 */
export function artifactsOf(io: Io, options: Folder): ArtifactLoader {
  const { artifacts } = options;
  return {
    async load(circuit) {
      const folder = keyFolder(io, options, circuit);
      if (artifacts !== undefined && isUrl(artifacts)) {
        const manifest = await readSmall(io, folder, circuit, "manifest.json");
        return httpArtifacts(artifacts, { [circuit]: manifest.toString("utf8") }).load(circuit);
      }
      const large = artifacts === undefined ? join(io.root, "build/circuits") : resolve(io.cwd, artifacts);
      return diskArtifacts(folder, { large, hint: hintOf(io) }).load(circuit);
    },
  };
}

async function readSmall(io: Io, folder: string, circuit: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, circuit, file));
  } catch (cause) {
    throw new VitalproofError(
      "ARTIFACT_MISSING",
      `${file} of ${circuit} cannot be read (${systemCode(cause)}).`,
      {
        details: { circuit, file },
        hint: hintOf(io),
        cause,
      },
    );
  }
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
 * A verification key whose file is the one that the manifest names. Nothing large is needed for it.
 * @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH
 */
export async function verificationKeyOf(io: Io, options: Folder, circuit: string): Promise<CheckedKey> {
  const folder = keyFolder(io, options, circuit);
  const text = await readSmall(io, folder, circuit, "manifest.json");
  const manifest = parseManifest(circuit, text.toString("utf8"));
  const bytes = await readSmall(io, folder, circuit, "verification_key.json");
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
