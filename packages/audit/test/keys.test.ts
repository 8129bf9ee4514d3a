// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readKeys } from "../src/node/readKeys.ts";

const ROOT = join(import.meta.dirname, "../../..");

describe("verification keys of a folder", () => {
  it("are all that the repository has, with the kind that their manifest says", async () => {
    const folder = join(ROOT, "circuits/artifacts");
    const keys = [...(await readKeys(folder)).values()];
    expect(keys.map(({ circuit }) => circuit)).to.deep.equal(readdirSync(folder).sort());
    expect(new Set(keys.map(({ keyKind }) => keyKind))).to.deep.equal(new Set(["development"]));
  });

  it("a folder without keys: ARTIFACT_MISSING", async () => {
    const error = await readKeys(join(ROOT, "docs")).catch((cause: unknown) => cause);
    expect(error).to.include({ code: "ARTIFACT_MISSING" });
  });
});
