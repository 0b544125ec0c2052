import { match, ok, strictEqual, throws } from "node:assert/strict";
import { createMetrics } from "./metrics.ts";

Deno.test("expose() writes help, type and each series of a counter", () => {
  const metrics = createMetrics();
  const calls = metrics.counter("calls_total", "Calls answered.");
  calls.series({ outcome: "ok" }).add();
  calls.series({ outcome: "ok" }).add(2);
  calls.series({ outcome: "error" }).add();
  strictEqual(
    metrics.expose(),
    "# HELP calls_total Calls answered.\n# TYPE calls_total counter\n" +
      'calls_total{outcome="ok"} 3\ncalls_total{outcome="error"} 1\n',
  );
});

Deno.test("series() is the same series whatever the order of its labels", () => {
  const calls = createMetrics().counter("calls_total", "Calls.");
  strictEqual(calls.series({ a: "1", b: "2" }), calls.series({ b: "2", a: "1" }));
});

Deno.test("a histogram's buckets are cumulative and end with all observations", () => {
  const metrics = createMetrics();
  const seconds = metrics.histogram("took_seconds", "Time.", { buckets: [0.1, 1] }).series();
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);
  const text = metrics.expose();
  match(text, /^took_seconds_bucket\{le="0.1"\} 2$/m);
  match(text, /^took_seconds_bucket\{le="1"\} 3$/m);
  match(text, /^took_seconds_bucket\{le="\+Inf"\} 4$/m);
  match(text, /^took_seconds_count 4$/m);
  match(text, /^took_seconds_sum 7.65$/m);
});

Deno.test("a gauge is read when the metrics are read", () => {
  const metrics = createMetrics();
  let now = 1;
  metrics.gauge("connections", "Open.", {
    read: () => [{ labels: { kind: "spoke" }, value: now }],
  });
  now = 5;
  match(metrics.expose(), /^connections\{kind="spoke"\} 5$/m);
});

Deno.test("a label's value cannot break out of its line", () => {
  const metrics = createMetrics();
  metrics.counter("calls_total", "Calls.").series({ path: 'a"b\\c\nd 9' }).add();
  match(metrics.expose(), /^calls_total\{path="a\\"b\\\\c\\nd 9"\} 1$/m);
});

Deno.test("a metric with ever new labels stops growing and says so in a shared series", () => {
  const metrics = createMetrics();
  const calls = metrics.counter("calls_total", "Calls.");
  for (let id = 0; id < 5000; id++) calls.series({ id: String(id) }).add();
  const text = metrics.expose();
  match(text, /^calls_total\{series="other"\} 4000$/m);
  ok(text.split("\n").length < 1100);
});

Deno.test("createMetrics() refuses a second metric of the same name", () => {
  const metrics = createMetrics();
  metrics.counter("calls_total", "Calls.");
  throws(() => metrics.gauge("calls_total", "Calls.", { read: () => 1 }), RangeError);
});
