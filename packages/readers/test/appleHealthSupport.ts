// SPDX-License-Identifier: GPL-3.0-or-later
import { closeSync, openSync, writeSync } from "node:fs";

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
]>
<HealthData locale="de_DE">
 <ExportDate value="2024-01-01 10:00:00 +0100"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1980-01-01"/>
`;

export type AppleRecord = {
  type: string;
  unit: string;
  value: string;
  startDate: string;
  endDate?: string;
  inside?: string;
};

/** One record as the Health app writes it. */
export function appleRecord({
  type,
  unit,
  value,
  startDate,
  endDate = startDate,
  inside,
}: AppleRecord): string {
  const open =
    ` <Record type="HKQuantityTypeIdentifier${type}" sourceName="Jane’s Apple&#160;Watch" sourceVersion="10.1" ` +
    `device="&lt;&lt;HKDevice: 0x2810&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch&gt;" unit="${unit}" ` +
    `creationDate="${endDate}" startDate="${startDate}" endDate="${endDate}" value="${value}"`;
  return inside === undefined ? `${open}/>\n` : `${open}>\n  ${inside}\n </Record>\n`;
}

/** A whole export. */
export function appleExport(...records: string[]): string {
  return `${HEAD}${records.join("")}</HealthData>\n`;
}

/**
 * Writes an export of about so many bytes: a heart rate every 5 seconds in the zone +0200.
 * @returns the number of records
 */
export function writeAppleExport(path: string, bytes: number): number {
  const file = openSync(path, "w");
  try {
    let [written, records] = [writeSync(file, HEAD), 0];
    while (written < bytes) {
      const block: string[] = [];
      for (let i = 0; i < 1000; i++, records++) {
        const time = new Date(Date.UTC(2019, 0, 1) + records * 5000).toISOString();
        block.push(
          appleRecord({
            type: "HeartRate",
            unit: "count/min",
            value: String(50 + ((records * 7919) % 101)),
            startDate: `${time.slice(0, 10)} ${time.slice(11, 19)} +0200`,
            inside: '<MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>',
          }),
        );
      }
      written += writeSync(file, block.join(""));
    }
    writeSync(file, "</HealthData>\n");
    return records;
  } finally {
    closeSync(file);
  }
}
