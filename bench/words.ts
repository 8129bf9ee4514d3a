// SPDX-License-Identifier: GPL-3.0-or-later
import type { Measured } from "./report.ts";

export const number = (value: number) => value.toLocaleString("en");
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** A table with the first column to the left and numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${head.join(" | ")} |`,
    `|${head.map((_, i) => (i === 0 ? "---" : "--:")).join("|")}|`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ];
}

export type Plot = (file: string, words: string) => string[];

export function when({ measured, full, environment, seconds: took }: Measured): string {
  const { cpu, cores, memory, platform, node, versions } = environment;
  const tools = Object.entries(versions)
    .map(([tool, version]) => `${tool} ${version}`)
    .join(", ");
  return `*${measured}${full ? ", full run" : ""}, ${number(took)} s, ${cpu}, ${cores} cores, ${memory} GB, ${platform}, Node ${node}, ${tools}.*`;
}

/** The day of a row where it is not that of its part. */
export const day = (row: { measured: string }, part: Measured) =>
  row.measured === part.measured ? "" : row.measured;

export const spread = ({ median, min, max }: { median: number; min: number; max: number }) =>
  `${seconds(median)} (${(min / 1000).toFixed(1)}–${(max / 1000).toFixed(1)})`;
