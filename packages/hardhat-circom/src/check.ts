// SPDX-License-Identifier: GPL-3.0-or-later
import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { CircomError } from "./errors.ts";
import { type InstanceSelection, loadInstances, selectInstances } from "./instances.ts";
import { trustedPtau } from "./internal/ceremony/trustedPowers.ts";
import { compilerVersion } from "./internal/compile.ts";
import { hashFile, readTextIfExists } from "./internal/files.ts";
import { writeDevelopmentKey } from "./internal/keys/developmentKey.ts";
import { committedEvidence, judgeLabelledKey, verifyProductionKey } from "./internal/keys/productionKey.ts";
import { limit } from "./internal/limit.ts";
import { type BrokenLink, compareManifests, LINKS } from "./internal/links.ts";
import { compileAndCount, describe, type Produced, stagedZkey } from "./internal/produce.ts";
import { collectSources, type SourceCache } from "./internal/sources.ts";
import { createStaging, removeStaleStaging } from "./internal/staging.ts";
import { isDevelopmentKey } from "./isDevelopmentKey.ts";
import { instanceFiles, readManifest } from "./manifest.ts";
import type { CircomConfig, CircuitInstance, KeyContribution, KeyKind, VerificationKey } from "./types.ts";

export interface CheckOptions extends InstanceSelection {
  /** Also demand keys that may carry value. */
  production?: boolean;
  onProgress?: (event: { readonly instance: string; readonly doing: string }) => void;
}

export interface CheckReport {
  readonly name: string;
  readonly ok: boolean;
  /** What the key is, told from its points, not from its label. */
  readonly keyKind: KeyKind | undefined;
  /** Links that do not hold, in the order of the chain; the first one is the cause, the others may follow from it. */
  readonly broken: readonly BrokenLink[];
  /** Why the key is refused for production. A development key is refused only with `production`. */
  readonly refused: readonly string[];
  readonly contributions: readonly KeyContribution[];
}

/**
 * Recompiles the chosen instances elsewhere and compares everything that is committed, and what has been built, with
 * what the sources give. Changes nothing.
 *
 * @throws CircomError if an instance cannot be checked at all (it does not compile, its powers of tau are not the
 * pinned ones); what does not hold is in the reports
 */
