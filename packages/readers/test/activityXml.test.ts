// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { gpx, tcx } from "../src/formats/activityXml.ts";
import { detectFormat, textInput } from "../src/index.ts";
import { readWith, refusal, seconds } from "./jsonSupport.ts";

const point = (minute: number, heartRate?: string) =>
  `<Trackpoint><Time>2026-02-03T08:0${minute}:00.000Z</Time>${heartRate === undefined ? "" : `<HeartRateBpm><Value>${heartRate}</Value></HeartRateBpm>`}</Trackpoint>`;
const lap = (...points: string[]) =>
  `<Lap StartTime="2026-02-03T08:00:00Z"><AverageHeartRateBpm><Value>199</Value></AverageHeartRateBpm><Track>${points.join("")}</Track></Lap>`;
const activity = (inside: string, watch = "") =>
  `<Activity Sport="Running"><Id>1</Id>${inside}${watch === "" ? "" : `<Creator><Name>${watch}</Name><UnitId>1</UnitId></Creator>`}</Activity>`;
const file = (...activities: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns="x"><Activities>${activities.join("")}</Activities><Author><Name>Connect</Name></Author></TrainingCenterDatabase>`;

describe("Garmin TCX and GPX", () => {
  it("TCX: the heart rate of each trackpoint, the watch as its source", async () => {
    const text = file(
      activity(lap(point(0, "120"), point(1), point(2, "121")), "Forerunner"),
      activity(lap(point(3, "122"))),
    );
    const { readings, report } = await readWith(tcx, text);
    expect(readings).to.deep.equal([
      {
        metric: "heart-rate",
        time: seconds("2026-02-03T08:00:00Z"),
        value: "120",
        unit: "/min",
        source: "Forerunner",
      },
      {
        metric: "heart-rate",
        time: seconds("2026-02-03T08:02:00Z"),
        value: "121",
        unit: "/min",
        source: "Forerunner",
      },
      { metric: "heart-rate", time: seconds("2026-02-03T08:03:00Z"), value: "122", unit: "/min" },
    ]);
    expect(report.skipped).to.deep.equal({ "point without heart rate": 1 });
    expect((await detectFormat(textInput(text))).name).to.equal("tcx");
  });

  it("TCX: points of a course are not measured; bad values and times are refused", async () => {
    const course = file().replace(
      "<Author>",
      `<Courses><Course><Track>${point(0, "120")}</Track></Course></Courses><Author>`,
    );
    expect((await readWith(tcx, course)).report.entries).to.equal(0);
    const text = file(activity(lap(point(0, "0"), point(1, "x"), point(2, "90").replace("Z", ""))));
    const { report } = await readWith(tcx, text);
    expect(report.skipped).to.deep.equal({ "sentinel zero": 1 });
    expect(report.refused).to.deep.equal({ "value is not a number": 1, "time without a zone": 1 });
  });

  it("GPX: heart rates of the extension, whatever its prefix", async () => {
    const trackpoint = (minute: number, inside: string) =>
      `<trkpt lat="1" lon="2"><time>2026-02-03T08:0${minute}:00Z</time>${inside}</trkpt>`;
    const text =
      `<?xml version="1.0"?><gpx creator="Garmin Connect" version="1.1"><metadata><time>2026-01-01T00:00:00Z</time></metadata><trk><trkseg>` +
      trackpoint(
        0,
        "<extensions><ns3:TrackPointExtension><ns3:hr>130</ns3:hr></ns3:TrackPointExtension></extensions>",
      ) +
      trackpoint(1, "<extensions><gpxtpx:hr>131</gpxtpx:hr></extensions>") +
      trackpoint(2, "") +
      "</trkseg></trk></gpx>";
    const { readings, report } = await readWith(gpx, text);
    expect(readings.map(({ value, source }) => `${value} ${source}`)).to.deep.equal([
      "130 Garmin Connect",
      "131 Garmin Connect",
    ]);
    expect(readings[1]!.time).to.equal(seconds("2026-02-03T08:01:00Z"));
    expect(report.skipped).to.deep.equal({ "point without heart rate": 1 });
    expect((await detectFormat(textInput(text))).name).to.equal("gpx");
  });

  it("names the place of what is not well-formed; another root is refused", async () => {
    for (const [format, text] of [
      [tcx, file(activity(lap(point(0, "120")))).slice(0, -40)],
      [gpx, "<gpx><trk></gpx>"],
      [tcx, "<Other/>"],
      [gpx, "<Other/>"],
    ] as const) {
      const error = await refusal(format, text);
      expect(error.code).to.equal("FILE_NOT_UNDERSTOOD");
      expect(error.details).to.include.keys("line", "column");
    }
  });
});
