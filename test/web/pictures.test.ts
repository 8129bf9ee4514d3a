// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { PICTURE_FOLDER, PICTURES } from "./support/pictures.ts";

describe("docs/dapp.md", () => {
  it("shows every picture that tests take, and no other", () => {
    const text = readFileSync(join(PICTURE_FOLDER, "../dapp.md"), "utf8");
    const shown = [...text.matchAll(/!\[[^\]]+\]\(dapp\/([a-z-]+)\.png\)/g)].map(([, name]) => name);
    expect(shown.sort()).to.deep.equal([...PICTURES].sort());
    expect(readdirSync(PICTURE_FOLDER).sort()).to.deep.equal(PICTURES.map((name) => `${name}.png`).sort());
  });
});
