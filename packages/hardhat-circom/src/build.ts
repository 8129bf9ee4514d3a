// SPDX-License-Identifier: GPL-3.0-or-later
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { CircomError } from "./errors.ts";
import { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
import { compilerVersion } from "./internal/compile.ts";
import { hashFile } from "./internal/files.ts";
import { writeDevelopmentKey } from "./internal/keys/developmentKey.ts";
import { limit } from "./internal/limit.ts";
import { type BrokenLink, compareManifests } from "./internal/links.ts";
import { compileAndCount, describe, stagedZkey } from "./internal/produce.ts";
import { publish, wasInterrupted } from "./internal/publish.ts";
import { collectSources, type SourceCache } from "./internal/sources.ts";
import { createStaging, removeStaleStaging } from "./internal/staging.ts";
import { type ArtifactKind, changedArtifacts, sameInputs } from "./internal/state.ts";
import { instanceFiles, readManifest } from "./manifest.ts";
import type { CircomConfig, CircuitInstance, CircuitManifest } from "./types.ts";

export type BuildStep = "compile" | "key" | "export";

/** What a build tells while it works. `seconds` count from the start of the step. */
export type BuildEvent =
  | { readonly kind: "start"; readonly instance: string; readonly step: BuildStep }
  | {
      readonly kind: "progress";
      readonly instance: string;
      readonly step: BuildStep;
      readonly share: number;
      readonly seconds: number;
    }
  | {
      readonly kind: "done";
      readonly instance: string;
      readonly step: BuildStep;
      readonly seconds: number;
      readonly detail: string;
    }
  | { readonly kind: "unchanged"; readonly instance: string };

export interface BuildOptions extends InstanceSelection {
  /**
   * Overwrite committed artifacts that do not belong to their sources instead of refusing. A production key is never
   * replaced by a development key, not even so.
   */
  force?: boolean;
  onProgress?: (event: BuildEvent) => void;
}

export interface BuildResult {
  readonly name: string;
  /** False: everything was in place already. */
  readonly built: boolean;
  readonly manifest: CircuitManifest;
}

/**
 * Brings the chosen instances up to date: compiles, makes development keys, exports verification key and verifier,
 * writes manifests. What is in place (by content) is left alone.
 *
 * @throws CircomError of the first instance that failed; BUILD_FAILED if several did. LINK_BROKEN if the sources are
 * those of the committed manifest but give something else, which means that an artifact was edited.
 */
export async function buildCircuits(
  config: CircomConfig,
  options: BuildOptions = {},
): Promise<BuildResult[]> {
  const instances = await loadInstances(config);
  const chosen = selectInstances(instances, options);
  const compiler = await compilerVersion(config);
  await removeStaleStaging(config);
  const context: BuildContext = {
    config,
    compiler,
    options,
    sources: new Map(),
    verifiers: new Set(instances.map(({ verifier }) => verifier)),
    compiling: limit(config.compiler.concurrency),
    // One key generation uses every core.
    keying: limit(1),
  };
  const results = await Promise.allSettled(chosen.map((instance) => buildOne(context, instance)));
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as Error] : [],
  );
  const [first] = failures;
  if (first !== undefined) {
    if (failures.length === 1) throw first;
    throw new CircomError(
      "BUILD_FAILED",
      `${failures.length} of ${chosen.length} circuit instances failed:\n\n${failures.map((error) => error.message).join("\n\n")}`,
      { cause: first },
    );
  }
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

interface BuildContext {
  readonly config: CircomConfig;
  readonly compiler: string;
  readonly options: BuildOptions;
  readonly sources: SourceCache;
  /** Names of the verifiers that the list exports. */
  readonly verifiers: ReadonlySet<string | null>;
  readonly compiling: ReturnType<typeof limit>;
  readonly keying: ReturnType<typeof limit>;
}

