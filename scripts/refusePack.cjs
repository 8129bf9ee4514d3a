// SPDX-License-Identifier: GPL-3.0-or-later
// `prepack` of every package: npm would pack the sources, which Node does not run from node_modules. npm has no setting
// that packs another folder. The built package in dist has no scripts, so this does not stop it. CommonJS, for any Node.
"use strict";

const { basename } = require("node:path");

const folder = `packages/${basename(process.cwd())}`;
console.error(
  `${folder} is not what is published; its built package is.\n` +
    `  npm run build --workspace ${folder} && npm pack ./${folder}/dist\n` +
    "`npm run pack:check -- --out FOLDER` builds and packs all packages and tries them out.",
);
process.exitCode = 1;
