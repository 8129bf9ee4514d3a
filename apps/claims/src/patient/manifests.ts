// SPDX-License-Identifier: GPL-3.0-or-later
/// <reference types="vite/client" />

const FILES: Readonly<Record<string, string>> = import.meta.glob(
  "../../../../circuits/artifacts/*/manifest.json",
  { query: "?raw", import: "default", eager: true },
);

/** The committed manifests, by circuit, built into the page. Artifacts from a server are checked against them. */
export const MANIFESTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(FILES).map(([path, text]) => [path.split("/").at(-2)!, text]),
);
