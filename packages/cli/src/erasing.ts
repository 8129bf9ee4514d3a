// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the stores of an attester and of a gateway erase a person: what differs between them.
import type { attesterErasures, Database, ServicesConfig } from "@vitalproof/services";
import type { Io } from "./io.ts";
import { element } from "./numbers.ts";

type Erasures = ReturnType<typeof attesterErasures>;

export type Erasing = {
  /** As help shows it. */
  readonly argument: string;
  readonly example: string;
  readonly description: string;
  /** How the store names a person. */
  personOf(argument: string): Promise<string>;
  /** The name as the command takes it. */
  shown(person: string): string;
  open(database: Database, io: Io): Promise<Erasures>;
  /** What stays elsewhere, a line each. */
  remains(config: ServicesConfig, person: string): Promise<string[]>;
  /** What follows from an erasure. */
  readonly afterwards: string;
};

export const STILL_IN_FILES =
  "The store's files still have it: a backup or a long read sees it. The service removes it within a minute of its end, or this command again.";

const clockOf = (io: Io) => (): number => Math.floor(io.now());
const chainOf = ({ chain: { id, contracts } }: ServicesConfig) => ({ id, anchors: contracts.anchors });

export const ERASING: Readonly<Record<"attester" | "gateway", Erasing>> = {
  attester: {
    argument: "subject",
    example: "0x2a…",
    description: "Destroy devices, logs, heads and receipts of the person with a subject.",
    async personOf(argument) {
      const { fieldText } = await import("@vitalproof/services");
      return fieldText(element(argument));
    },
    shown: (person) => `0x${person}`,
    async open(database, io) {
      const { attesterErasures } = await import("@vitalproof/services");
      return attesterErasures({ database, clock: clockOf(io) });
    },
    async remains(config) {
      const { attesterPartOf, attesterRemains } = await import("@vitalproof/services");
      return attesterRemains(attesterPartOf(config), chainOf(config));
    },
    afterwards:
      "Nothing of this subject is accepted, attested or handed out here any more. Remove tokens that are theirs.",
  },
  gateway: {
    argument: "person",
    example: "p17",
    description: "Destroy a person's key and everything that is sealed under it.",
    personOf: (argument) => Promise.resolve(argument),
    shown: (person) => person,
    async open(database, io) {
      const { gatewayErasures } = await import("@vitalproof/services");
      return gatewayErasures({ database, personKeys: { forget: () => undefined }, clock: clockOf(io) });
    },
    async remains(config, person) {
      const { gatewayPartOf, remainsOnChain } = await import("@vitalproof/services");
      return remainsOnChain(gatewayPartOf(config), person, chainOf(config));
    },
    afterwards:
      "No new proof can be made for this person here. Start running gateways again: they forget the device keys then.",
  },
};
