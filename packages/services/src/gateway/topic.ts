// SPDX-License-Identifier: GPL-3.0-or-later
//
// Topic names and filters of MQTT 3.1.1, section 4.7, which MQTT 5 has unchanged.

/** Bytes of UTF-8 that a topic can have. */
const MOST_BYTES = 65_535;
/** Levels that the embedded broker's matcher can hold. */
const MOST_LEVELS = 100;

/** Whether a text is a filter: `ward/+/hr`, `ward/#`. Shared subscriptions (`$share/…`) are not. */
export function isFilter(text: string): boolean {
  if (!isPlausible(text) || text.startsWith("$share/")) return false;
  const levels = text.split("/");
  return levels.every((level, i) => {
    if (level === "#") return i === levels.length - 1;
    return level === "+" || !/[+#]/.test(level);
  });
}

function isPlausible(text: string): boolean {
  return (
    text !== "" &&
    !text.includes("\0") &&
    !/\p{Surrogate}/u.test(text) &&
    Buffer.byteLength(text) <= MOST_BYTES &&
    text.split("/").length <= MOST_LEVELS
  );
}

/** Whether a topic is one of a filter's. `#` includes the level above it. Wildcards leave out topics that begin with `$`. */
export function fits(filter: string, topic: string): boolean {
  if (isHidden(filter, topic)) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [i, level] of wanted.entries()) {
    if (level === "#") return true;
    if (i >= levels.length || (level !== "+" && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic of the filter `wanted` is also one of `allowed`. */
export function covers(allowed: string, wanted: string): boolean {
  if (isHidden(allowed, wanted)) return false;
  const outer = allowed.split("/");
  const inner = wanted.split("/");
  for (const [i, level] of outer.entries()) {
    if (level === "#") return true;
    const other = inner[i];
    if (other === undefined || other === "#" || (level !== "+" && level !== other)) return false;
  }
  return outer.length === inner.length;
}

/** A wildcard at the beginning never means `$SYS` and its like. */
function isHidden(filter: string, topic: string): boolean {
  return topic.startsWith("$") && /^[+#]/.test(filter);
}

/** One level of a topic, counted from 1; undefined where it has fewer, or the level is empty. */
export function levelOf(topic: string, level: number): string | undefined {
  const found = topic.split("/")[level - 1];
  return found === "" ? undefined : found;
}
