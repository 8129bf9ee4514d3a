// SPDX-License-Identifier: GPL-3.0-or-later
import type { Environment } from "./environment.ts";

/** What every part says about its last run. */
export interface Measured {
  /** Day of the run, UTC. */
  readonly measured: string;
  readonly full: boolean;
  readonly seconds: number;
  readonly environment: Environment;
}

/** A row that keeps its own day, since not every run measures every row. */
export interface Dated {
  readonly measured: string;
}
