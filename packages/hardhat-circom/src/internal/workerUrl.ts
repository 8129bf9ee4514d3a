// SPDX-License-Identifier: GPL-3.0-or-later

/** The file of a worker in the folder of `base`: TypeScript source in the workspace, JavaScript when published. */
export function workerUrl(name: string, base: string): URL {
  return new URL(`./${name}${base.endsWith(".ts") ? ".ts" : ".js"}`, base);
}
