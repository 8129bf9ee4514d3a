// SPDX-License-Identifier: GPL-3.0-or-later
//
// When the scenario takes place. Apart from the scenario itself, which needs what the build makes.

/** Unix second at which its chain begins: the day before its first, so that people can join. */
export const SCENARIO_START = Date.parse("2026-04-01T00:00:00Z") / 1000;
export const SCENARIO_FIRST_DAY = "2026-04-02";
export const SCENARIO_DAYS = 30;
