// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page in apps/claims/dist: what it weighs, and its policy. `npm test -- app` builds it first; for this file alone,
// `npm run dapp:build` does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { contentSecurityPolicy } from "../vite.config.ts";

const LIMIT = 277_000;

/** As `npm run dapp:build` made it. */
const FOLDER = join(import.meta.dirname, "../dist");

describe("the built page", () => {
  let html = "";
  let manifest: Record<string, { file: string; name?: string; css?: string[]; imports?: string[] }> = {};

  before(() => {
    html = readFileSync(join(FOLDER, "index.html"), "utf8").replaceAll("&#39;", "'");
    manifest = JSON.parse(readFileSync(join(FOLDER, ".vite/manifest.json"), "utf8"));
  });

  for (const [page, chunk] of [
    ["the insurers' first page", "index"],
    ["the patients' first page", "PatientPages"],
    ["the auditors' first page", "AuditPages"],
  ] as const) {
    it(`${page} weighs less than ${LIMIT / 1000} kB (gzip)`, () => {
      const source = Object.keys(manifest).find(
        (key) => manifest[key]!.name === chunk && /\.js$/.test(manifest[key]!.file),
      );
      const files = new Set(["index.html", ...filesOf("index.html"), ...filesOf(source!)]);
      const sizes = [...files].map((name) => gzipSync(readFileSync(join(FOLDER, name))).length);
      const sum = sizes.reduce((a, b) => a + b, 0);
      console.log(`      ${(sum / 1000).toFixed(1)} kB`);
      expect(sum).to.be.below(LIMIT);
    });
  }

  /** What is loaded with a source before it runs: its own file, its styles, and whatever those import. */
  function filesOf(source: string): string[] {
    const { file, css = [], imports = [] } = manifest[source]!;
    return [file, ...css, ...imports.flatMap(filesOf)];
  }

  it("has its policy before anything is loaded, and nothing inline", () => {
    expect(html.indexOf("Content-Security-Policy")).to.be.within(0, html.indexOf("<link"));
    expect(html).to.contain("default-src 'none'").and.contain("script-src 'self' 'wasm-unsafe-eval'");
    expect(html).to.not.match(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/);
    // Without this id react-aria would insert a style element, which the policy refuses.
    expect(html).to.contain('id="react-aria-pressable-style"');
    expect(html).to.not.match(/(?:src|href)="(?:https?:)?\/\//);
  });

  it("lets a deployer widen connect-src by origins, and by nothing else", () => {
    expect(contentSecurityPolicy(" https://rpc.example.org wss://x.example ")).to.contain(
      "connect-src 'self' https://rpc.example.org wss://x.example;",
    );
    for (const bad of ["*", "https://a;script-src", "'unsafe-inline'", "example.org"]) {
      expect(() => contentSecurityPolicy(bad)).to.throw(/VITALPROOF_CONNECT_SRC/);
    }
  });
});
