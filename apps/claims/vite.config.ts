// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/**
 * What the built page may load. Everything comes from its own origin; `wasm-unsafe-eval` is for witness calculators.
 * A deployer whose `config.json` names a node or service on another origin widens `connect-src` by it at build time:
 * `VITALPROOF_CONNECT_SRC="https://rpc.example.org" npm run dapp:build`. There is no `style-src-attr`: React and
 * react-aria write styles of elements through the CSSOM, which a policy does not restrict.
 */
export function contentSecurityPolicy(connect: string): string {
  const origins = connect.split(/\s+/).filter((origin) => origin !== "");
  for (const origin of origins) {
    if (!/^(https?|wss?):\/\/[^\s;,'"]+$/.test(origin)) {
      throw new Error(
        `VITALPROOF_CONNECT_SRC has "${origin}", which is not an origin. Write it like https://rpc.example.org. Separate several with spaces.`,
      );
    }
  }
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...origins].join(" ")}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** In the built page only: the development server needs inline scripts and a socket. */
function policyInPage(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: {
          "http-equiv": "Content-Security-Policy",
          content: contentSecurityPolicy(process.env.VITALPROOF_CONNECT_SRC ?? ""),
        },
        injectTo: "head-prepend",
      },
    ],
  };
}

export default defineConfig({
  // Relative, so that the page runs from any folder of any static server.
  base: "./",
  plugins: [policyInPage()],
  resolve: { alias: { "@adraffy/ens-normalize": join(import.meta.dirname, "src/chain/noEnsNames.ts") } },
  // The worker that proves imports snarkjs when it needs it, which the older format cannot.
  worker: { format: "es" },
  build: {
    target: "es2022",
    // A data: script or style would need a wider policy.
    assetsInlineLimit: 0,
    // Which file is which: test/page.test.ts weighs what a page loads.
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
});