async function buildOne(context: BuildContext, instance: CircuitInstance): Promise<BuildResult> {
  const { config, compiler, options } = context;
  const { name } = instance;
  const sources = await collectSources(config, instance, context.sources);
  const committed =
    options.force === true ? await manifestOrNothing(config, instance) : await readManifest(config, instance);
  const interrupted = await wasInterrupted(config, instance);
  const unchangedInputs = committed !== undefined && sameInputs(committed, instance, sources, compiler);
  const changed = committed === undefined ? [] : await changedArtifacts(config, instance, committed);
  if (unchangedInputs && changed.length === 0 && !interrupted) {
    options.onProgress?.({ kind: "unchanged", instance: name });
    return { name, built: false, manifest: committed };
  }
  if (committed?.key.kind === "production") {
    throw productionKeyMissing(config, instance, unchangedInputs, changed);
  }

  const staging = await createStaging(config, name);
  try {
    const compiled = await context.compiling(() =>
      step(options, name, "compile", async () => {
        const result = await compileAndCount(config, instance, sources, staging);
        const { nonLinear, linear } = result.constraints;
        const counted = `${nonLinear} non-linear${linear > 0 ? ` and ${linear} linear` : ""} constraints, domain 2^${result.domain}`;
        return [result, counted];
      }),
    );
    const zkey = stagedZkey(staging, instance);
    await context.keying(() =>
      step(options, name, "key", async (progress) => {
        await writeDevelopmentKey(compiled.files.r1cs, zkey, { onProgress: progress }).catch(
          (cause: Error) => {
            throw new CircomError(
              "KEY_FAILED",
              `instance "${name}": making its development key failed: ${cause.message}`,
              {
                instance: name,
                cause,
              },
            );
          },
        );
        return [undefined, "development key"];
      }),
    );
    const produced = await step(options, name, "export", async () => {
      const result = await describe(instance, compiled, compiler, zkey);
      return [
        result,
        instance.verifier === null ? "verification key" : `verification key, ${instance.verifier}`,
      ];
    });
    if (unchangedInputs && !interrupted && options.force !== true) {
      const broken = [...editedFiles(config, changed), ...compareManifests(committed, produced.manifest)];
      if (broken.length > 0) throw linkBroken(instance, broken);
    }
    await publish(config, instance, compiled, zkey, produced);
    await removeFormerVerifier(context, committed, instance);
    return { name, built: true, manifest: produced.manifest };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A renamed verifier must not remain, or it would be compiled and deployed. An edited file is left alone. */
async function removeFormerVerifier(
  { config, verifiers }: BuildContext,
  former: CircuitManifest | undefined,
  instance: CircuitInstance,
): Promise<void> {
  const name = former?.verifier;
  if (typeof name !== "string" || name === instance.verifier || verifiers.has(name) || !/^[\w$]+$/.test(name))
    return;
  const path = join(config.verifiers, `${name}.sol`);
  if ((await hashFile(path)) === former?.sha256.verifier) await rm(path);
}

async function step<T>(
  options: BuildOptions,
  instance: string,
  name: BuildStep,
  work: (progress: (share: number) => void) => Promise<[T, string]>,
): Promise<T> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  options.onProgress?.({ kind: "start", instance, step: name });
  const [result, detail] = await work((share) => {
    options.onProgress?.({ kind: "progress", instance, step: name, share, seconds: seconds() });
  });
  options.onProgress?.({ kind: "done", instance, step: name, seconds: seconds(), detail });
  return result;
}

/** With `force` an unreadable manifest is just one more thing to overwrite. */
async function manifestOrNothing(
  config: CircomConfig,
  instance: CircuitInstance,
): Promise<CircuitManifest | undefined> {
  return readManifest(config, instance).catch(() => undefined);
}

const LINK_OF: Readonly<Record<ArtifactKind, BrokenLink["link"]>> = {
  r1cs: "circuit → r1cs",
  wasm: "circuit → r1cs",
  zkey: "r1cs → key",
  verificationKey: "key → verification key",
  verifier: "verification key → verifier",
};

/** Committed files that are there but are not what the manifest says. Build products are simply made again. */
function editedFiles(
  config: CircomConfig,
  changed: Awaited<ReturnType<typeof changedArtifacts>>,
): BrokenLink[] {
  return changed
    .filter(({ kind, missing }) => !missing && (kind === "verificationKey" || kind === "verifier"))
    .map(({ kind, path }) => ({
      link: LINK_OF[kind],
      detail: `${relative(config.root, path)} was edited: it is not what the manifest says`,
    }));
}

function linkBroken(instance: CircuitInstance, broken: readonly BrokenLink[]): CircomError {
  const lines = broken.map(({ link, detail }) => `  ${link}: ${detail}`).join("\n");
  return new CircomError(
    "LINK_BROKEN",
    `instance "${instance.name}": its sources did not change, but what is committed is not what they give:\n${lines}\n` +
      `Nothing was overwritten. Restore the committed files, or accept what the sources give with ` +
      `\`hardhat circuits build --force ${instance.name}\`.`,
    { instance: instance.name },
  );
}

function productionKeyMissing(
  config: CircomConfig,
  instance: CircuitInstance,
  unchangedInputs: boolean,
  changed: Awaited<ReturnType<typeof changedArtifacts>>,
): CircomError {
  const reason = unchangedInputs
    ? `these artifacts are missing or differ from its manifest: ${changed.map(({ path }) => relative(config.root, path)).join(", ")}`
    : "its circuit changed, so the ceremony's key no longer belongs to it";
  return new CircomError(
    "KEY_MISSING",
    `instance "${instance.name}" has a production key, which cannot be computed here, and ${reason}. Fetch the published ` +
      `artifacts, or import a key with \`hardhat circuits import ${instance.name}\`; to go back to a development key, delete ` +
      `${relative(config.root, instanceFiles(config, instance).committedFolder)} first.`,
    { instance: instance.name },
  );
}
