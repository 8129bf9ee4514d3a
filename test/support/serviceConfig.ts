// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";

const ADDRESS = `0x${"11".repeat(20)}`;

/** A configuration of services as a file has it, with a node at which nobody listens. @param members those that a test is about */
export function serviceConfig(members: object): object {
  return {
    store: "sqlite:store.db",
    chain: {
      id: "11155111",
      rpc: "http://127.0.0.1:9",
      contracts: { anchors: ADDRESS, claims: ADDRESS, consents: ADDRESS, circuits: ADDRESS },
    },
    http: { port: 0 },
    access: [],
    artifacts: join(import.meta.dirname, "../../circuits/artifacts"),
    ...members,
  };
}
