// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

export const root = join(import.meta.dirname, "../../..");

export interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** The file it leads to, from the root; undefined for what is not of this repository. */
  readonly to: string | undefined;
}

/** The sources that git knows or would add, from the root. */
export function sources(): string[] {
  const list = (...more: string[]) =>
    execFileSync("git", ["ls-files", ...more, "*.ts", "*.tsx"], { cwd: root, encoding: "utf8" });
  const files = `${list()}${list("--others", "--exclude-standard")}`.split("\n");
  return files.filter((file) => file !== "" && existsSync(join(root, file))).sort();
}

/**
 * Every import of every file, of values and of types, static and dynamic.
 * @param options `onlyLoaded`: only what Node loads when it starts the file
 */
export function importsOf(files: readonly string[], { onlyLoaded = false } = {}): Import[] {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    jsx: ts.JsxEmit.ReactJSX,
  };
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  return files.flatMap((from) => {
    const path = join(root, from);
    const text = readFileSync(path, "utf8");
    const specifiers = onlyLoaded
      ? loadedBy(text)
      : ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
    return specifiers.map((specifier) => {
      const mode = ts.ModuleKind.ESNext;
      const { resolvedModule } = ts.resolveModuleName(
        specifier,
        path,
        options,
        ts.sys,
        cache,
        undefined,
        mode,
      );
      // A workspace is a link in node_modules: the compiler answers with the file behind it.
      const to = resolvedModule && relative(root, resolvedModule.resolvedFileName).replaceAll("\\", "/");
      return { from, specifier, to: to === undefined || /^\.\.|node_modules/.test(to) ? undefined : to };
    });
  });
}

function loadedBy(text: string): string[] {
  const { statements } = ts.createSourceFile("file.ts", text, ts.ScriptTarget.ESNext);
  return statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly !== true;
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    const specifier = isImport || isExport ? statement.moduleSpecifier : undefined;
    return specifier !== undefined && ts.isStringLiteral(specifier) ? [specifier.text] : [];
  });
}

function byImporter(imports: readonly Import[]): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to]);
  return next;
}

/** The files, and everything that they import, near and far. */
export function reachable(imports: readonly Import[], files: readonly string[]): Set<string> {
  const next = byImporter(imports);
  const found = new Set(files);
  // A set that grows while it is walked is walked to its end.
  for (const file of found) for (const to of next.get(file) ?? []) found.add(to);
  return found;
}

/** The sets of files that import each other in a ring, by Tarjan's algorithm for strongly connected components. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const next = byImporter(imports);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, low.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const ring = stack.splice(stack.indexOf(file));
    if (ring.length > 1 || next.get(file)?.includes(file) === true) circles.push(ring.sort());
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return circles;
}
