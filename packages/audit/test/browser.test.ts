// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { runsInBrowsers, walk } from "../../../test/support/browserEntry.ts";

describe("audit: browser entry", () => {
  const entry = new URL("../src/index.ts", import.meta.url);
  runsInBrowsers(entry);

  it("is the whole package", () => {
    expect(walk(entry).files.size).to.be.greaterThan(20);
  });
});
