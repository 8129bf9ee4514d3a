// SPDX-License-Identifier: GPL-3.0-or-later
import type { SetEntry } from "./entry.ts";

export const SETS: readonly SetEntry[] = [
  {
    kind: "set",
    name: "alert",
    title: "Questions used as alerts",
    words:
      "Each says that something happened that someone should look at now. Alerts are verified at once against the attester's signed receipt, and they never pay.",
    relation: "any",
    sources: [],
    members: [
      { name: "desaturation", window: "1 hour" },
      { name: "falls", window: "30 seconds" },
    ],
  },
  {
    kind: "set",
    name: "trial-inclusion",
    title: "No atrial fibrillation, and an average heart rate below 100, in one hour",
    words:
      "Two questions about the same hour that a study asks for together before somebody may take part: a regular rhythm and a calm heart.",
    relation: "all",
    sources: [],
    members: [
      { name: "no-atrial-fibrillation", window: "1 hour" },
      { name: "average-below", window: "1 hour" },
    ],
  },
  {
    kind: "set",
    name: "trial-inclusion-fast",
    title: "No atrial fibrillation, and an average heart rate above 100, in one hour",
    words:
      "Two questions about the same hour that a study of fast but regular hearts asks for together before somebody may take part.",
    relation: "all",
    sources: [],
    members: [
      { name: "no-atrial-fibrillation", window: "1 hour" },
      { name: "average-above", window: "1 hour" },
    ],
  },
];
