/** Splits text into lines, whatever the chunks; a line longer than `limit` is cut there. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(limit = 8192) {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line.slice(0, limit));
        if (rest.length > limit) rest = rest.slice(0, limit);
      },
      flush(controller) {
        if (rest) controller.enqueue(rest);
      },
    });
  }
}
