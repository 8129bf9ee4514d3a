// SPDX-License-Identifier: GPL-3.0-or-later

/** A node of solc's AST, as far as mutation reads it. */
interface Node {
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

/** One small wrong change of a Solidity file: bytes `start` … `end - 1` become `replacement`. */
export interface Mutant {
  /** Names the mutant whatever its line: function, operator, before and after, and a number if that repeats. */
  readonly key: string;
  readonly line: number;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const swapped: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "<<": ">>",
  ">>": "<<",
  "&": "|",
  "|": "&",
  "&&": "||",
  "||": "&&",
  "+=": "-=",
  "-=": "+=",
  "++": "--",
  "--": "++",
};

/** The like for instructions in assembly. `lt` and `eq` have no counterpart and are treated apart. */
const swappedInstructions: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "add",
  mod: "add",
  mulmod: "addmod",
  addmod: "mulmod",
  and: "or",
  or: "and",
  shl: "shr",
  shr: "shl",
};

/** Parts of the tree that declare and do nothing; base constructors and imports have no statements either. */
const skippedKeys = new Set([
  "documentation",
  "typeName",
  "typeDescriptions",
  "parameters",
  "returnParameters",
]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).nodeType === "string";
}

function isRevert(node: Node): boolean {
  if (node.nodeType === "RevertStatement") return true;
  const statements = node.nodeType === "Block" ? (node.statements as Node[]) : [];
  return statements.length === 1 && isRevert(statements[0]!);
}

