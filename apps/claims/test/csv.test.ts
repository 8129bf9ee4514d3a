// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { toCsv, toJson } from "../src/data/csv.ts";

describe("exports", () => {
  it("quote commas, quotes and line breaks in CSV", () => {
    expect(
      toCsv(
        ["a", "b"],
        [
          ["x,y", 'say "no"'],
          ["two\nlines", 3n],
        ],
      ),
    ).to.equal('a,b\r\n"x,y","say ""no"""\r\n"two\nlines",3\r\n');
  });

  it("leave numbers alone and keep a spreadsheet from running a text", () => {
    expect(toCsv(["v"], [[-5], ["-5.25"], ["=1+1"], ["+cmd"], ["@x"], ["-a,b"], ["\tq"]])).to.equal(
      "v\r\n-5\r\n-5.25\r\n'=1+1\r\n'+cmd\r\n'@x\r\n\"'-a,b\"\r\n'\tq\r\n",
    );
  });

  it("write bigints as decimal strings in JSON", () => {
    expect(JSON.parse(toJson({ n: 2n ** 64n }))).to.deep.equal({ n: "18446744073709551616" });
  });
});
