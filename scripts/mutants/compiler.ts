// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";
import { deployedContracts } from "./contracts.ts";

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

/** By the artifact that holds it: `file/contract`. */
export type Codes = ReadonlyMap<string, Code>;

export interface Compiler {
  readonly sourceOf: (file: string) => string;
  readonly astOf: (file: string) => unknown;
  /** The deployed contracts with the files that count to each: its own, and others that no contract before it has. */
  readonly filesByContract: (files: readonly string[]) => ReadonlyMap<string, readonly string[]>;
  /** Whether these codes are those that were built, but for the hashes of their sources. */
  readonly meansTheSame: (codes: Codes) => boolean;
  /** Codes of every deployed contract and mock that `file` is part of, with `source` in its place; undefined if it does not compile. */
  readonly codesWith: (file: string, source: string) => Codes | undefined;
  /** The same of every Solidity test that has `file` compiled into it. */
  readonly testCodesWith: (file: string, source: string) => Codes | undefined;
}

/** A contract with its file. */
interface Unit {
  readonly contract: string;
  readonly file: string;
}

const keyOf = ({ contract, file }: Unit) => `${file}/${contract}`;

/** Contracts that can be deployed, of the files that a pattern finds. */
function unitsOf(project: string, files: string): Unit[] {
  return globSync(`artifacts/contracts/${files}/*.json`, { cwd: project })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => JSON.parse(readFileSync(join(project, path), "utf8")).bytecode !== "0x")
    .map((path) => ({
      contract: posix.basename(path, ".json"),
      file: posix.dirname(path).slice("artifacts/".length),
    }))
    .sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

/** Before the paths of own files, as Hardhat gives them to solc. */
const OWN = "project/";

/** The hash of the sources that solc appends to code (CBOR: "ipfs", 34 bytes), also to code inside of code. */
function withoutMetadata(code: string): string {
  return code.replaceAll(/64697066735822[0-9a-f]{68}/g, "");
}

/**
 * solc in this process, with the input that Hardhat made for `project`, so that settings and remappings are the
 * project's own. Only what a mutant touches is compiled, which takes a tenth of `hardhat build`.
 * @param project a folder in which `hardhat build` has run.
 */
export function openCompiler(project: string): Compiler {
  const solc = createRequire(join(project, "package.json"))("solc") as Solc;
  const deployed = deployedContracts(project);
  const units = [...deployed].map(([contract, file]): Unit => ({ contract, file }));
  const tests = unitsOf(project, "**/*.t.sol");
  // Tests in TypeScript see a library through a mock that has it compiled in.
  const mocks = unitsOf(project, "mocks/**/*.sol");
  // Each contract as it is built: some have settings of their own.
  const inputs = new Map(
    [...units, ...tests, ...mocks].map((unit) => {
      const read = (path: string) => JSON.parse(readFileSync(join(project, path), "utf8"));
      const { buildInfoId } = read(`artifacts/${keyOf(unit)}.json`) as { buildInfoId: string };
      const { input } = read(`artifacts/build-info/${buildInfoId}.json`) as { input: Input };
      return [keyOf(unit), input] as const;
    }),
  );
  // Own files as they are now: an input of an earlier build can hold an earlier test.
  const sources = Object.fromEntries(
    [...inputs.values()]
      .flatMap((input) => Object.entries(input.sources))
      .map(([path, { content }]) => {
        const own = path.startsWith(OWN) ? join(project, path.slice(OWN.length)) : undefined;
        return [path, { content: own && existsSync(own) ? readFileSync(own, "utf8") : content }] as const;
      }),
  );

  const sourceOf = (file: string) => {
    const source = sources[`project/${file}`]?.content;
    if (source === undefined) throw new Error(`No source ${file} in the build.`);
    return source;
  };

  function compile(given: Record<string, string>, outputSelection: unknown, settings: Settings): Output {
    const content = Object.fromEntries(
      Object.entries(given).map(([path, text]) => [path, { content: text }]),
    );
    const input = {
      language: "Solidity",
      sources: content,
      settings: { ...settings, outputSelection },
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
  const closures = new Map([...units, ...tests, ...mocks].map((unit) => [keyOf(unit), closure(unit.file)]));
  const having = (some: readonly Unit[], file: string) =>
    some.filter((unit) => closures.get(keyOf(unit))!.has(file));
  const partsOf = (file: string) => having(units, file);

  /** Of one contract, with another source in place of its own; undefined if it does not compile. */
  function codeOf(unit: Unit, changed: Readonly<Record<string, string>>): Code | undefined {
    const path = `project/${unit.file}`;
    const given = { [path]: sourceOf(unit.file), ...changed };
    const selection = {
      [path]: { [unit.contract]: ["evm.bytecode.object", "evm.deployedBytecode.object"] },
    };
    const output = compile(given, selection, inputs.get(keyOf(unit))!.settings);
    if (output.errors?.some(({ severity }) => severity === "error")) return undefined;
    const { evm } = output.contracts![path]![unit.contract]!;
    return { creation: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` };
  }

  function codesOf(parts: readonly Unit[], file: string, source: string): Codes | undefined {
    const codes = new Map<string, Code>();
    for (const unit of parts) {
      const code = codeOf(unit, { [`project/${file}`]: source });
      if (code === undefined) return undefined;
      codes.set(keyOf(unit), code);
    }
    return codes;
  }

  return {
    sourceOf,
    astOf(file) {
      const path = `project/${file}`;
      // Any will do: a syntax tree does not depend on them.
      const [{ settings }] = [...inputs.values()] as [Input];
      const { sources: trees } = compile({ [path]: sourceOf(file) }, { [path]: { "": ["ast"] } }, settings);
      return trees[path]?.ast;
    },
    filesByContract(files) {
      const home = (file: string) =>
        [...deployed].find(([, own]) => own === file)?.[0] ?? partsOf(file)[0]?.contract ?? "no contract";
      const homes = [...new Set(files.map(home))];
      return new Map(homes.map((contract) => [contract, files.filter((file) => home(file) === contract)]));
    },
    meansTheSame(codes) {
      return [...codes].every(([key, { creation }]) => {
        const artifact = join(project, `artifacts/${key}.json`);
        const built = JSON.parse(readFileSync(artifact, "utf8")) as { bytecode: string };
        return withoutMetadata(creation) === withoutMetadata(built.bytecode);
      });
    },
    codesWith: (file, source) => codesOf([...partsOf(file), ...having(mocks, file)], file, source),
    testCodesWith: (file, source) => codesOf(having(tests, file), file, source),
  };
}
