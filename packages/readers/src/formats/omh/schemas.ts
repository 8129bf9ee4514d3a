// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The rules of the Open mHealth schemas blood-glucose 4.0, heart-rate 2.0 and oxygen-saturation 2.0, and of what they
 * refer to, in one JSON Schema each. Source: github.com/openmhealth/schemas (schema/omh), of which npm has no package.
 * Like those, they allow properties besides the ones they name.
 */

const dateTime = { type: "string", format: "rfc3339" } as const;

const unitValue = (...units: string[]) =>
  ({
    type: "object",
    required: ["value", "unit"],
    properties: { value: { type: "number" }, unit: { type: "string", enum: units } },
  }) as const;

// duration-unit-value 1.0
const duration = unitValue("ps", "ns", "us", "ms", "sec", "min", "h", "d", "wk", "Mo", "yr");

// time-interval 1.0 names four forms, exactly one of which must hold.
const timeInterval = {
  type: "object",
  oneOf: [
    { required: ["start_date_time", "duration"], properties: { start_date_time: dateTime, duration } },
    { required: ["end_date_time", "duration"], properties: { end_date_time: dateTime, duration } },
    {
      required: ["start_date_time", "end_date_time"],
      properties: { start_date_time: dateTime, end_date_time: dateTime },
    },
    {
      required: ["date", "part_of_day"],
      properties: {
        date: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
        part_of_day: { enum: ["morning", "afternoon", "evening", "night"] },
      },
    },
  ],
} as const;

// time-frame 1.0
const timeFrame = {
  type: "object",
  oneOf: [
    { required: ["date_time"], properties: { date_time: dateTime } },
    { required: ["time_interval"], properties: { time_interval: timeInterval } },
  ],
} as const;

// descriptive-statistic 1.1
const descriptiveStatistic = {
  enum: [
    "average",
    "maximum",
    "minimum",
    "standard deviation",
    "variance",
    "sum",
    "median",
    "count",
    "quartile deviation",
    "80th percentile",
    "lower quartile",
    "upper quartile",
    "1st quintile",
    "2nd quintile",
    "3rd quintile",
    "4th quintile",
  ],
} as const;

// temporal-relationship-to-sleep 1.0
const toSleep = { enum: ["before sleeping", "during sleep", "on waking"] } as const;

const common = { effective_time_frame: timeFrame, descriptive_statistic: descriptiveStatistic } as const;

export const SCHEMAS = {
  blood_glucose: {
    type: "object",
    required: ["blood_glucose", "effective_time_frame"],
    properties: {
      ...common,
      blood_glucose: unitValue("mg/dL", "mmol/L"),
      // specimen-source 2.0
      specimen_source: {
        enum: [
          "breath",
          "capillary blood",
          "interstitial fluid",
          "lacrimal fluid",
          "saliva",
          "sweat",
          "tears",
          "urine",
        ],
      },
      // temporal-relationship-to-meal 1.0
      temporal_relationship_to_meal: {
        enum: [
          "fasting",
          "not fasting",
          "before meal",
          "after meal",
          "before breakfast",
          "after breakfast",
          "before lunch",
          "after lunch",
          "before dinner",
          "after dinner",
          "2 hours postprandial",
        ],
      },
      temporal_relationship_to_sleep: toSleep,
    },
  },
  heart_rate: {
    type: "object",
    required: ["heart_rate", "effective_time_frame"],
    properties: {
      ...common,
      heart_rate: unitValue("beats/min"),
      temporal_relationship_to_sleep: toSleep,
      // temporal-relationship-to-physical-activity 1.0
      temporal_relationship_to_physical_activity: {
        enum: ["at rest", "active", "before exercise", "after exercise", "during exercise"],
      },
    },
  },
  oxygen_saturation: {
    type: "object",
    required: ["oxygen_saturation", "effective_time_frame"],
    properties: {
      ...common,
      oxygen_saturation: unitValue("%"),
      system: { enum: ["peripheral capillary"] },
      // 0 L/min is room air.
      supplemental_oxygen_flow_rate: unitValue("L/min"),
      oxygen_therapy_mode_of_administration: { enum: ["nasal cannula"] },
      measurement_method: { enum: ["pulse oximetry"] },
    },
  },
} as const;

export type Measure = keyof typeof SCHEMAS;
