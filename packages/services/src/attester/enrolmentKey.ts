// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseManifest, type VerificationKey, VitalproofError } from "@vitalproof/sdk";

const CIRCUIT = "enrolment";

/**
 * The verification key of enrolment proofs, as its manifest has it.
 * @param folder of manifests and verification keys, such as circuits/artifacts
 * @throws ARTIFACT_MISSING, ARTIFACT_MISMATCH
 */
export async function enrolmentKey(folder: string): Promise<VerificationKey> {
  const read = (file: string): Promise<Buffer> =>
    readFile(join(folder, CIRCUIT, file)).catch((cause: unknown) => {
      throw new VitalproofError("ARTIFACT_MISSING", `${file} of ${CIRCUIT} cannot be read.`, {
        details: { circuit: CIRCUIT, file },
        hint: "Name the folder circuits/artifacts of the repository, or of the package, as artifacts.",
        cause,
      });
    });
  const manifest = parseManifest(CIRCUIT, (await read("manifest.json")).toString("utf8"));
  const bytes = await read("verification_key.json");
  const wanted = manifest.sha256.verificationKey;
  const given = createHash("sha256").update(bytes).digest("hex");
  if (given === wanted) return JSON.parse(bytes.toString("utf8")) as VerificationKey;
  throw new VitalproofError("ARTIFACT_MISMATCH", "The verification key is not that of its manifest.", {
    details: { circuit: CIRCUIT, wanted, given },
    hint: "Fetch both again.",
  });
}
