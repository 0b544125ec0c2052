/**
 * Counts what happens and writes it in Prometheus' text format.
 *
 * A series is looked up once and then only incremented: nothing is allocated on a hot path.
 *
 * @module
 */

/** Values of a metric's labels, by name. */
export type Labels = Readonly<Record<string, string>>;

/** One series that only grows. */
export interface Counter {
  add(amount?: number): void;
}

/** One series that sorts what it is told into buckets. */
export interface Histogram {
  observe(value: number): void;
}

interface Family<T> {
  /** The series with these labels, made at the first call. Keep it where it is used often. */
  series(labels?: Labels): T;
}

/** All that one hub counts. */
export interface Metrics {
  counter(name: string, help: string): Family<Counter>;
  gauge(name: string, help: string, options: GaugeOptions): void;
  histogram(name: string, help: string, options: HistogramOptions): Family<Histogram>;
  /** Everything, in Prometheus' text format. */
  expose(): string;
}

/** Where a gauge gets its values from. */
export interface GaugeOptions {
  /** Asked whenever the metrics are read. */
  readonly read: () => number | readonly Sample[];
}

/** How a histogram sorts. */
export interface HistogramOptions {
  /** Upper bounds, in ascending order; what is above the last one is only counted. */
  readonly buckets: readonly number[];
}

/** One value of a gauge that has labels. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** More series than this is a mistake in the choice of labels; further ones share one series. */
const MAX_SERIES = 1000;
const OTHER: Labels = { series: "other" };

/**
 * Creates an empty set of metrics.
 *
 * @example A counter with a label
 * ```ts
 * import { match } from "node:assert/strict";
 * import { createMetrics } from "./metrics.ts";
 *
 * const metrics = createMetrics();
 * const ok = metrics.counter("calls_total", "Calls answered.").series({ outcome: "ok" });
 * ok.add();
 * match(metrics.expose(), /^calls_total\{outcome="ok"\} 1$/m);
 * ```
 */
export function createMetrics(): Metrics {
  const families = new Map<string, () => string>();
  function declare(name: string, { type, help, lines }: Declaration) {
    if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new RangeError(`Cannot name a metric "${name}"`);
    if (families.has(name)) throw new RangeError(`The metric ${name} is declared already`);
    const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    families.set(name, () => head + lines().join(""));
  }
  return {
    counter(name, help) {
      const { series, lines } = family(() => createCounter(name));
      declare(name, { type: "counter", help, lines });
      return { series };
    },
    gauge(name, help, { read }) {
      const lines = () => {
        const value = read();
        const samples = typeof value === "number" ? [{ labels: {}, value }] : value;
        return samples.map((sample) => line(name, sample));
      };
      declare(name, { type: "gauge", help, lines });
    },
    histogram(name, help, { buckets }) {
      const { series, lines } = family(() => createHistogram(name, buckets));
      declare(name, { type: "histogram", help, lines });
      return { series };
    },
    expose: () => [...families.values()].map((write) => write()).join(""),
  };
}

interface Declaration {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly lines: () => string[];
}

interface Written {
  write(labels: Labels): string;
}

function family<T extends Written>(create: () => T) {
  const all = new Map<string, { labels: Labels; series: T }>();
  return {
    series(labels: Labels = {}): T {
      const key = JSON.stringify(Object.entries(labels).sort());
      const found = all.get(key);
      if (found) return found.series;
      if (all.size >= MAX_SERIES && labels !== OTHER) return this.series(OTHER);
      const made = { labels, series: create() };
      all.set(key, made);
      return made.series;
    },
    lines: () => [...all.values()].map(({ labels, series }) => series.write(labels)),
  };
}

function createCounter(name: string): Counter & Written {
  let total = 0;
  return {
    add: (amount = 1) => void (total += amount),
    write: (labels) => line(name, { labels, value: total }),
  };
}

function createHistogram(name: string, buckets: readonly number[]): Histogram & Written {
  const counts = new Float64Array(buckets.length);
  let count = 0, sum = 0;
  return {
    observe(value) {
      count++;
      sum += value;
      const at = buckets.findIndex((bound) => value <= bound);
      if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
    },
    write(labels) {
      let below = 0;
      const bounded = buckets.map((bound, at) => {
        below += counts[at] ?? 0;
        return line(`${name}_bucket`, { labels: { ...labels, le: String(bound) }, value: below });
      });
      const all = { labels: { ...labels, le: "+Inf" }, value: count };
      return bounded.join("") + line(`${name}_bucket`, all) +
        line(`${name}_sum`, { labels, value: sum }) +
        line(`${name}_count`, { labels, value: count });
    },
  };
}

function line(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
