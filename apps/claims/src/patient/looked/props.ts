// SPDX-License-Identifier: GPL-3.0-or-later
import type { Config } from "../../config/config.ts";
import type { LookedSession } from "./session.ts";
import type { LookedView } from "./view.ts";

/** What every panel of this page is given. */
export type LookedProps = {
  config: Config;
  session: LookedSession;
  view: LookedView;
  refresh: () => Promise<void>;
};
