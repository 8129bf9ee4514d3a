// SPDX-License-Identifier: GPL-3.0-or-later
import { FitBaseType, FitEncoder } from "fit-file-parser/encoder";

/** 2025-03-02 09:00 UTC, in Unix seconds and in those of FIT, which count from the last day of 1989. */
export const FIT_START = 1_740_906_000;
const START = FIT_START - 631_065_600;

export const fitField = (
  number: number,
  size: number,
  baseType: FitBaseType,
  value: number | Uint8Array,
) => ({
  number,
  size,
  baseType,
  value,
});
/** The time of a message, in seconds after the start. */
export const fitTime = (after: number) => fitField(253, 4, FitBaseType.Uint32, START + after);
export const fitByte = (number: number, value: number) => fitField(number, 1, FitBaseType.Uint8, value);
/** The lower 16 bits of a time in seconds after the start. */
export const fitTime16 = (after: number) => fitField(26, 2, FitBaseType.Uint16, (START + after) & 0xffff);
/** Seconds after the start at which the lower 16 bits turn over. */
export const FIT_TURN = (START | 0xffff) - START;

/** Fields of a record of an activity. */
export const fitRecord = (after: number, heartRate: number) => [fitTime(after), fitByte(3, heartRate)];

/** A FIT file of a device, with the messages that `write` adds. */
export function fitFileOf(write: (encoder: FitEncoder) => void, product?: string | Uint8Array): Uint8Array {
  const encoder = new FitEncoder({ protocolVersion: 0x20 });
  const fields = [
    fitField(0, 1, FitBaseType.Enum, 4),
    fitField(1, 2, FitBaseType.Uint16, 1),
    fitField(2, 2, FitBaseType.Uint16, 3121),
    fitField(3, 4, FitBaseType.Uint32z, 39_000_001),
  ];
  const name = typeof product === "string" ? FitEncoder.string(product) : product;
  encoder.writeMessage(0, name === undefined ? fields : [...fields, fitField(8, name.length, 7, name)]);
  write(encoder);
  return encoder.close();
}

/** The bytes with the check sums and the length that they need. */
export function withCheckSum(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 16) return bytes;
  const whole = Uint8Array.from(bytes);
  const view = new DataView(whole.buffer);
  whole[0] = 14;
  view.setUint32(4, whole.length - 16, true);
  view.setUint16(12, 0, true);
  view.setUint16(whole.length - 2, FitEncoder.calculateCRC(whole.subarray(0, -2)), true);
  return whole;
}
