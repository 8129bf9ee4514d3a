// SPDX-License-Identifier: GPL-3.0-or-later
import type { FitRawField, FitRawMessage } from "fit-file-parser/raw";
import type { BinaryFormat } from "../format.ts";
import { bytesOf } from "../input.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import { NO_TIME } from "./json/instant.ts";

type Reader = typeof import("fit-file-parser/raw");

/** Days at one reading a second have some 10 MB. */
const MOST_BYTES = 1 << 28;

/** Global message numbers and field numbers. Source: Profile.xlsx of Garmin's FIT SDK 21. */
const MESSAGE = { fileId: 0, record: 20, monitoring: 55, monitoringInfo: 103, strap: 132, oxygen: 269 };
const FILE_ID = { maker: 1, product: 2, serial: 3, productName: 8 };
const RECORD = { heartRate: 3 };
const MONITORING = { timestamp16: 26, heartRate: 27 };
const OXYGEN = { percent: 0 };

/** Base types: how a field is stored. */
const TYPE = { uint8: 0x02, string: 0x07, uint16: 0x84, uint32z: 0x8c };

/** What a field of times says instead of one, and times after it. */
const NO_DATE = 0xffff_ffff;
/** A message of 16 bits is nearer to the time before it than this: half of what 16 bits count. */
const LONGEST_STEP = 0x8000;
const WENT_BACK = "time of 16 bits goes back";

/** Below this a time counts seconds since the device was switched on. */
const FIRST_DATE = 0x1000_0000;
const CUT_OFF = "Copy the file anew from the device or from where it was exported.";
const REASONS: Readonly<Record<string, string>> = {
  invalid_header: "it is cut off, or of another version of FIT than 1 and 2",
  invalid_crc: "it is damaged: its check sum does not agree",
  invalid_structure:
    "its messages are not as its definitions say, or have compressed times without a field of times, which are not read",
};
const SINCE_START = "time counts from the device's start";

/**
 * Garmin's FIT: heart rates of an activity's records and of a day's monitoring, and readings of the pulse oximeter. Check sums
 * are compared. Times are UTC. The confidence that a watch gives an oximeter's reading has no published scale, and is not used.
 * Source: the FIT protocol, developer.garmin.com/fit.
 */
export const fit: BinaryFormat = {
  name: "fit",
  title: "Garmin FIT file",

  begins: (bytes) => String.fromCharCode(...bytes.subarray(8, 12)) === ".FIT",

  async read(input, _options, take) {
    // Loaded for FIT files alone: pages that read none do not carry it.
    const reader = await import("fit-file-parser/raw");
    const collector = new Collector(take);
    for (const bytes of filesIn(await bytesOf(input, MOST_BYTES))) {
      new FitFile(reader, collector).read(messagesOf(reader, bytes));
    }
    return collector.report("fit");
  },
};

/** Files may follow each other; each has its length in its header. */
function* filesIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let rest = bytes; rest.length > 0; ) {
    const header = new DataView(rest.buffer, rest.byteOffset, rest.length);
    const length = rest.length < 12 ? rest.length : rest[0]! + header.getUint32(4, true) + 2;
    yield rest.subarray(0, length);
    rest = rest.subarray(length);
  }
}

function messagesOf({ readFitMessages, FitMessageReaderError }: Reader, bytes: Uint8Array): FitRawMessage[] {
  try {
    return readFitMessages(bytes, { messageNumbers: Object.values(MESSAGE) }).messages;
  } catch (error) {
    if (!(error instanceof FitMessageReaderError)) throw error;
    throw notUnderstood(REASONS[error.code] ?? error.code, { hint: CUT_OFF });
  }
}

/** The messages of one file in their order. */
class FitFile {
  readonly #reader: Reader;
  readonly #collector: Collector;
  #source: string | undefined;
  /** The last whole time of a monitoring message: the next ones say its lower 16 bits alone. */
  #clock: number | undefined;

  constructor(reader: Reader, collector: Collector) {
    this.#reader = reader;
    this.#collector = collector;
  }

  read(messages: readonly FitRawMessage[]): void {
    for (const message of messages) this.#message(message);
  }

