// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";

/** The contracts that are deployed, and the folder of each below contracts/. */
const folders: Readonly<Record<string, string>> = {
  ClaimsPayout: "claims",
  ClaimTerms: "claims",
  ConsentRegistry: "registries",
  AnchorRegistry: "registries",
  CircuitRegistry: "registries",
  ScopeRegistry: "registries",
  Groth16BatchVerifier: "verification",
  VerificationKey: "verification",
};
export const deployed = Object.keys(folders);

export function fileOf(contract: string): string {
  return `contracts/${folders[contract]}/${contract}.sol`;
}

interface Settings {
  readonly [key: string]: unknown;
}

interface Input {
  readonly settings: Settings;
  readonly sources: Readonly<Record<string, { readonly content: string }>>;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly sources: Readonly<Record<string, { readonly ast: unknown }>>;
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, { readonly evm: Evm }>>>>;
}

interface Evm {
  readonly bytecode: { readonly object: string };
  readonly deployedBytecode: { readonly object: string };
}

/** Creation and runtime code of a contract, as hex with 0x. */
export interface Code {
  readonly creation: string;
  readonly runtime: string;
}

interface Solc {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string;
}

export interface Compiler {
  readonly sourceOf: (file: string) => string;
  readonly astOf: (file: string) => unknown;
  /** Code of every deployed contract that `file` is part of, with `source` in its place; undefined if it does not compile. */
  readonly codesWith: (file: string, source: string) => Map<string, Code> | undefined;
}

/**
 * solc in this process, with the input that Hardhat made for `project`, so that settings and remappings are the
 * project's own. Only what a mutant touches is compiled, which takes a tenth of `hardhat build`.
 * @param project a folder in which `hardhat build` has run.
 */
export function openCompiler(project: string): Compiler {
  const solc = createRequire(join(project, "package.json"))("solc") as Solc;
  // Each contract as it is built: some have settings of their own.
  const inputs = new Map(
    deployed.map((contract) => {
      const read = (path: string) => JSON.parse(readFileSync(join(project, "artifacts", path), "utf8"));
      const { buildInfoId } = read(`${fileOf(contract)}/${contract}.json`) as { buildInfoId: string };
      const { input } = read(`build-info/${buildInfoId}.json`) as { input: Input };
      return [contract, input] as const;
    }),
  );
  const sources = Object.assign(
    {},
    ...[...inputs.values()].map((input) => input.sources),
  ) as Input["sources"];

  const sourceOf = (file: string) => {
    const source = sources[`project/${file}`]?.content;
    if (source === undefined) throw new Error(`No source ${file} in the build.`);
    return source;
  };

  function compile(given: Record<string, string>, outputSelection: unknown, settings: Settings): Output {
    // Without the metadata hash, two sources that mean the same become the same bytes.
    const metadata = { bytecodeHash: "none", appendCBOR: false };
    const content = Object.fromEntries(
      Object.entries(given).map(([path, text]) => [path, { content: text }]),
    );
    const input = {
      language: "Solidity",
      sources: content,
      settings: { ...settings, metadata, outputSelection },
    };
    const load = (path: string) => {
      const source = sources[path];
      return source === undefined ? { error: `${path} is not in the build` } : { contents: source.content };
    };
    return JSON.parse(solc.compile(JSON.stringify(input), { import: load })) as Output;
  }

  /** Own files that `file` imports, with itself. */
  function closure(file: string, found = new Set<string>()): Set<string> {
    if (found.has(file)) return found;
    found.add(file);
    for (const [, path] of sourceOf(file).matchAll(/from "(\.[^"]+)"/g)) {
      closure(posix.join(posix.dirname(file), path!), found);
    }
    return found;
  }
  const closures = new Map(deployed.map((contract) => [contract, closure(fileOf(contract))]));

  return {
    sourceOf,
    astOf(file) {
      const path = `project/${file}`;
      const { settings } = inputs.get("AnchorRegistry")!;
      const { sources: trees } = compile({ [path]: sourceOf(file) }, { [path]: { "": ["ast"] } }, settings);
      return trees[path]?.ast;
    },
    codesWith(file, source) {
      const codes = new Map<string, Code>();
      for (const contract of deployed.filter((contract) => closures.get(contract)!.has(file))) {
        const path = `project/${fileOf(contract)}`;
        const given = { [path]: sourceOf(fileOf(contract)), [`project/${file}`]: source };
        const selection = { [path]: { [contract]: ["evm.bytecode.object", "evm.deployedBytecode.object"] } };
        const output = compile(given, selection, inputs.get(contract)!.settings);
        if (output.errors?.some(({ severity }) => severity === "error")) return undefined;
        const { evm } = output.contracts![path]![contract]!;
        const code = { creation: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` };
        codes.set(contract, code);
      }
      return codes;
    },
  };
}
