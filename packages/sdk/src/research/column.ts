// SPDX-License-Identifier: GPL-3.0-or-later
//
// Columns of a dataset's page: circuits/research/column.circom.
import { poseidon16 } from "poseidon-lite/poseidon16";
import { assertField, randomFieldElement } from "../field.ts";
import { WORD_BITS } from "../generated/protocol.ts";
import { RESEARCH_SIZES, RESEARCH_TAGS } from "../generated/researchProtocol.ts";
import { absorb } from "../hashes/absorb.ts";
import { packDigits } from "../internal/packDigits.ts";
import { assertInteger, invalid } from "../invalid.ts";

/** Columns of a page. */
export const PAGE_COLUMNS = RESEARCH_SIZES.columns;
/** Records of a page, at most. */
export const MOST_RECORDS = 128 * RESEARCH_SIZES.liveWords;
/** Highest code of a value. 0 is a missing value. */
export const HIGHEST_CODE = 2 ** RESEARCH_SIZES.valueBits - 1;

/** One column of a page, known to its custodian alone. */
export type DataColumn = {
  /** A code for each record, 0 to 4,095; 0 is a missing value. */
  readonly codes: readonly number[];
  /** Random, of this column alone; secret. */
  readonly salt: bigint;
};

/** Records of a dataset, by columns. Record i belongs to live bit i of the ledger's pages below it. */
export type DataPage = {
  /** In its dataset, from 0. */
  readonly number: number;
  /** 14, all of one length. */
  readonly columns: readonly DataColumn[];
};

/**
 * A page with fresh salts. Columns that are not given are missing values.
 * @param records of the circuits that are to be used; records that are not given are missing values
 * @param columns at most 14, each with at most `records` codes
 * @throws INVALID_ARGUMENT
 */
export function dataPage(number: number, records: number, columns: readonly (readonly number[])[]): DataPage {
  assertInteger("number of the page", number, 0, 2 ** 32 - 1);
  assertInteger("number of records", records, 1, MOST_RECORDS);
  if (columns.length > PAGE_COLUMNS)
    throw invalid("number of columns", columns.length, `at most ${PAGE_COLUMNS}; split the dataset`);
  return {
    number,
    columns: Array.from({ length: PAGE_COLUMNS }, (_, c) => {
      const codes = columns[c] ?? [];
      if (codes.length > records)
        throw invalid(`number of records in column ${c}`, codes.length, `at most ${records}, of the page`);
      const filled = [...codes, ...new Array<number>(records - codes.length).fill(0)];
      assertCodes(c, filled);
      return { codes: filled, salt: randomFieldElement() };
    }),
  };
}

/** @throws INVALID_ARGUMENT for a page that `dataPage` does not give; it names no value */
export function assertDataPage({ columns }: DataPage): void {
  if (columns.length !== PAGE_COLUMNS) throw invalid("number of columns", columns.length, `${PAGE_COLUMNS}`);
  const records = columns[0]!.codes.length;
  for (const [c, { codes }] of columns.entries()) {
    if (codes.length !== records)
      throw invalid(`number of records in column ${c}`, codes.length, `${records}, as in the others`);
    assertCodes(c, codes);
  }
}

/** Codes are patients' values: an error has none of them. */
function assertCodes(column: number, codes: readonly number[]): void {
  const wrong = codes.filter((code) => !Number.isInteger(code) || code < 0 || code > HIGHEST_CODE).length;
  if (wrong > 0)
    throw invalid(
      `number of codes out of range in column ${column}`,
      wrong,
      `0: codes are 0 to ${HIGHEST_CODE}`,
    );
}

/** `Absorb(T_column, salt, words)`, 19 codes of 13 bits to a word. */
export function columnRootOf({ codes, salt }: DataColumn): bigint {
  assertField("salt", salt, { secret: true });
  return absorb(RESEARCH_TAGS.column, salt, packDigits(codes, RESEARCH_SIZES.valueBits + 1, WORD_BITS));
}

/** `P16(T_dataPage, number, roots of the columns)` */
export function dataPageRootOf(number: number, columnRoots: readonly bigint[]): bigint {
  if (columnRoots.length !== PAGE_COLUMNS)
    throw invalid("number of columns", columnRoots.length, `${PAGE_COLUMNS}`);
  return poseidon16([RESEARCH_TAGS.dataPage, BigInt(number), ...columnRoots]);
}

/** Root of a page, as the market has it. */
export function rootOfDataPage({ number, columns }: DataPage): bigint {
  return dataPageRootOf(number, columns.map(columnRootOf));
}
