// SPDX-License-Identifier: GPL-3.0-or-later
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { CONTRACTS } from "./contracts.ts";

const from = fileURLToPath(new URL("../../../types/ethers-contracts/", import.meta.url));
const to = fileURLToPath(new URL("../src/generated/contracts/", import.meta.url));

/**
 * Brings TypeChain's types of the contracts into src/generated/contracts, as declarations: they use namespaces, which
 * the sources of this workspace may not, and nothing of them is loaded at run time.
 */
export function writeContractTypes(): void {
  rmSync(to, { recursive: true, force: true });
  const program = ts.createProgram(
    CONTRACTS.map((name) => `${from}${name}.ts`),
    {
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: from,
      outDir: to,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: [],
    },
  );
  const { diagnostics, emitSkipped } = program.emit();
  if (!emitSkipped && diagnostics.length === 0) return;
  throw new Error(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (f) => f,
      getCurrentDirectory: () => to,
      getNewLine: () => "\n",
    }),
  );
}
