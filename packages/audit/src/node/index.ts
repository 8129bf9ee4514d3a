// SPDX-License-Identifier: GPL-3.0-or-later
export * from "../index.ts";
export { readKeys } from "./readKeys.ts";
