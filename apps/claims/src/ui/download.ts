// SPDX-License-Identifier: GPL-3.0-or-later

/** Hands a text to the browser as a file; nothing leaves the page. */
export function download(
  name: string,
  type: "text/csv" | "text/html" | "application/json",
  text: string,
): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file over by the next task.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
