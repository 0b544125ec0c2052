/** The parameters after the question mark of a request's address. */
export function queryOf({ url }: Pick<Request, "url">): URLSearchParams {
  const mark = url.indexOf("?");
  return new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
}
