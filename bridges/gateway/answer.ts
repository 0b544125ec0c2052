/** What a gateway answers, before it becomes a response. */
export interface Answer {
  readonly status: number;
  readonly body: string | ReadableStream<Uint8Array> | null;
  /** Added to those that all answers have. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether an answer goes on after it was begun. */
export function isStream({ body }: Answer): boolean {
  return typeof body === "object" && body !== null;
}
