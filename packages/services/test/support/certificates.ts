// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

type Pair = { readonly cert: string; readonly key: string };

/** Paths of PEM files: an authority, a server for localhost and 127.0.0.1, a client, and another authority. */
export type Certificates = {
  readonly ca: string;
  readonly server: Pair;
  readonly client: Pair;
  readonly otherCa: string;
};

/** Makes keys on P-256 and certificates for a day, with openssl. @param folder where they go */
export function makeCertificates(folder: string): Certificates {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = (name: string): void =>
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-days",
      "1",
      "-subj",
      `/CN=${name}`,
    );
  const issue = (name: string, subject: string, extension: string): void => {
    writeFileSync(join(folder, `${name}.ext`), extension);
    openssl(
      "req",
      "-new",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      `/CN=${subject}`,
    );
    openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
      ...["-out", `${name}.pem`, "-days", "1", "-extfile", `${name}.ext`],
    );
  };
  authority("ca");
  authority("other");
  issue("server", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  issue("client", "gateway.example", "extendedKeyUsage=clientAuth\n");
  const file = (name: string): string => join(folder, name);
  return {
    ca: file("ca.pem"),
    otherCa: file("other.pem"),
    server: { cert: file("server.pem"), key: file("server.key") },
    client: { cert: file("client.pem"), key: file("client.key") },
  };
}
