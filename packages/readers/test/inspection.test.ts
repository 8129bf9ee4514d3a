// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import { expect } from "chai";
import { collectReadings, inspectFile, type ReadOptions, readFile, textInput } from "../src/index.ts";
import { COLUMNS } from "./csvSupport.ts";
import { rejected } from "./support.ts";

describe("inspection", () => {
  it("jitter moves, crowding drops, and what a profile cannot hold is refused by reason", async () => {
    const start = 1_700_006_400;
    const at = (seconds: number, value: string): string => `${start + seconds},${value}`;
    const text = [
      "time,value",
      at(-300, "99"),
      at(0, "100"),
      at(299, "101"),
      at(601, "102"),
      at(902, "103.5"),
      at(1201, "Low"),
    ];
    const crowded = [at(36_000, "90"), at(36_001, "91"), at(36_002, "92"), at(36_003, "93")];
    const inspection = await inspectFile(textInput([...text, ...crowded, ""].join("\n")), {
      columns: COLUMNS,
    });
    const [series] = inspection.series;
    expect(series).to.include({ readings: 10, low: 1, high: 0, min: "90", max: "103.5", mean: "96.8333" });
    // A day begins at midnight UTC, where no zone is given.
    expect(start % 300).to.equal(0);
    expect(series!.slotting).to.deep.include({
      profile: "glucose-mg-dl-5min",
      kept: 6,
      moved: 1,
      dropped: 3,
      refused: { "not-representable": 1 },
      slots: 122,
    });
    expect(series!.slotting!.coverage).to.equal(6 / 122);
  });

  it("samples with three axes take one place each, at 20 Hz", async () => {
    const rows = Array.from(
      { length: 1_300 },
      (_, i) => `${50 * i + (i % 3)},0.02,-0.98,${i === 7 ? "0.01" : "0"}`,
    );
    const inspection = await inspectFile(textInput(["t_ms,x_g,y_g,z_g", ...rows, ""].join("\n")));
    expect(inspection.clock).to.equal("file");
    expect(inspection.series[0]!.slotting).to.deep.include({
      profile: "acceleration-20hz",
      kept: 1_299,
      dropped: 0,
      refused: { "not-representable": 1 },
      slots: 1_300,
      epochs: 3,
      epochSlots: 1_800,
    });
  });

  it("the mean is exact: halves away from zero, long decimals and minus signs", async () => {
    const mean = async (...values: string[]): Promise<string | null> => {
      const rows = values.map((value, i) => `${1_700_000_000 + i},${value}`);
      const options = { columns: { ...COLUMNS, unit: "Cel" } };
      return (await inspectFile(textInput(["time,value", ...rows].join("\n")), options)).series[0]!.mean;
    };
    expect(await mean("1", "2")).to.equal("1.5000");
    expect(await mean("0.00005")).to.equal("0.0001");
    expect(await mean("-0.00005")).to.equal("-0.0001");
    expect(await mean("0.000049999")).to.equal("0.0000");
    expect(await mean("1", "1", "2")).to.equal("1.3333");
    expect(await mean("-1", "-1", "-2")).to.equal("-1.3333");
  });

  it("a file without readings has no series", async () => {
    const { series, report } = await inspectFile(textInput("time,value\n"), { columns: COLUMNS });
    expect(series).to.deep.equal([]);
    expect(report.entries).to.equal(0);
  });
});

describe("privacy", () => {
  it("T33: no error and no report repeats what is in a file", async () => {
    const marker = "4711471";
    const files: [string, ReadOptions][] = [
      [`time,value\n1700000000,${marker}x\n`, { columns: COLUMNS }],
      [`time,value\n${marker}x,100\n`, { columns: COLUMNS }],
      [`time,value\n1700000000,100,${marker}\n`, { columns: COLUMNS }],
      [`time,value\n1700000000,"${marker}\n`, { columns: COLUMNS }],
      [`${marker},b\n1,2\n3,4\n`, {}],
      [`${marker},b\n1,2\n3,4\n`, { columns: COLUMNS }],
      [`{"${marker}": 1}`, {}],
      [`Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,${marker},EGV,100\n`, { zone: "UTC" }],
      [
        `Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,2026-01-01T00:00:00,EGV,${marker}\n`,
        { zone: "UTC" },
      ],
      [`Time [s],HR\n0,${marker}x\n`, { start: 0 }],
      [`t_ms,trial,x_g,y_g,z_g\n0,${marker},0,0,0\n0,x,0,0,0\n`, { start: 0 }],
    ];
    for (const [text, options] of files) {
      const error = await rejected(readFile(textInput(text), options));
      expect(`${inspect(error)}${JSON.stringify(error)}`, text).to.not.contain(marker);
    }
    const dexcom = `Index,Timestamp (x),Event Type,Glucose Value (mg/dL)\n1,,${marker},\n2,,FirstName,${marker}\n`;
    const { report } = await collectReadings(textInput(dexcom), { zone: "UTC" });
    expect(report.skipped).to.deep.equal({ other: 1, FirstName: 1 });
    expect(JSON.stringify(report)).to.not.contain(marker);
  });
});
