// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { strayNote, streamXml } from "../internal/xmlStream.ts";
import { Collector, type Counted } from "./json/collector.ts";
import { instantOf } from "./json/instant.ts";

const CUT_OFF = "The file may be cut off or changed. Copy it anew from the device or the app.";
const NO_HEART_RATE = "point without heart rate";

/** A point of a track, until it ends. A comment cuts a text into pieces. */
type Point = { time?: string; heartRate?: string };

/**
 * Garmin's Training Center XML, version 2: the heart rate of each trackpoint of an activity. Averages and maxima of laps are
 * statistics. The watch is named behind its laps, so an activity's points wait for its end.
 * Source: TrainingCenterDatabasev2.xsd.
 */
export const tcx: TextFormat = {
  name: "tcx",
  title: "Garmin activity (TCX)",

  matches(head) {
    return /^\s*</.test(head) && /<(\w+:)?TrainingCenterDatabase[\s>]/.test(head);
  },

  async read(input, _options, take) {
    const collector = new Collector(take);
    const path: string[] = [];
    let point: Point | undefined;
    let points: Point[] = [];
    let watch = "";
    const stray = await streamXml(input, {
      root: "TrainingCenterDatabase",
      hint: "Pass the TCX file as Garmin Connect or the device gives it.",
      cutOff: CUT_OFF,
      open(name) {
        path.push(name);
        if (name === "Trackpoint" && path.includes("Activity")) point = {};
        if (name === "Activity") watch = "";
      },
      text(text) {
        const [outer, inner] = path.slice(-2);
        if (point !== undefined && outer === "Trackpoint" && inner === "Time")
          point.time = (point.time ?? "") + text;
        if (point !== undefined && outer === "HeartRateBpm" && inner === "Value")
          point.heartRate = (point.heartRate ?? "") + text;
        if (outer === "Creator" && inner === "Name") watch += text.trim();
      },
      close(name) {
        path.pop();
        if (name === "Trackpoint" && point !== undefined) {
          points.push(point);
          point = undefined;
        }
        if (name !== "Activity") return;
        for (const one of points) readPoint(one, watch, collector);
        points = [];
      },
    });
    return reportOf("tcx", collector, stray);
  },
};

/**
 * GPX 1.1 with the heart rates of Garmin's TrackPointExtension (`hr`), as most watches and apps write them.
 * Source: topografix.com/GPX/1/1, TrackPointExtensionv1.xsd.
 */
export const gpx: TextFormat = {
  name: "gpx",
  title: "Track with heart rates (GPX)",

  matches(head) {
    // Tracks without heart rates, such as the routes in Apple's archive, hold nothing to read.
    return /^\s*</.test(head) && /<(\w+:)?gpx[\s>]/.test(head) && /<(\w+:)?hr>/.test(head);
  },

  async read(input, _options, take) {
    const collector = new Collector(take);
    const path: string[] = [];
    let point: Point | undefined;
    let creator = "";
    const stray = await streamXml(input, {
      root: "gpx",
      hint: "Pass the GPX file as the app exports it.",
      cutOff: CUT_OFF,
      open(name, depth, attributes) {
        path.push(name);
        if (depth === 1) creator = attributes.creator?.trim() ?? "";
        if (name === "trkpt") point = {};
      },
      text(text) {
        const [outer, inner] = path.slice(-2);
        if (point !== undefined && outer === "trkpt" && inner === "time")
          point.time = (point.time ?? "") + text;
        if (point !== undefined && inner === "hr") point.heartRate = (point.heartRate ?? "") + text;
      },
      close(name) {
        path.pop();
        if (name !== "trkpt" || point === undefined) return;
        readPoint(point, creator, collector);
        point = undefined;
      },
    });
    return reportOf("gpx", collector, stray);
  },
};

function readPoint({ time, heartRate }: Point, source: string, collector: Collector): Counted {
  if (heartRate === undefined) return collector.skip(NO_HEART_RATE);
  const instant = instantOf(time?.trim());
  if (typeof instant === "string") return collector.refuse(instant);
  return collector.reading({
    metric: "heart-rate",
    time: instant,
    value: heartRate.trim(),
    unit: "/min",
    source,
  });
}

function reportOf(name: "tcx" | "gpx", collector: Collector, stray: number) {
  const note = strayNote(stray);
  if (note !== undefined) collector.note(note);
  return collector.report(name);
}
