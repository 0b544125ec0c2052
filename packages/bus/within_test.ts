import { rejects, strictEqual } from "node:assert/strict";
import { backOff, pause } from "./back_off.ts";
import { createListeners } from "./listeners.ts";
import { within } from "./within.ts";

const never = () => new Promise<never>(() => {});
const late = () => new Error("late");

Deno.test("within() passes on a value and a failure", async () => {
  strictEqual(await within(Promise.resolve(1), { timeoutMs: 60_000, late }), 1);
  const failing = Promise.reject(new Error("failed"));
  await rejects(within(failing, { timeoutMs: 60_000, late }), /failed/);
});

Deno.test("within() gives up when the time is up or its signal aborts, and leaves no timer", async () => {
  await rejects(within(never(), { timeoutMs: 1, late }), /late/);
  const controller = new AbortController();
  const waiting = within(never(), { timeoutMs: 60_000, signal: controller.signal, late });
  controller.abort(new Error("enough"));
  await rejects(waiting, /enough/);
});

Deno.test("within() that gave up takes no notice of a later failure", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  await rejects(within(promise, { timeoutMs: 1, late }), /late/);
  reject(new Error("nobody's concern"));
  await pause(1);
});

Deno.test("backOff() and pause() end when their signal aborts", async () => {
  const controller = new AbortController();
  const waiting = [backOff(20, controller.signal), pause(60_000, controller.signal)];
  controller.abort(new Error("enough"));
  for (const one of waiting) await rejects(one, /enough/);
  await rejects(backOff(1, controller.signal), /enough/);
});

Deno.test("listeners are told in order, until they are removed, even by one another", () => {
  const listeners = createListeners<string>();
  const told: string[] = [];
  const listener = (value: string) => void told.push(value);
  const forget = listeners.add(listener);
  listeners.add((value) => {
    told.push(`second ${value}`);
    forget();
  });
  listeners.add(listener);
  listeners.tell("a");
  listeners.tell("b");
  strictEqual(told.join(), "a,second a,a,second b,b");
});

Deno.test("a listener that throws is reported and hinders no other", () => {
  const listeners = createListeners<void>();
  const reported: unknown[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  addEventListener("error", report);
  let told = 0;
  listeners.add(() => {
    throw new Error("broken listener");
  });
  listeners.add(() => told++);
  listeners.tell();
  removeEventListener("error", report);
  strictEqual(told, 1);
  strictEqual(reported.length, 1);
});
