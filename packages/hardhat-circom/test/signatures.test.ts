// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { Wallet } from "ethers";
import { isSignedBy, signEthereum } from "../src/internal/ceremony/signatures.ts";

// Made by OpenSSH: ssh-keygen -Y sign -n hardhat-circom-ceremony
const TEXT = "I contributed.\n";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEkYlT7s8LQEOyEdY1mZOBrHhQ9jjltSDAniiieNtwrQ";
const SIGNATURE = [
  "-----BEGIN SSH SIGNATURE-----",
  "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgSRiVPuzwtAQ7IR1jWZk4GseFD2",
  "OOW1IMCeKKJ423CtAAAAAXaGFyZGhhdC1jaXJjb20tY2VyZW1vbnkAAAAAAAAABnNoYTUx",
  "MgAAAFMAAAALc3NoLWVkMjU1MTkAAABA8i0f66OJ/rFw5d/04tF3yX5JG4TBDhzRY5ErCf",
  "+qeLU/YK431Ag306zyZLNQMJlnJW3l5oMLpmRZmoYTPaHMBA==",
  "-----END SSH SIGNATURE-----",
].join("\n");
/** The same key and text, signed with -n file. */
const OTHER_NAMESPACE = [
  "-----BEGIN SSH SIGNATURE-----",
  "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgSRiVPuzwtAQ7IR1jWZk4GseFD2",
  "OOW1IMCeKKJ423CtAAAAAEZmlsZQAAAAAAAAAGc2hhMjU2AAAAUwAAAAtzc2gtZWQyNTUx",
  "OQAAAEALmryZU2ZV6AKNue92cv2fQuEYOGXzrQAGDzc+MNlXBnrbwgvWQ3OCUjeJPkmS7e",
  "QrAG2xyO9zalH5PHmc4H4P",
  "-----END SSH SIGNATURE-----",
].join("\n");

describe("signatures of statements", () => {
  it("T35: OpenSSH's signature counts, for its text, key and namespace only", () => {
    expect(isSignedBy(TEXT, SIGNATURE, KEY)).to.equal(true);
    expect(isSignedBy(TEXT, `${SIGNATURE}\n`, KEY)).to.equal(true);
    expect(isSignedBy("I contributed nothing.\n", SIGNATURE, KEY)).to.equal(false);
    expect(isSignedBy(TEXT, OTHER_NAMESPACE, KEY)).to.equal(false);
    const otherKey = KEY.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expect(isSignedBy(TEXT, SIGNATURE, otherKey)).to.equal(false);
    const bytes = Buffer.from(SIGNATURE.replace(/-----.*-----/g, ""), "base64");
    for (let at = 0; at < bytes.length; at += 7) {
      const bad = Buffer.from(bytes);
      bad[at] = bad[at]! ^ 1;
      const armored = `-----BEGIN SSH SIGNATURE-----\n${bad.toString("base64")}\n-----END SSH SIGNATURE-----`;
      expect(isSignedBy(TEXT, armored, KEY), `byte ${at}`).to.equal(false);
    }
    for (const cut of ["", SIGNATURE.slice(0, 60), SIGNATURE.replace("SSH", "PGP")]) {
      expect(isSignedBy(TEXT, cut, KEY)).to.equal(false);
    }
  });

  it("T35: a wallet's personal message counts, and ours is the same signature", async () => {
    const wallet = new Wallet(`0x${"5e".repeat(32)}`);
    const address = wallet.address.toLowerCase();
    const signature = await wallet.signMessage(TEXT);
    expect(isSignedBy(TEXT, signature, address)).to.equal(true);
    expect(signEthereum(TEXT, Buffer.from("5e".repeat(32), "hex"))).to.equal(signature);
    expect(isSignedBy(`${TEXT} `, signature, address)).to.equal(false);
    expect(isSignedBy(TEXT, signature, `0x${"00".repeat(20)}`)).to.equal(false);
    for (const bad of ["", "0x", signature.slice(0, -2), `0x${"ff".repeat(64)}1b`, SIGNATURE]) {
      expect(isSignedBy(TEXT, bad, address)).to.equal(false);
    }
    expect(isSignedBy(TEXT, signature, KEY)).to.equal(false);
  });
});
