// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { CircomError } from "./errors.ts";
import { loadInstances, selectInstances } from "./instances.ts";
import { committedTranscript, type ReadTranscript, readTranscript } from "./internal/ceremony/transcript.ts";
import { productionConfig, trustedPtau } from "./internal/ceremony/trustedPowers.ts";
import { compilerVersion } from "./internal/compile.ts";
import { readTextIfExists, writeDurably } from "./internal/files.ts";
import { evidenceOf, judgeLabelledKey, verifyProductionKey } from "./internal/keys/productionKey.ts";
import { compileAndCount, describe, stagedZkey } from "./internal/produce.ts";
import { publish } from "./internal/publish.ts";
import { collectSources } from "./internal/sources.ts";
import { createStaging } from "./internal/staging.ts";
import type { CircomConfig, CircuitManifest } from "./types.ts";

export interface ImportOptions {
  /** Instance to which the key belongs. */
  name: string;
  /** The finished key of a ceremony. */
  zkey: string;
  /** What the ceremony's `transcript` or `finalise` wrote. */
  transcript: string;
  /** Powers of tau, if not at the configured path; the pinned hash holds all the same. */
  ptau?: string;
}

/**
 * Imports the key of a ceremony: recompiles the circuit, judges the key, and replaces the committed artifacts with
 * those of the key. The transcript is committed as well, and the manifest holds its hash.
 *
 * @throws CircomError KEY_REFUSED with every reason, PTAU_REFUSED, KEY_MISSING, TRANSCRIPT_INVALID
 */
export async function importProductionKey(
  config: CircomConfig,
  options: ImportOptions,
): Promise<CircuitManifest> {
  const [instance] = selectInstances(await loadInstances(config), { names: [options.name] });
  if (instance === undefined) throw new CircomError("INSTANCE_UNKNOWN", `no instance "${options.name}"`);
  const { name } = instance;
  const found = await stat(options.zkey).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new CircomError("KEY_MISSING", `there is no key at ${relative(config.root, options.zkey)}`, {
      instance: name,
    });
  }
  productionConfig(config);
  const read = await readTranscript(config, options.transcript);
  const ptau = await trustedPtau(config, options.ptau);
  const compiler = await compilerVersion(config);
  const sources = await collectSources(config, instance);
  const staging = await createStaging(config, `import-${name}`);
  try {
    const zkey = stagedZkey(staging, instance);
    await copyFile(options.zkey, zkey);
    const { ceremony } = read.transcript;
    const { reasons, contributions } = await judgeLabelledKey(
      zkey,
      instance,
      evidenceOf(config, ceremony, read),
    );
    // What the rules refuse already need not be verified, which takes minutes for a large circuit.
    if (reasons.length > 0) throw keyRefused(config, options, reasons);
    const compiled = await compileAndCount(config, instance, sources, staging);
    const unverified = await verifyProductionKey(zkey, compiled.files.r1cs, ptau.path);
    if (unverified.length > 0) throw keyRefused(config, options, unverified);
    const origin = `ptau blake2b ${ptau.blake2b}`;
    const produced = await describe(instance, compiled, compiler, zkey, {
      kind: "production",
      origin,
      contributions,
      ceremony: { name: ceremony, transcript: read.sha256 },
    });
    await commitTranscript(config, ceremony, read);
    await publish(config, instance, compiled, zkey, produced);
    return produced.manifest;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function keyRefused(
  { root }: CircomConfig,
  { name, zkey }: ImportOptions,
  reasons: readonly string[],
): CircomError {
  return new CircomError(
    "KEY_REFUSED",
    `instance "${name}": ${relative(root, zkey)} may not be used in production:\n` +
      reasons.map((reason) => `  ${reason}`).join("\n"),
    { instance: name },
  );
}

/** Before the manifest that names it. Another transcript of the same name is never overwritten. */
async function commitTranscript(
  config: CircomConfig,
  ceremony: string,
  { text }: ReadTranscript,
): Promise<void> {
  const path = committedTranscript(config, ceremony);
  const committed = await readTextIfExists(path);
  if (committed === text) return;
  if (committed !== undefined) {
    throw new CircomError(
      "TRANSCRIPT_INVALID",
      `${relative(config.root, path)} is another transcript of the ceremony ${ceremony}; a new ceremony needs a new name`,
    );
  }
  await mkdir(dirname(path), { recursive: true });
  await writeDurably(path, text);
}
