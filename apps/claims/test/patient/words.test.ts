// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { faultOf, progressOf } from "../../src/patient/words.ts";

describe("patient: words", () => {
  it("says where a proof stands, and how far its download is", () => {
    expect(progressOf({ phase: "download", bytes: 2 ** 20, of: 2 ** 22 })).to.deep.equal({
      text: "Loading the proving key: 1.0 of 4.0 MiB",
      percent: 25,
    });
    expect(progressOf({ phase: "download", bytes: 0, of: undefined }).percent).to.equal(undefined);
    expect(progressOf({ phase: "proof", elapsedMs: 1 }).text).to.equal("Making the proof");
    expect(progressOf(undefined).text).to.contain("Checking");
  });

  it("T33: shows errors of others without their words", () => {
    expect(faultOf(new Error("salt 123456")).says).not.to.contain("123456");
    const known = faultOf(new VitalproofError("ABORTED", "Stopped.", { hint: "Again." }));
    expect(known).to.deep.equal({ says: "Stopped.", hint: "Again.", code: "ABORTED" });
  });
});
