// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** `$scrypt$ln=15,r=8,p=1$SALT$HASH`, base64 without padding: the form of the PHC string format. N is 2^ln. */
const FORM = /^\$scrypt\$ln=(1[4-7]),r=8,p=([1-4])\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/;
/** 32 MiB and some 200 ms for each guess. Source: OWASP, Password Storage Cheat Sheet. */
const COST = { ln: 15, p: 3 };
const BLOCK = 8;
const BYTES = 32;

type Derive = (
  password: Buffer,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;
const derive: Derive = promisify(scrypt);

/** Whether a text is a hash that `isPassword` can check, at a cost that is neither too low nor a danger to the machine. */
export function isPasswordHash(text: string): boolean {
  return FORM.test(text);
}

/**
 * What the settings have in place of a password.
 * @param cost N is 2^ln (14 to 17), p 1 to 4. Less than the default is for passwords that a machine made
 */
export async function hashPassword(password: string, { ln, p } = COST): Promise<string> {
  const salt = randomBytes(16);
  return written({ ln, p, salt, hash: await hashed(Buffer.from(password), salt, ln, p) });
}

/** A hash that no password has, and that takes as long as another one. */
export function unknownHash(like: string | undefined): string {
  const hash = randomBytes(BYTES);
  return like?.replace(/[^$]+$/, bare(hash)) ?? written({ ...COST, salt: randomBytes(16), hash });
}

function written({ ln, p, salt, hash }: { ln: number; p: number; salt: Buffer; hash: Buffer }): string {
  return `$scrypt$ln=${ln},r=${BLOCK},p=${p}$${bare(salt)}$${bare(hash)}`;
}

/** Whether a password is the one of a hash. Takes as long for a wrong one. */
export async function isPassword(password: Buffer, hash: string): Promise<boolean> {
  const match = FORM.exec(hash);
  if (match === null) return false;
  const [, ln, p, salt, wanted] = match;
  const found = await hashed(password, Buffer.from(salt!, "base64"), Number(ln), Number(p));
  return timingSafeEqual(found, Buffer.from(wanted!, "base64"));
}

function hashed(password: Buffer, salt: Buffer, ln: number, p: number): Promise<Buffer> {
  const N = 2 ** ln;
  return derive(password, salt, BYTES, { N, r: BLOCK, p, maxmem: 256 * N * BLOCK });
}

function bare(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
