/** The same bytes; one of the two hears, once, that nothing comes any more, or that nobody reads. */
export function trackedBody(
  body: ReadableStream<Uint8Array>,
  { onEnd, onLeft }: { readonly onEnd: () => void; readonly onLeft: () => void },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        onEnd();
        controller.close();
      } catch (error) {
        onEnd();
        controller.error(error);
      }
    },
    async cancel(reason) {
      onLeft();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
