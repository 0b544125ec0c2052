/** What a request that is turned away is answered with, whatever the gateway speaks. */
export abstract class RequestError extends Error {
  /** Of HTTP. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** Makes an error that is answered with an HTTP status. */
  constructor(
    status: number,
    { message, headers = {} }: {
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    },
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}
