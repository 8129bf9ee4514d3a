// SPDX-License-Identifier: GPL-3.0-or-later
//
// Markers in every place of requests and in what services throw: nothing of them may come out of a service.
import { generateKeyPairSync } from "node:crypto";
import { jsonOf } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { attesterRoutes, Metrics, newToken, relayerRoutes, startServer } from "../src/index.ts";
import { accessFor, ask, attesterOf, headOf, recorder, relayerOf, requestsOf } from "./serverSupport.ts";

describe("T33: markers through a service", () => {
  // A reading, a person, a private key and a token, as they may be written.
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { format: "pem", type: "pkcs8" },
    publicKeyEncoding: { format: "pem", type: "spki" },
  });
  const MARKERS = {
    reading: "187.4142135",
    subject: "31415926535897932384",
    privateKey: privateKey.split("\n")[1]!,
    token: newToken().token,
  };
  const all = Object.values(MARKERS).join(" ");

  it("appear in no log line, metric or answer", async () => {
    const { lines, log } = recorder("trace");
    const metrics = new Metrics();
    const subject = BigInt(MARKERS.subject);
    const { access, tokens } = accessFor({
      anna: { roles: ["patient"], subject },
      "relayer-client": { roles: ["relayer-client"] },
      operator: { roles: ["operator"] },
    });
    const fault = () => {
      const cause = Object.assign(new Error(all), {
        code: all,
        name: all,
        readings: all,
        config: { token: all },
      });
      throw Object.assign(new RangeError(`cannot read ${all}\n    at ${all}`, { cause }), {
        statusCode: 418,
      });
    };
    let faults = 0;
    const server = await startServer(
      (app) => {
        app.register(attesterRoutes({ ...attesterOf(), submitHead: fault, path: fault }), {
          prefix: "/attester",
        });
        app.register(relayerRoutes({ ...relayerOf(), pay: async () => fault() }), { prefix: "/relayer" });
        app.get("/thrown", { config: { roles: ["operator"] } }, async () => {
          throw all;
        });
        app.get<{ Params: { word: string } }>(
          "/twice/:word",
          { config: { roles: ["operator"] } },
          async (_, reply) => {
            reply.raw.writeHead(200);
            return reply.send("x");
          },
        );
        app.get("/late", { config: { roles: ["operator"] } }, async (_, reply) => {
          reply.raw.write("x");
          throw new Error(all);
        });
      },
      {
        port: 0,
        access,
        log,
        metrics,
        limits: { failures: 3 },
        onFault: () => {
          faults += 1;
        },
        checks: { store: () => fault() },
      },
    );
    const texts: string[] = [];
    const keep = async (...[, request, token, headers]: Parameters<typeof ask>) => {
      const reply = await ask(server.url, request, token, headers).catch((error: unknown) => String(error));
      texts.push(JSON.stringify(reply));
    };
    const url = "";
    const given = [undefined, ...Object.values(tokens), MARKERS.token];
    for (const token of given) {
      for (const marker of Object.values(MARKERS)) {
        const word = encodeURIComponent(marker);
        for (const path of [
          `/attester/paths/20000/${word}`,
          `/attester/paths/${word}/1?leaf=${word}`,
          `/${word}`,
          `/health?${word}=${word}`,
          "/thrown",
          `/twice/${word}`,
          "/late",
          "/ready",
          `/%zz${word}`,
        ]) {
          await keep(url, { method: "GET", path }, token, {
            [`x-${word.replace(/\W/g, "")}`]: word,
            cookie: word,
          });
        }
        for (const request of Object.values(requestsOf(subject))) {
          if (request.method === "GET") continue;
          const body = request.body as Record<string, unknown>;
          for (const sent of [
            body,
            { ...body, [marker]: marker },
            { ...body, device: { curve: marker, publicKey: marker } },
            { ...body, policy: marker, proof: { a: marker } },
            `${jsonOf(body)}${marker}`,
            marker.repeat(2_000),
          ]) {
            await keep(url, { method: "POST", path: `${request.path}?q=${word}`, body: sent }, token, {
              "x-reading": word,
            });
          }
        }
        const head = { method: "POST", path: "/attester/heads", body: headOf(subject) } as const;
        await keep(url, head, token, { authorization: `Bearer ${marker}`, host: "x" });
        await keep(url, head, token, { origin: `https://${word.replace(/\W/g, "")}.example` });
      }
    }
    await keep(url, { method: "GET", path: "/metrics" }, tokens.operator);
    const counted = await metrics.text();
    await server.close();

    // The test reached what it is about.
    expect(faults).to.be.greaterThan(10);
    expect(texts.length).to.be.greaterThan(500);
    for (const status of [400, 401, 403, 413, 429, 500]) {
      expect(counted).to.include(`status="${status}"`);
    }
    expect(lines.filter((line) => line.includes('"fault"')).length).to.be.greaterThan(10);

    const secrets = { ...MARKERS, ...tokens };
    for (const [name, secret] of Object.entries(secrets)) {
      for (const [where, written] of Object.entries({ log: lines, answers: texts, metrics: [counted] })) {
        const found = written.find(
          (text) => text.includes(secret) || text.includes(encodeURIComponent(secret)),
        );
        // An answer may name the person to whom its token belongs.
        const isOwn = name === "subject" && where === "answers";
        if (!isOwn) expect(found, `${name} in ${where}`).to.equal(undefined);
      }
    }
    const refusals = texts.filter((text) => text.includes('\\"error\\"'));
    expect(refusals.length).to.be.greaterThan(400);
    expect(refusals.find((text) => text.includes(MARKERS.subject))).to.equal(undefined);
  });
});
