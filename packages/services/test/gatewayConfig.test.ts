// SPDX-License-Identifier: GPL-3.0-or-later
//
// The gateway's part of a configuration file, and the examples of docs/operations.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { serviceConfig } from "../../../test/support/serviceConfig.ts";
import { loadConfig, parseConfig } from "../src/index.ts";

const ADDRESS = `0x${"11".repeat(20)}`;
const SECRET = "5550193";

const wholeOf = (gateway: object) => serviceConfig({ gateway });

const MQTT = {
  url: "mqtts://broker.example:8883",
  clientId: "gateway",
  passwordFile: "mqtt.password",
  user: "g",
};
const ATTESTER = {
  name: "first",
  url: "https://a.example/attester",
  tokenFile: "attester.token",
  group: "3",
};
const LOG = { profile: "glucose-mg-dl-15min", offset: 4, devices: ["cgm-1"], attester: "first" };
const GATEWAY = {
  masterKey: { kind: "file", path: "master" },
  mqtt: [MQTT],
  payloads: {
    rules: [
      {
        filter: "devices/+",
        format: "json",
        device: { path: "$.id" },
        time: { path: "$.t" },
        values: [{ metric: "glucose", value: "$.v", unit: "mg/dL" }],
      },
    ],
  },
  attesters: [{ ...ATTESTER, tls: { certFile: "c.crt", keyFile: "c.key" } }],
  people: [{ person: "p1", logs: [LOG] }],
  account: { kind: "file", path: "account" },
};

/** What is wrong, a line each. */
function faultsOf(gateway: object): string[] {
  try {
    parseConfig(wholeOf(gateway), "gateway.json");
    return [];
  } catch (error) {
    expect((error as VitalproofError).code).to.equal("DOCUMENT_INVALID");
    return (error as VitalproofError).shortMessage
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}

describe("a gateway's configuration", () => {
  it("makes paths of files absolute, and leaves those in messages alone", () => {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-config-"));
    try {
      const file = join(folder, "gateway.json");
      writeFileSync(file, JSON.stringify(wholeOf(GATEWAY)));
      const { gateway } = loadConfig(file);
      const at = (name: string): string => join(folder, name);
      expect(gateway!.masterKey).to.deep.include({ path: at("master") });
      expect(gateway!.account).to.deep.include({ path: at("account") });
      expect(gateway!.mqtt![0]!.passwordFile).to.equal(at("mqtt.password"));
      expect(gateway!.attesters[0]).to.deep.include({
        group: 3n,
        tokenFile: at("attester.token"),
        tls: { certFile: at("c.crt"), keyFile: at("c.key") },
      });
      expect(gateway!.payloads.rules[0]).to.have.nested.property("device.path", "$.id");
      // Times that are left out have their defaults.
      expect(gateway!.times).to.deep.include({ grace: 600, settle: 120 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("tells everything at once: what has another form, and what does not fit together, without a value", () => {
    const { mqtt: _, ...without } = GATEWAY;
    const faults = faultsOf({
      ...without,
      masterKey: { kind: "file", path: "master", secret: SECRET },
      attesters: [{ ...ATTESTER, group: SECRET.repeat(20), tls: { certFile: SECRET } }, ATTESTER],
      people: [
        { person: "p1", logs: [{ ...LOG, attester: "none" }, LOG] },
        { person: "p1", logs: [{ ...LOG, offset: 200 }] },
      ],
      relayer: { url: "x", tokenFile: SECRET },
      more: SECRET,
    });
    for (const place of [
      "gateway.masterKey.secret is not a member",
      "gateway.attesters[0].group",
      "gateway.attesters[0].tls",
      "gateway.relayer.url",
      "gateway.more is not a member",
      "gateway needs mqtt, broker or both",
      "gateway has relayer and account",
      "gateway.attesters[1].name is that of another one",
      "gateway.people[1].person is that of another one",
      "gateway.people[0].logs[1].profile is that of another log",
      "gateway.people[0].logs[0].attester is not the name",
      "gateway.people[1].logs[0].offset is beyond",
      "gateway.people[0].logs[1].devices has one",
    ])
      expect(
        faults.some((each) => each.startsWith(place)),
        `${place} in\n${faults.join("\n")}`,
      ).to.equal(true);
    expect(faults.join("\n")).to.not.include(SECRET);
    expect(faultsOf(GATEWAY)).to.deep.equal([]);
  });

  it("does not take two sources for one client", () => {
    const two = { ...GATEWAY, mqtt: [MQTT, MQTT] };
    expect(faultsOf(two)).to.deep.equal(["gateway.mqtt[1] has url and clientId of another one."]);
    expect(faultsOf({ ...GATEWAY, mqtt: [MQTT, { ...MQTT, clientId: "other" }] })).to.deep.equal([]);
    expect(faultsOf({ ...GATEWAY, mqtt: Array.from({ length: 17 }, () => MQTT) })[0]).to.include("1 to 16");
    for (const gateway of [null, [], "x", { people: "x", mqtt: [null], attesters: [[]] }])
      expect(faultsOf(gateway as object)).to.not.deep.equal([]);
  });

  it("docs/operations.md has examples that can be read", () => {
    const text = readFileSync(join(import.meta.dirname, "../../../docs/operations.md"), "utf8");
    const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, json]) => JSON.parse(json!) as object,
    );
    const filled = examples.map((each) =>
      JSON.parse(
        JSON.stringify(each)
          .replaceAll('"0x…"', `"${ADDRESS}"`)
          .replaceAll('"…"', `"${"ab".repeat(32)}"`),
      ),
    );
    const configs = filled.map((each, i) => parseConfig(each, `example ${i}`));
    expect(configs.some(({ attester }) => attester !== undefined)).to.equal(true);
    expect(configs.some(({ custodian }) => custodian !== undefined)).to.equal(true);
    expect(configs.some(({ gateway }) => gateway !== undefined)).to.equal(true);
  });
});
