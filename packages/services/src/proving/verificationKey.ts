// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ArtifactLoader,
  type Artifacts,
  parseManifest,
  type VerificationKey,
  VitalproofError,
} from "@vitalproof/sdk";

/** A verification key, and whether anyone can forge its proofs. */
type KnownKey = Pick<Artifacts, "keyKind"> & { readonly verificationKey: VerificationKey };

/**
 * The verification key of a circuit, as its manifest has it: all that a process needs which does not prove.
 * @param folder of manifests and verification keys, such as circuits/artifacts
 * @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH
 */
export async function verificationKeyOf(folder: string, circuit: string): Promise<KnownKey> {
  const read = (file: string): Promise<Buffer> =>
    readFile(join(folder, circuit, file)).catch((cause: unknown) => {
      throw new VitalproofError("ARTIFACT_MISSING", `${file} of ${circuit} cannot be read.`, {
        details: { circuit, file },
        hint: "Name the folder circuits/artifacts of the repository, or of the package, as artifacts.",
        cause,
      });
    });
  const { key, sha256 } = parseManifest(circuit, (await read("manifest.json")).toString("utf8"));
  const bytes = await read("verification_key.json");
  const wanted = sha256.verificationKey;
  const given = createHash("sha256").update(bytes).digest("hex");
  if (given === wanted)
    return { keyKind: key.kind, verificationKey: JSON.parse(bytes.toString("utf8")) as VerificationKey };
  throw new VitalproofError("ARTIFACT_MISMATCH", "The verification key is not that of its manifest.", {
    details: { circuit, wanted, given },
    hint: "Fetch both again.",
  });
}

/** Verification keys alone, for a process whose proofs others make. @throws as `verificationKeyOf` */
export function keysAlone(folder: string): ArtifactLoader {
  return {
    load: async (circuit) => ({ circuit, wasm: "", zkey: "", ...(await verificationKeyOf(folder, circuit)) }),
  };
}
