// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page that a gateway shows to people, in headless Chromium on the real server.

import {
  accessList,
  logger,
  newToken,
  type PageView,
  pageRoutes,
  type Server,
  startServer,
} from "@vitalproof/services";
import { expect } from "chai";
import { expectAccessibleInBoth } from "./support/axe.ts";
import { onBrowser, openPage } from "./support/stage.ts";

const AT = 1_800_000_000;
const WELL: PageView = {
  at: AT,
  logs: [
    {
      log: "bed-4.glucose-mg-dl-5min",
      devices: [{ name: "sensor-17", lastTime: AT - 240 }],
      isOpen: true,
      stopped: undefined,
      running: { epoch: 20_833, end: AT + 40_000, readings: 150, due: 160, samples: 288 },
      sealed: 12,
      accepted: 12,
      gaps: 0,
      lostToGaps: 0,
      unsent: 0,
      deadline: undefined,
      readings: { given: 3_600, waiting: 150, kept: 3_440, moved: 6, dropped: 4, duplicate: 0, refused: {} },
    },
  ],
  policies: [
    {
      policy: "7",
      program: "1",
      person: "bed-4",
      periods: 30,
      running: { period: 12, end: AT + 40_000 },
      claims: { final: 10, settled: 1, unmet: 1 },
      latest: [
        {
          period: 11,
          state: "settled",
          reason: undefined,
          hash: undefined,
          closesAt: AT + 900_000,
          changedAt: AT,
        },
      ],
    },
  ],
  alerts: [
    {
      request: "ab".repeat(32),
      log: "bed-4.spo2-1s",
      circuits: ["oxygen-hour"],
      to: "url",
      developmentKey: false,
      last: { end: AT - 3_600, verifiedAt: AT - 3_580, deliveredAt: AT - 3_579 },
      counts: { waiting: 0, proving: 0, proven: 0, unmet: 40, delivered: 3, expired: 1, refused: 0 },
      reasons: [],
      latency: { median: 19.6, worst: 31.2, alerts: 3 },
      sinceReceipt: undefined,
    },
  ],
  problems: [],
};
/** What a device could call itself, if nobody checked names. */
const MARKUP = "<script>document.title='mine'</script>";
const WRONG: PageView = {
  ...WELL,
  logs: [
    { ...WELL.logs[0]!, devices: [{ name: MARKUP, lastTime: AT - 7_200 }], gaps: 1 },
    { ...WELL.logs[0]!, log: "bed-5.test-16", devices: [{ name: "d2", lastTime: undefined }], isOpen: false },
    { ...WELL.logs[0]!, log: "bed-6.test-16", stopped: { reason: "INTAKE_HEAD_CONFLICT", at: AT } },
  ],
  problems: [
    { what: "The attester does not answer.", todo: "Check the network." },
    { what: "bed-6.test-16 is stopped.", todo: "End the other gateway, then continue the log." },
  ],
};

describe("gateway's page", () => {
  const browser = onBrowser();
  const { token, sha256 } = newToken();
  let view = WELL;
  let server: Server;

  before(async () => {
    server = await startServer((app) => void app.register(pageRoutes(async () => view, "Europe/Paris")), {
      port: 0,
      log: logger({ level: "silent" }),
      access: accessList([{ name: "ward", roles: ["monitor"], expires: 4_000_000_000, sha256 }]),
    });
  });
  after(() => server?.close());

  it("asks for a token, and for one that may look", async () => {
    const ask = (authorization?: string, method = "GET") =>
      fetch(server.url, { method, headers: authorization === undefined ? {} : { authorization } });
    const basic = (password: string) => `Basic ${Buffer.from(`nurse:${password}`).toString("base64")}`;
    const nobody = await ask();
    expect([nobody.status, nobody.headers.get("www-authenticate")]).to.deep.equal([
      401,
      'Basic realm="Vitalproof", charset="UTF-8"',
    ]);
    expect((await ask(basic("wrong"))).status).to.equal(401);
    expect((await ask("Basic %%%")).status).to.equal(401);
    expect((await ask(basic(token))).status).to.equal(200);
    expect((await ask(`Bearer ${token}`)).status).to.equal(200);
    // A browser sends the password along: it opens nothing but the page.
    const elsewhere = await fetch(`${server.url}/openapi.json`, { headers: { authorization: basic(token) } });
    expect(elsewhere.status).to.equal(401);
    expect((await ask(basic(token), "POST")).status).to.not.equal(200);
  });

  it("says at a glance whether all is well, and is readable on a phone and on a desk", async function () {
    this.timeout(120_000);
    const stage = browser();
    const { page, requests, close } = await openPage(stage);
    try {
      await page.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
      view = WELL;
      await page.goto(server.url);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).to.equal("All is well");
      const row = page.getByRole("row", { name: /bed-4/ }).first();
      expect(await row.textContent()).to.match(/sensor-17: 4 min ago\s*93 %\s*93 %\s*12 confirmed/);
      expect(await page.getByRole("row", { name: /^7 / }).textContent()).to.match(
        /10 final.*11: on the chain/s,
      );
      expect(await page.getByRole("row", { name: /spo2/ }).textContent()).to.match(
        /2027-01-15 08:00\s*3 delivered, 1 not\s*20 s usually, 31 s at worst/,
      );
      await expectAccessibleInBoth(page);
      view = WRONG;
      await page.setViewportSize({ width: 360, height: 780 });
      await page.goto(server.url);
      expect(await page.title()).to.equal("2 to look at · Vitalproof gateway");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).to.equal("2 things need attention");
      expect(await page.getByRole("listitem").allTextContents()).to.deep.equal([
        "The attester does not answer. Check the network.",
        "bed-6.test-16 is stopped. End the other gateway, then continue the log.",
      ]);
      expect(await page.getByText(MARKUP).count(), "a name is text").to.equal(1);
      await expectAccessibleInBoth(page);
      expect(new Set(requests.map((url) => new URL(url).origin))).to.deep.equal(new Set([server.url]));
    } finally {
      await close();
    }
  });

  it("shows what is new, and says that it is old when the gateway does not answer", async function () {
    this.timeout(120_000);
    const { page, close } = await openPage(browser(), { faults: /Failed to load resource/ });
    try {
      await page.clock.install();
      await page.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
      view = WELL;
      await page.goto(server.url);
      view = WRONG;
      await page.clock.fastForward(20_000);
      await page.getByRole("heading", { name: "2 things need attention" }).waitFor();
      expect(await page.title()).to.equal("2 to look at · Vitalproof gateway");
      await page.route("**/*", (route) => route.abort());
      await page.clock.fastForward(20_000);
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).to.match(
        /^The gateway has not answered for \d+ s\./,
      );
      await expectAccessibleInBoth(page);
      await page.unroute("**/*");
      await page.clock.fastForward(20_000);
      await page.getByRole("alert").waitFor({ state: "hidden" });
    } finally {
      await close();
    }
  });
});
