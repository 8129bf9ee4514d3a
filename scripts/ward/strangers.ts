// SPDX-License-Identifier: GPL-3.0-or-later
import { type Account, sendOnce, topicOf } from "./device.ts";
import { timeOf } from "./time.ts";
import { until } from "./until.ts";
import type { Ward } from "./ward.ts";

/** Who is not to write into somebody's day, and tries. */
export async function refuseStrangers(ward: Ward): Promise<void> {
  const { report, patients } = ward;
  const [victim, thief] = patients;
  await report.refusal(
    `the device of ${thief!.bed.name} sends as ${victim!.bed.name}: the topic is not its own`,
    ["publish"],
    () => attempt(ward, thief!.account),
  );
  await report.refusal("a client without user and password", ["anonymous"], () => attempt(ward, undefined));
  await report.refusal("the right user with another password", ["password"], () =>
    attempt(ward, { name: victim!.account.name, password: "guessed" }),
  );
}

/** @throws Error with the broker's reason as its code */
async function attempt(ward: Ward, account: Account | undefined): Promise<void> {
  const { gateway, patients, brokerPort } = ward;
  const before = gateway.lines.length;
  const sample = { t: timeOf(ward, 0), v: 110 };
  if (await sendOnce(brokerPort, account, topicOf(patients[0]!.bed.name), sample)) return;
  const { reason } = await until("the gateway's log has the refusal", () =>
    gateway.lines.slice(before).find(({ msg }) => msg === "broker-refused"),
  );
  throw Object.assign(new Error("The broker acknowledged nothing, and cut the connection."), {
    code: reason,
  });
}
