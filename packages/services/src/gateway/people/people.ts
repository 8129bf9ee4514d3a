// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import {
  type DeviceSigner,
  FIELD,
  type ProfileName,
  profileOf,
  SimulatedDevice,
  subjectOf,
  VitalproofError,
} from "@vitalproof/sdk";
import { type PersonKeys, sealedStore } from "../../sealed/index.ts";
import { type Database, lock, type Queries } from "../../store/index.ts";

/** Local names of people, in file names and in names of logs. */
const PERSON = /^[a-z0-9_-]{1,60}$/;
/** Keys of a person's sealed texts. */
const SECRET = "gateway/secret";
const deviceKey = (profile: ProfileName): string => `gateway/device/${profile}`;

/**
 * What a gateway keeps of a person, sealed under the person's key: the identity secret, and a device key for each log. The
 * wallet seed is never here, so that a gateway can prove for a person and spend and redirect nothing.
 */
export class People {
  readonly #database: Database;
  readonly #personKeys: PersonKeys;

  constructor(database: Database, personKeys: PersonKeys) {
    this.#database = database;
    this.#personKeys = personKeys;
  }

  /**
   * Keeps a person's identity secret. The same one again changes nothing. An identity has one name: two would seal two logs
   * of one person, of which the attester stops one. So all other secrets are looked at, which an operator's command can afford.
   * @param person `a-z 0-9 _ -`, local, and no name of a person
   * @param secret of `Identity.secret()`
   * @throws NOT_ALLOWED where the store has another secret under this name, or this one under another; PERSON_ERASED for a name that was erased;
   *         INVALID_ARGUMENT for what is not a local name; NOT_A_FIELD_ELEMENT, without the value
   */
  async admit(person: string, secret: bigint): Promise<{ subject: bigint }> {
    assertName(person);
    assertSecret(secret);
    await this.#database.step(async (queries) => {
      // Two admissions at once would each miss the other one's secret.
      await lock(this.#database, queries, "admissions", 0);
      await this.#assertOneName(queries, person, secret);
      await this.#personKeys.create(person, queries);
      await this.#lock(queries, person);
      const texts = this.#texts(person, queries);
      const kept = await texts.read(SECRET);
      if (kept === undefined) await texts.write(SECRET, hexOf(secret));
      else if (kept !== hexOf(secret)) throw otherSecret(person);
    });
    return { subject: subjectOf(secret) };
  }

  /** @throws PERSON_KEY_MISSING for a person who was not admitted; PERSON_ERASED */
  async secretOf(person: string): Promise<bigint> {
    const text = await this.#texts(person).read(SECRET);
    if (text === undefined) throw notAdmitted(person);
    return BigInt(`0x${text}`);
  }

  /** The name under which an attester files this person. @throws as `secretOf` */
  async subjectOf(person: string): Promise<bigint> {
    return subjectOf(await this.secretOf(person));
  }

  /**
   * What signs the heads of a log: a software key, made when it is asked for first. What it signs is self-attested.
   * @throws PERSON_KEY_MISSING, PERSON_ERASED, UNKNOWN_PROFILE
   */
  async deviceOf(person: string, profile: ProfileName): Promise<DeviceSigner> {
    const key = deviceKey(profileOf(profile).name);
    const kept = await this.#texts(person).read(key);
    const text = kept ?? (await this.#database.step((queries) => this.#newDevice(queries, person, key)));
    return new SimulatedDevice("ed25519", Buffer.from(text, "hex"));
  }

  /** Two processes make one key: the second one waits, and finds that of the first. */
  async #newDevice(queries: Queries, person: string, key: string): Promise<string> {
    await this.#lock(queries, person);
    const texts = this.#texts(person, queries);
    const kept = await texts.read(key);
    if (kept !== undefined) return kept;
    const made = randomBytes(32).toString("hex");
    await texts.write(key, made);
    return made;
  }

  /** @throws NOT_ALLOWED */
  async #assertOneName(queries: Queries, person: string, secret: bigint): Promise<void> {
    const others = await queries
      .selectFrom("document")
      .select("person")
      .where("key", "=", SECRET)
      .where("person", "!=", person)
      .execute();
    for (const other of others)
      if ((await this.#texts(other.person, queries).read(SECRET)) === hexOf(secret))
        throw otherName(person, other.person);
  }

  #texts(person: string, queries?: Queries) {
    return sealedStore(this.#database, this.#personKeys, person, queries);
  }

  /** Until the step ends, no other one reads and then writes this person's texts. */
  async #lock(queries: Queries, person: string): Promise<void> {
    if (!this.#database.locks) return;
    await queries
      .selectFrom("person_key")
      .select("person")
      .where("person", "=", person)
      .forUpdate()
      .execute();
  }
}

function hexOf(secret: bigint): string {
  return secret.toString(16).padStart(64, "0");
}

function assertName(person: string): void {
  if (PERSON.test(person)) return;
  throw new VitalproofError("INVALID_ARGUMENT", "A person's local name does not fit.", {
    hint: "Use 1 to 60 letters a-z, digits, _ and -, and no one's real name.",
  });
}

function assertSecret(secret: bigint): void {
  if (secret > 0n && secret < FIELD) return;
  throw new VitalproofError("NOT_A_FIELD_ELEMENT", "An identity secret is not in its range.", {
    hint: "Give the secret of an identity as the vault has it.",
  });
}

function otherSecret(person: string): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", `${person} was admitted with another identity.`, {
    details: { person },
    hint: "A name belongs to one identity. Admit another person under another name.",
  });
}

function otherName(person: string, other: string): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", `The identity is admitted as ${other}.`, {
    details: { person, admittedAs: other },
    hint: `Use ${other} in the configuration. To change a name, erase it first: \`vitalproof gateway erase ${other}\`.`,
  });
}

function notAdmitted(person: string): VitalproofError {
  return new VitalproofError("PERSON_KEY_MISSING", `${person} was not admitted.`, {
    details: { person },
    hint: "Admit the person: `vitalproof gateway admit`.",
  });
}
