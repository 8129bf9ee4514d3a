// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { readText } from "../../files.ts";
import type { Io } from "../../io.ts";
import { readSecretLine } from "../../prompt.ts";
import { usage } from "../../usage.ts";

/** For `gateway.broker.devices`. */
export function registerHashPassword(gateway: Command, io: Io): void {
  gateway
    .command("hash-password")
    .description("Make the hash of a device's password, for the embedded broker's configuration.")
    .option("--password-file <file>", "file with the password; asked for when left out")
    .addHelpText("after", "\nExample:\n  vitalproof gateway hash-password --password-file band-1.password\n")
    .action(async ({ passwordFile }: { readonly passwordFile?: string }) => {
      const { hashPassword } = await import("@vitalproof/services");
      const password =
        passwordFile === undefined
          ? await readSecretLine("Password of the device: ")
          : (await readText(io, passwordFile)).replace(/\r?\n$/, "");
      if (password === "") throw usage("The password is empty.", "Write it into the file, on one line.");
      const hash = await hashPassword(password);
      io.report([hash], { password: hash });
    });
}
