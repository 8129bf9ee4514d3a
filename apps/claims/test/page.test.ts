// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { build } from "vite";
import { contentSecurityPolicy } from "../vite.config.ts";

const LIMIT = 300_000;

describe("the built page", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-app-"));
  let html = "";

  before(async function () {
    this.timeout(120_000);
    await build({
      root: join(import.meta.dirname, ".."),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
    html = readFileSync(join(folder, "index.html"), "utf8").replaceAll("&#39;", "'");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it(`loads less than ${LIMIT / 1000} kB (gzip) at once`, () => {
    const assets = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]!);
    expect(assets.some((name) => name.endsWith(".js"))).to.equal(true);
    const sizes = ["index.html", ...assets].map((name) => gzipSync(readFileSync(join(folder, name))).length);
    const sum = sizes.reduce((a, b) => a + b, 0);
    console.log(`      first page: ${(sum / 1000).toFixed(1)} kB gzip`);
    expect(sum).to.be.below(LIMIT);
  });

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
