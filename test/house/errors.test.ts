// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "@vitalproof/sdk";
import { expect } from "chai";
import { root, sources } from "./support/importGraph.ts";

describe("error codes", () => {
  it("of the SDK's list are all used: packages on top of it share the list and have no other", () => {
    const others = sources()
      .filter(
        (file) =>
          /^packages\/(sdk|readers|audit|services)\/src\//.test(file) && !file.endsWith("sdk/src/errors.ts"),
      )
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\n");
    const unused = ERROR_CODES.filter((code) => !others.includes(`"${code}"`));
    expect(unused).to.deep.equal([]);
    expect(new Set(ERROR_CODES).size).to.equal(ERROR_CODES.length);
  });
});
