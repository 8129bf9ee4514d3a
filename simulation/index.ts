// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everybody in a story on one chain, for the demo, the page's services, the bench and the tests.
export { SimulatedAttester } from "./attester.ts";
export { Calendar } from "./calendar.ts";
export { BENEFIT, CIRCUIT, OFFSET, PROFILE, publishDayInRange } from "./dayInRange.ts";
export { Insurer, type Offer } from "./insurer.ts";
export { bareWitness, type Lie, withoutUnwanted } from "./lie.ts";
export { Patient } from "./patient.ts";
export { sharedProver } from "./prover.ts";
export {
  daysHeart,
  doses,
  every,
  fall,
  glucoseOf,
  type Kind,
  lows,
  oxygen,
  type Person,
  readingsOf,
  restingHeart,
  rhythm,
  sleepDevice,
  sleepNights,
} from "./readings.ts";
export { World } from "./world.ts";
