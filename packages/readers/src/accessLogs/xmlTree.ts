// SPDX-License-Identifier: GPL-3.0-or-later
import { SaxesParser } from "saxes";

/** An element, its prefix taken off. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
};

/** An audit message nests five deep. */
const DEEPEST = 64;

class Refused extends Error {}

/**
 * A small XML document as a tree. No document type, no entities but XML's own five, no other encoding than the text's.
 * @returns undefined for what is not well-formed or has a document type
 */
export function xmlTree(text: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: false });
  type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };
  const open: Open[] = [];
  let root: XmlElement | undefined;
  const refuse = (): never => {
    throw new Refused();
  };
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("xmldecl", ({ encoding }) => {
    if (!isReadEncoding(encoding)) refuse();
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length >= DEEPEST) refuse();
    const own = Object.entries(attributes).filter(([each]) => !/^(?:xmlns|xsi)(?::|$)/.test(each));
    open.push({ name: bare(name), attributes: Object.fromEntries(own), children: [], text: "" });
  });
  const addText = (more: string): void => {
    const top = open.at(-1);
    if (top !== undefined) top.text += more;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const { text: inner, ...rest } = open.pop()!;
    const element = { ...rest, text: inner.trim() };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
  return root;
}

/** Whether a declared encoding is one that the text can have been decoded from. */
export function isReadEncoding(encoding: string | undefined): boolean {
  return encoding === undefined || /^(?:utf-?8|us-ascii|utf-16(?:le|be)?)$/i.test(encoding);
}

/** "ns3:AuditMessage" → "AuditMessage" */
function bare(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
