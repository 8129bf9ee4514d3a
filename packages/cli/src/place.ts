// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";

/** The repository runs the sources. What is installed is JavaScript, with the repository's small files in `assets`. */
export const INSTALLED = !import.meta.url.endsWith(".ts");

const manifest = new URL(INSTALLED ? "./package.json" : "../package.json", import.meta.url);

/** The package's own. */
export const { version: VERSION } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
