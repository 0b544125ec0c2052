/**
 * The path of an absolute address, as it is spelled: between the host and the question mark. Reading the
 * whole address would take longer than all else that is done to find out who answers.
 */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2), end = url.indexOf("?", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}
