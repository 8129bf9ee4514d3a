// SPDX-License-Identifier: GPL-3.0-or-later
import type { DatasetSchema } from "@vitalproof/sdk/research";

/** A register of people with diabetes. */
export const REGISTER: DatasetSchema = {
  title: "A diabetes register",
  columns: [
    { name: "age", kind: "number", unit: "years", minimum: 18, step: 1, maximum: 110 },
    { name: "hba1c", kind: "number", unit: "%", minimum: 3, step: 0.1, maximum: 20 },
    { name: "egfr", kind: "number", unit: "ml/min", minimum: 1, step: 1, maximum: 200 },
    { name: "drug", kind: "category", values: ["none", "A", "B", "both"] },
    { name: "nyha", label: "NYHA class", kind: "category", values: ["1", "2", "3", "4"] },
  ],
};