  #message(message: FitRawMessage): Counted | undefined {
    switch (message.globalMessageNumber) {
      case MESSAGE.fileId:
        this.#source = this.#deviceOf(message);
        return undefined;
      case MESSAGE.monitoringInfo:
        this.#clock = message.timestamp ?? this.#clock;
        return undefined;
      case MESSAGE.record:
        return this.#reading("heart-rate", message, message.timestamp, RECORD.heartRate);
      case MESSAGE.monitoring:
        return this.#reading("heart-rate", message, this.#timeOf(message), MONITORING.heartRate);
      case MESSAGE.oxygen:
        return this.#reading("spo2", message, message.timestamp, OXYGEN.percent);
      default:
        return this.#collector.skip("heart rates that a strap sent later");
    }
  }

  #reading(
    metric: "heart-rate" | "spo2",
    message: FitRawMessage,
    time: number | "back" | undefined,
    number: number,
  ): Counted {
    const collector = this.#collector;
    const field = fieldOf(message, number);
    if (field === undefined) return collector.skip("message without a reading");
    const value = this.#unsigned(message, field, TYPE.uint8, 1);
    if (value === "other type") return collector.refuse(NO_NUMBER);
    if (value === undefined) return collector.skip("no measurement (255)");
    if (time === "back") return collector.refuse(WENT_BACK);
    if (time === undefined || time >= NO_DATE) return collector.refuse(NO_TIME);
    if (time < FIRST_DATE) return collector.refuse(SINCE_START);
    const unit = metric === "spo2" ? "%" : "/min";
    const seconds = this.#reader.fitTimestampToUnixMilliseconds(time) / 1000;
    return collector.reading({ metric, time: seconds, value: String(value), unit, source: this.#source });
  }

  /** A monitoring message has a whole time, or the lower 16 bits of one that comes soon after the time before it. */
  #timeOf(message: FitRawMessage): number | "back" | undefined {
    this.#clock = message.timestamp ?? this.#clock;
    const field = fieldOf(message, MONITORING.timestamp16);
    if (message.timestamp !== undefined || field === undefined || this.#clock === undefined)
      return message.timestamp;
    const low = this.#unsigned(message, field, TYPE.uint16, 2);
    if (typeof low !== "number") return undefined;
    const step = (low - this.#clock) & 0xffff;
    if (step >= LONGEST_STEP) return "back";
    this.#clock += step;
    return this.#clock;
  }

  #deviceOf(message: FitRawMessage): string {
    const told = textOf(fieldOf(message, FILE_ID.productName));
    const number = (at: number, type: number, size: 2 | 4): number | undefined => {
      const value = this.#unsigned(message, fieldOf(message, at), type, size);
      return typeof value === "number" ? value : undefined;
    };
    const maker = number(FILE_ID.maker, TYPE.uint16, 2);
    const product = number(FILE_ID.product, TYPE.uint16, 2);
    const serial = number(FILE_ID.serial, TYPE.uint32z, 4);
    const numbers = [
      ...(told === "" ? [["maker", maker] as const, ["product", product] as const] : []),
      ["serial", serial] as const,
    ].flatMap(([what, value]) => (value === undefined ? [] : [`${what} ${value}`]));
    return [told, ...numbers].filter((part) => part !== "").join(", ");
  }

  #unsigned(
    { littleEndian }: FitRawMessage,
    field: FitRawField | undefined,
    type: number,
    size: 1 | 2 | 4,
  ): number | undefined | "other type" {
    try {
      return this.#reader.readFitUnsignedField(field, type, size, littleEndian);
    } catch (error) {
      if (error instanceof TypeError) return "other type";
      throw error;
    }
  }
}

function fieldOf({ fields }: FitRawMessage, number: number): FitRawField | undefined {
  return fields.find(({ fieldNumber }) => fieldNumber === number);
}

/** The text of a field up to its first zero byte; "" where it is not a text. */
function textOf(field: FitRawField | undefined): string {
  if (field?.baseType !== TYPE.string) return "";
  const end = field.bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field.bytes : field.bytes.subarray(0, end)).trim();
}
