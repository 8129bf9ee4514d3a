// SPDX-License-Identifier: GPL-3.0-or-later
import { formatDecimal, parseDecimal } from "../../decimal.ts";
import type { Comparison, Expression, Query } from "./query.ts";
import type { Amount } from "./schema.ts";
import { isPlainWord } from "./tokens.ts";

/** A query as a text, from which `parseQuery` reads the same query. */
export function formatQuery({ where, outcome, groups, statistic, value, against }: Query): string {
  const between = statistic === "regression" ? "on" : "and";
  const asked = [
    statistic,
    ...(value === undefined ? [] : ["of", formatName(value)]),
    ...(against === undefined ? [] : [between, formatName(against)]),
  ];
  return [
    ...(where === undefined ? [] : [formatExpression(where)]),
    ...(outcome === undefined ? [] : [`outcome: ${formatExpression(outcome)}`]),
    ...(groups === undefined ? [] : [`groups: ${formatGroups(groups)}`]),
    `statistic: ${asked.join(" ")}`,
  ].join("; ");
}

/** With parentheses wherever `and`, `or` and `not` meet, though not all are needed. */
export function formatExpression(expression: Expression): string {
  if ("and" in expression) return expression.and.map(formatPart).join(" and ");
  if ("or" in expression) return expression.or.map(formatPart).join(" or ");
  if ("not" in expression) return `not ${formatPart(expression.not)}`;
  return formatComparison(expression);
}

function formatPart(expression: Expression): string {
  const isJoined = "and" in expression || "or" in expression;
  return isJoined ? `(${formatExpression(expression)})` : formatExpression(expression);
}

export function formatComparison(comparison: Comparison): string {
  const name = formatName(comparison.column);
  switch (comparison.is) {
    case "missing":
    case "present":
      return `${name} is ${comparison.is}`;
    case "between":
      return `${name} between ${comparison.values.map(formatValue).join(" and ")}`;
    case "in":
      return `${name} in (${comparison.values.map(formatValue).join(", ")})`;
    default:
      return `${name} ${comparison.is} ${formatValue(comparison.value)}`;
  }
}

function formatGroups({ a, b }: NonNullable<Query["groups"]>): string {
  if ("is" in a && "is" in b && a.is === "=" && b.is === "=" && a.column === b.column)
    return `${formatName(a.column)} ${formatValue(a.value)} vs ${formatValue(b.value)}`;
  return `${formatExpression(a)} vs ${formatExpression(b)}`;
}

export function formatName(name: string): string {
  return isPlainWord(name) ? name : quoted(name);
}

/** Texts that would be read as another value are in quotes. */
function formatValue(value: Amount): string {
  if (typeof value === "number") return formatNumber(value);
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(value);
  if (isNumber && formatNumber(Number(value)) !== value) return value;
  return isPlainWord(value) ? value : quoted(value);
}

/** A number as queries write it: without an exponent. */
export function formatNumber(value: number): string {
  const decimal = parseDecimal(value);
  return decimal === undefined ? String(value) : formatDecimal(decimal);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
