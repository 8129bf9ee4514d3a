// SPDX-License-Identifier: GPL-3.0-or-later
export { HAS_POSTGRES, type Postgres, startPostgres } from "../../../../test/support/postgres.ts";
