import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, openDatabase } from "../src/store/index.ts";
import {
  attesterOver,
  DAY,
  FIRST_DAY,
  logsOf,
  messageOf,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";

const folder = mkdtempSync(join(tmpdir(), "gatebench-"));
const database = await openDatabase(process.argv[3] ?? `sqlite:${join(folder, "x.db")}`);
await migrate(database);
const clock = new TestClock();
const attester = attesterOver(database, () => clock.now);
const gateway = await TestGateway.start(database, clock, logsOf(1000, attester));
await gateway.work("enrolment");
const START = (FIRST_DAY + 1) * DAY;
clock.now = START + DAY - 1;
const N = Number(process.argv[2] ?? 50_000);
const inbox = gateway.gateway.inbox;
const flight = 2000;
let sent = 0;
const began = performance.now();
const cpu = process.cpuUsage();
async function lane() {
  for (;;) {
    const i = sent++;
    if (i >= N) return;
    await inbox.put(messageOf(`d${i % 1000}`, [[START + (i % 86_000), 1 + (i % 10)]], clock.now));
  }
}
await Promise.all(Array.from({ length: flight }, lane));
const s = (performance.now() - began) / 1000;
const used = process.cpuUsage(cpu);
console.log(
  `${N} in ${s.toFixed(1)} s: ${(N / s).toFixed(0)}/s wall; cpu ${((used.user + used.system) / 1e6).toFixed(1)} s = ${(N / ((used.user + used.system) / 1e6)).toFixed(0)}/cpu-s; rss ${(process.memoryUsage().rss / 1e6).toFixed(0)}`,
);
await database.close();
rmSync(folder, { recursive: true });