export async function checkCircuits(
  config: CircomConfig,
  options: CheckOptions = {},
): Promise<CheckReport[]> {
  const chosen = selectInstances(await loadInstances(config), options);
  const compiler = await compilerVersion(config);
  await removeStaleStaging(config);
  const context: CheckContext = {
    config,
    compiler,
    options,
    sources: new Map(),
    compiling: limit(config.compiler.concurrency),
    keying: limit(1),
  };
  // Not Promise.all: no instance may be left working behind a thrown error.
  const results = await Promise.allSettled(chosen.map((instance) => checkOne(context, instance)));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

interface CheckContext {
  readonly config: CircomConfig;
  readonly compiler: string;
  readonly options: CheckOptions;
  readonly sources: SourceCache;
  readonly compiling: ReturnType<typeof limit>;
  readonly keying: ReturnType<typeof limit>;
}

async function checkOne(context: CheckContext, instance: CircuitInstance): Promise<CheckReport> {
  const { config, options } = context;
  const tell = (doing: string) => options.onProgress?.({ instance: instance.name, doing });
  const committed = await readManifest(config, instance).catch((error: unknown) => {
    if (error instanceof CircomError && error.code === "MANIFEST_INVALID") return error;
    throw error;
  });
  if (committed === undefined || committed instanceof CircomError) {
    const detail =
      committed?.message ??
      `nothing is committed for it; run \`hardhat circuits build ${instance.name}\` and commit the result`;
    return report(instance, [{ link: "manifest", detail }]);
  }

  const sources = await collectSources(config, instance, context.sources);
  const staging = await createStaging(config, `check-${instance.name}`);
  try {
    const compiled = await context.compiling(() => {
      tell("compiling");
      return compileAndCount(config, instance, sources, staging);
    });
    const files = instanceFiles(config, instance);
    let zkey = stagedZkey(staging, instance);
    let key: Parameters<typeof describe>[4];
    if (committed.key.kind === "development") {
      await context.keying(() => {
        tell("recomputing the development key");
        return writeDevelopmentKey(compiled.files.r1cs, zkey);
      });
    } else {
      // A ceremony's key cannot be recomputed; the file itself must be here.
      const { bytes: _, ...recorded } = committed.key;
      key = recorded;
      zkey = files.zkey;
      if ((await hashFile(zkey)) === undefined) {
        const detail = `${relative(config.root, zkey)} is not here; fetch the published production key to check it`;
        return report(instance, [{ link: "r1cs → key", detail }]);
      }
    }
    tell("exporting and comparing");
    const produced = await describe(instance, compiled, context.compiler, zkey, key);
    const broken = [
      ...compareManifests(committed, produced.manifest),
      ...(await compareFiles(config, instance, produced)),
    ];
    const verificationKey = JSON.parse(produced.exported.verificationKey) as VerificationKey;
    const keyKind: KeyKind = (await isDevelopmentKey(verificationKey)) ? "development" : "production";
    if (keyKind !== committed.key.kind) {
      broken.push({
        link: "manifest",
        detail: `the manifest calls the key a ${committed.key.kind} key, but its points are those of a ${keyKind} key`,
      });
    }
    if (committed.key.kind === "development") {
      const refused = [
        "it is a development key (its points are those of the public scalars): anyone can forge proofs",
      ];
      const demanded = options.production === true && keyKind === "development";
      return report(instance, broken, { keyKind, refused: demanded ? refused : [] });
    }
    tell("judging the production key");
    const { evidence, reasons } = await committedEvidence(config, committed.key);
    const judged = await judgeLabelledKey(zkey, instance, evidence);
    const { contributions } = judged;
    const refused = [...reasons, ...judged.reasons];
    if (JSON.stringify(committed.key.contributions ?? []) !== JSON.stringify(contributions)) {
      broken.push({ link: "manifest", detail: "the manifest's list of contributions is not the key's own" });
    }
    // What the rules refuse already need not be verified, which takes minutes for a large circuit.
    if (options.production === true && refused.length === 0) {
      const ptau = await trustedPtau(config);
      tell("verifying the production key");
      refused.push(...(await verifyProductionKey(zkey, compiled.files.r1cs, ptau.path)));
    }
    return report(instance, broken, { keyKind, refused, contributions });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Committed files must be what the key gives; build products, where there are any, what the manifest promises. */
async function compareFiles(
  config: CircomConfig,
  instance: CircuitInstance,
  produced: Produced,
): Promise<BrokenLink[]> {
  const files = instanceFiles(config, instance);
  const { exported, manifest } = produced;
  const broken: BrokenLink[] = [];
  const compareText = async (link: BrokenLink["link"], path: string, expected: string) => {
    const text = await readTextIfExists(path);
    if (text === expected) return;
    const shown = relative(config.root, path);
    broken.push({
      link,
      detail: text === undefined ? `${shown} is missing` : `${shown} is not what the key gives`,
    });
  };
  await compareText("key → verification key", files.verificationKey, exported.verificationKey);
  if (files.verifier !== null && exported.solidity !== null) {
    await compareText("verification key → verifier", files.verifier, exported.solidity);
  }
  const built = [
    { link: "circuit → r1cs", kind: "r1cs" },
    { link: "circuit → r1cs", kind: "wasm" },
    { link: "r1cs → key", kind: "zkey" },
  ] as const;
  for (const { link, kind } of built) {
    const hash = await hashFile(files[kind]);
    if (hash === undefined || hash === manifest.sha256[kind]) continue;
    broken.push({ link, detail: `${relative(config.root, files[kind])} is not what the sources give` });
  }
  return broken;
}

function report(
  instance: CircuitInstance,
  broken: readonly BrokenLink[],
  rest: Partial<Pick<CheckReport, "keyKind" | "refused" | "contributions">> = {},
): CheckReport {
  const { keyKind, refused = [], contributions = [] } = rest;
  return {
    name: instance.name,
    ok: broken.length === 0 && refused.length === 0,
    keyKind,
    broken: [...broken].sort((a, b) => LINKS.indexOf(a.link) - LINKS.indexOf(b.link)),
    refused,
    contributions,
  };
}
