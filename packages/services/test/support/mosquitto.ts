// SPDX-License-Identifier: GPL-3.0-or-later
//
// Debian's mosquitto as a real broker, in a folder of its own, on free ports of the loopback interface.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../../../../test/support/ports.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";
const PASSWD = "/usr/bin/mosquitto_passwd";

/** Skips a test where mosquitto is not installed. */
export function needsMosquitto(test: Mocha.Context): void {
  if (existsSync(MOSQUITTO) && existsSync(PASSWD)) return;
  console.log("      skipped: mosquitto is not installed (apt-get install mosquitto)");
  test.skip();
}

/** User `gateway` reads `devices/#`; user `device` writes there; user `blind` may do nothing. The password is the name with "-pw". */
const ACCESS = `user gateway
topic read devices/#

user device
topic write devices/#

user gateway.example
topic read devices/#
`;

export class Mosquitto {
  readonly folder: string;
  /** Plain, with passwords; TLS, with passwords; TLS, with client certificates. */
  readonly ports: { readonly plain: number; readonly tls: number; readonly mutual: number };
  readonly certificates: Certificates;
  #process: ChildProcess | undefined;

  private constructor(folder: string, ports: Mosquitto["ports"]) {
    this.folder = folder;
    this.ports = ports;
    this.certificates = makeCertificates(folder);
    const { ca, server } = this.certificates;
    const file = (name: string): string => join(folder, name);
    writeFileSync(file("passwords"), "", { mode: 0o600 });
    for (const user of ["gateway", "device", "blind"])
      execFileSync(PASSWD, ["-b", file("passwords"), user, `${user}-pw`], { stdio: "ignore" });
    writeFileSync(file("access"), ACCESS, { mode: 0o600 });
    const tls = `cafile ${ca}\ncertfile ${server.cert}\nkeyfile ${server.key}\n`;
    const passwords = `allow_anonymous false\npassword_file ${file("passwords")}\n`;
    writeFileSync(
      file("mosquitto.conf"),
      [
        "user root",
        "per_listener_settings true",
        "persistence true",
        `persistence_location ${folder}/`,
        "max_queued_messages 0",
        "log_dest none",
        `listener ${ports.plain} 127.0.0.1\nacl_file ${file("access")}\n${passwords}`,
        `listener ${ports.tls} 127.0.0.1\nacl_file ${file("access")}\n${tls}${passwords}`,
        `listener ${ports.mutual} 127.0.0.1\nacl_file ${file("access")}\n${tls}require_certificate true\nuse_identity_as_username true\n`,
        "",
      ].join("\n"),
    );
  }

  static async start(): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-mosquitto-"));
    const [plain, tls, mutual] = [await freePort(), await freePort(), await freePort()];
    const broker = new Mosquitto(folder, { plain, tls, mutual });
    await broker.run();
    return broker;
  }

  /** Starts the process, with what it kept. */
  async run(): Promise<void> {
    const child = spawn(MOSQUITTO, ["-c", join(this.folder, "mosquitto.conf")], { stdio: "ignore" });
    this.#process = child;
    for (let i = 0; i < 200; i++) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      if (await answers(this.ports.mutual)) return;
      await pause(20);
    }
    throw new Error("mosquitto does not answer");
  }

  /** Ends the process. It writes down sessions and messages first, unless it is killed. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether something listens on a port of the loopback interface. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
