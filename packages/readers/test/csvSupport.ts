// SPDX-License-Identifier: GPL-3.0-or-later
import { type ReadOptions, readFile, textInput } from "../src/index.ts";

export const COLUMNS = { time: "time", value: "value", unit: "mg/dL" };
export const generic = (text: string, options: ReadOptions = {}) =>
  readFile(textInput(text), { columns: COLUMNS, ...options });
