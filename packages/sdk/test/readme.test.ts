// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

describe("README", () => {
  it("its example runs as it stands", function () {
    this.timeout(30_000);
    const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const example = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
    const shown = execFileSync(process.execPath, ["--input-type=module", "-e", example], {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      encoding: "utf8",
    });
    expect(shown).to.contain("At least 70 % of the slots are from 70 to 180 mg/dL, ends included");
    expect(shown).to.match(/Share of all slots .*: holds\./);
    expect(shown.match(/\d{60,}n/g)).to.have.length(4);
  });
});