/** All mutants of one file, in its order. `ast` is solc's tree of exactly this `source`. */
export function mutantsOf(source: string, ast: unknown): Mutant[] {
  const bytes = Buffer.from(source); // the tree counts bytes, not characters
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  const keys = new Map<string, number>();

  const range = (node: Node): [number, number] => {
    const [start, length] = node.src.split(":").map(Number);
    return [start!, start! + length!];
  };
  const slice = (start: number, end: number) => bytes.subarray(start, end).toString();
  const text = (node: Node) => slice(...range(node));
  const flat = (code: string) => code.replace(/\s+/g, " ").trim();

  function add(
    where: string,
    operator: string,
    start: number,
    end: number,
    replacement: string,
    shown: Node,
  ) {
    if (seen.has(`${start}:${end}:${replacement}`)) return;
    seen.add(`${start}:${end}:${replacement}`);
    const [from, to] = range(shown);
    const before = flat(slice(from, to));
    const after = flat(slice(from, start) + replacement + slice(end, Math.max(end, to))).replace(
      /^\{\}$/,
      "",
    );
    const name = `${where}: ${operator}: ${before}${after === "" ? "" : ` → ${after}`}`;
    const count = (keys.get(name) ?? 0) + 1;
    keys.set(name, count);
    const line = slice(0, start).split("\n").length;
    const key = count === 1 ? name : `${name} (${count})`;
    mutants.push({ key, line, operator, before, after, start, end, replacement });
  }

  function remove(where: string, operator: string, node: Node) {
    const [start, end] = range(node);
    const semicolon = /^\s*;/.exec(slice(end, end + 8))?.[0].length ?? 0;
    add(where, operator, start, end + semicolon, "{}", node);
  }

  function swapOperator(where: string, kind: string, node: Node, from: number, to: number) {
    const operator = node.operator as string;
    const other = swapped[operator];
    const at = bytes.indexOf(operator, from);
    if (other === undefined || at < 0 || at >= to) return;
    add(where, kind, at, at + operator.length, other, node);
  }

  function visit(node: Node, where: string, parent: Node): void {
    switch (node.nodeType) {
      case "FunctionDefinition":
        where = (node.name as string) || (node.kind as string);
        for (const modifier of node.modifiers as Node[]) {
          if (modifier.kind === "modifierInvocation")
            add(where, "drop modifier", ...range(modifier), "", modifier);
        }
        break;
      case "ModifierDefinition":
        where = node.name as string;
        break;
      case "IfStatement": {
        const condition = node.condition as Node;
        const [start, end] = range(condition);
        const reverts = isRevert(node.trueBody as Node);
        add(where, reverts ? "drop revert" : "never", start, end, "false", condition);
        if (reverts) {
          const simple =
            condition.nodeType === "UnaryOperation" || ["==", "!="].includes(condition.operator as string);
          if (!simple) add(where, "negate", start, end, `!(${text(condition)})`, condition);
        } else {
          add(where, "always", start, end, "true", condition);
        }
        break;
      }
      case "WhileStatement":
        add(where, "never", ...range(node.condition as Node), "false", node.condition as Node);
        break;
      case "Conditional": {
        const [yes, no] = [node.trueExpression as Node, node.falseExpression as Node];
        add(where, "always", ...range(node), text(yes), node);
        add(where, "never", ...range(node), text(no), node);
        break;
      }
      case "BinaryOperation": {
        const [left, right] = [node.leftExpression as Node, node.rightExpression as Node];
        swapOperator(where, "operator", node, range(left)[1], range(right)[0]);
        if (node.operator === "&&" || node.operator === "||") {
          add(where, "drop operand", ...range(node), text(left), node);
          add(where, "drop operand", ...range(node), text(right), node);
        }
        break;
      }
      case "UnaryOperation": {
        const [start, end] = range(node);
        if (node.operator === "!") add(where, "drop not", start, end, text(node.subExpression as Node), node);
        else swapOperator(where, "operator", node, start, end);
        break;
      }
      case "Assignment": {
        const [left, right] = [node.leftHandSide as Node, node.rightHandSide as Node];
        swapOperator(where, "operator", node, range(left)[1], range(right)[0]);
        break;
      }
      case "ExpressionStatement":
        remove(where, "drop statement", node);
        break;
      case "EmitStatement":
        remove(where, "drop event", node);
        break;
      case "YulFunctionCall": {
        const [start, end] = range(node);
        const { name } = node.functionName as Node & { name: string };
        const other = swappedInstructions[name];
        const operands = text(node).slice(name.length);
        if (other !== undefined) add(where, "instruction", start, start + name.length, other, node);
        if (name === "lt") add(where, "instruction", start, end, `iszero(gt${operands})`, node);
        if (name === "eq") add(where, "instruction", start, end, `iszero(${text(node)})`, node);
        if (name === "iszero") add(where, "instruction", start, end, operands.slice(1, -1), node);
        if (name === "staticcall") add(where, "instruction", start, end, "0", node);
        break;
      }
      case "YulExpressionStatement":
      case "YulAssignment":
        remove(where, "drop statement", node);
        break;
      case "YulIf":
        add(where, "never", ...range(node.condition as Node), "0", node.condition as Node);
        break;
      case "YulLiteral": {
        const [start, end] = range(node);
        const shown = parent.nodeType.startsWith("Yul") ? parent : node;
        if (node.kind === "number") add(where, "constant", start, end, `${BigInt(text(node)) + 1n}`, shown);
        break;
      }
      case "Literal": {
        const [start, end] = range(node);
        const shown = parent.nodeType === "BinaryOperation" ? parent : node;
        if (node.kind === "bool") add(where, "constant", start, end, `${node.value !== "true"}`, shown);
        const digits = /^[0-9][0-9_]*(?![xX.eE0-9])/.exec(text(node))?.[0];
        if (node.kind === "number" && digits !== undefined) {
          const value = BigInt(digits.replaceAll("_", ""));
          add(where, "constant", start, start + digits.length, `${value === 1n ? 0n : value + 1n}`, shown);
        }
        break;
      }
    }
    for (const [key, child] of Object.entries(node)) {
      if (skippedKeys.has(key)) continue;
      // What a `for` does after each round is in its brackets, where an empty block is not possible.
      if (key === "loopExpression" && isNode(child)) visit(child.expression as Node, where, node);
      else if (isNode(child)) visit(child, where, node);
      else if (Array.isArray(child)) for (const item of child) if (isNode(item)) visit(item, where, node);
    }
  }

  if (!isNode(ast)) throw new Error("solc gave no syntax tree.");
  visit(ast, "file", ast);
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}
