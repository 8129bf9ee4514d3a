// SPDX-License-Identifier: GPL-3.0-or-later
import { AnchorClient, Attester, ClaimsClient, VitalproofError } from "@vitalproof/sdk";
import { threadedAnchorTree } from "@vitalproof/sdk/node";
import { Sender } from "../chain/index.ts";
import type { ServicesConfig } from "../config.ts";
import { startServer } from "../http/server.ts";
import { openSigner } from "../keys/index.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { kept } from "../operate/kept.ts";
import { Loop } from "../operate/loop.ts";
import { sending } from "../operate/sending.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import { AnchorDays } from "./anchorDays.ts";
import { attesterBackend } from "./backend.ts";
import type { AttesterConfig } from "./config.ts";
import { enrolmentKey } from "./enrolmentKey.ts";
import { attesterErasures } from "./erase.ts";
import { GroupSigner } from "./groupSigner.ts";
import { handOver } from "./handOver.ts";
import { attesterMetrics } from "./metrics.ts";
import { attesterRoutes } from "./routes.ts";
import { sqlRecords } from "./sqlRecords.ts";
import { type AttesterStatus, attesterStatus } from "./status.ts";

/** Milliseconds between two looks for days, and for a change of attester. */
const ANCHOR = 10_000;
const HAND_OVER = 60_000;
/** Between two looks whether files have to be cleaned after an erasure. */
const CLEAN = 60_000;
/** Milliseconds for which a status holds: several metrics are of one. */
const STATUS_KEPT = 1_000;

/** An attester that runs. */
export interface RunningAttester {
  /** Of its HTTP server. */
  readonly url: string;
  status(): Promise<AttesterStatus>;
  /** Ends steps that run and requests that wait, then closes the store. */
  close(): Promise<void>;
}

/**
 * Runs an attester: accepts heads over HTTP, closes days, has their roots written to the chain and hands out paths. It
 * can be killed at any moment and started again; several processes may run on one store.
 *
 * @throws DOCUMENT_INVALID without a part for an attester; NOT_ALLOWED for a key that is not the group's attester, or a
 *         store of another group; what opening key, store and server throw
 */
export function runAttester(config: ServicesConfig, options: RunOptions): Promise<RunningAttester> {
  const own = attesterPartOf(config);
  return Installation.run("attester", config, options, (on) => start(on, own, config, options));
}

async function start(
  on: Installation,
  own: AttesterConfig,
  { chain, artifacts }: ServicesConfig,
  { log }: RunOptions,
): Promise<Pick<RunningAttester, "url" | "status">> {
  const { database, provider, seconds: clock } = on;
  const anchors = new AnchorClient(chain.contracts.anchors, provider);
  const group = await anchors.group(own.group);
  const configured = [own.key, own.nextKey].filter((each) => each !== undefined);
  const keys = await Promise.all(configured.map((each) => openSigner(each, { chainId: chain.id })));
  const signer = await GroupSigner.open(keys, anchors, own.group);
  const attester = new Attester({
    records: sqlRecords(database, clock),
    group: own.group,
    times: group,
    domain: { chainId: chain.id, anchors: anchors.address },
    signer,
    clock,
    treeOf: threadedAnchorTree,
  });
  const days = new AnchorDays({
    attester,
    correctionTime: group.correctionTime,
    database,
    anchors,
    account: () => ({ chainId: chain.id, address: signer.address }),
    onProblem: (day, problem) => log.error({ day, problem }, "a day needs an operator"),
  });
  const erasures = attesterErasures({ database, clock });
  const change = { anchors, database, signer, group: own.group, chainId: chain.id, clock };
  const loop = new Loop(
    [
      { name: "anchor", every: on.every(ANCHOR), act: () => days.advance() },
      ...keys.map((key, i) =>
        sending(
          i === 0 ? "send" : "send with the next key",
          new Sender({ database, signer: key, chainId: chain.id, provider, clock }),
          on,
          log,
        ),
      ),
      { name: "hand over", every: on.every(HAND_OVER), act: () => handOver(change) },
      { name: "erasures", every: on.every(CLEAN), act: () => erasures.finish().then(() => false) },
    ],
    (duty, fault) => log.error({ duty, err: fault }, "a duty failed and is tried again"),
  );
  const status = kept(on.every(STATUS_KEPT), () =>
    attesterStatus({ database, days, loop, signer, attester, group, chainId: chain.id, clock }),
  );
  attesterMetrics(on.metrics, status);
  const { intakeTime, graceTime, correctionTime } = group;
  const backend = attesterBackend({
    attester,
    info: () => ({ attester: signer.address, times: { intakeTime, graceTime, correctionTime } }),
    claims: new ClaimsClient(chain.contracts.claims, provider),
    publishLeaves: own.publishLeaves ?? false,
    verificationKey: await enrolmentKey(artifacts),
  });
  const server = await startServer((app) => {
    app.register(attesterRoutes(backend), { prefix: "/attester" });
    app.register(statusRoutes(status));
  }, on.serverOptions("Vitalproof attester"));
  on.ending(() => server.close());
  loop.start();
  on.ending(() => loop.stop());
  return { url: server.url, status };
}

/** @throws DOCUMENT_INVALID for a configuration without an attester */
export function attesterPartOf({ attester }: ServicesConfig): AttesterConfig {
  if (attester !== undefined) return attester;
  throw new VitalproofError("DOCUMENT_INVALID", "The configuration has no part for an attester.", {
    hint: "Add the member attester with group and key.",
  });
}
