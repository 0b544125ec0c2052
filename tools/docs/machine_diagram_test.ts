import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { and, assign, createMachine, fromPromise, not, or, raise, setup } from "xstate";
import { drawMachine } from "./machine_diagram.ts";

const wait = fromPromise(() => Promise.resolve(1));

/** Everything that a diagram has to show. */
const oven = setup({
  actors: { heat: wait },
  delays: { patience: 90_000, rest: ({ context }) => context.n },
  guards: { isClosed: () => true, isHot: () => false },
  types: { context: {} as { n: number } },
}).createMachine({
  id: "oven",
  context: { n: 0 },
  initial: "off",
  on: { KICK: { actions: raise({ type: "OFF" }) } },
  states: {
    off: { on: { ON: { guard: and(["isClosed", not("isHot")]), target: "on" }, LOOK: {} } },
    on: {
      type: "parallel",
      on: { OFF: "off", COOL: { guard: or(["isHot", "isClosed"]), target: "on.lamp.dim" } },
      onDone: "done",
      states: {
        heater: {
          initial: "heating",
          states: {
            heating: {
              invoke: { src: "heat", id: "h", onDone: "warm", onError: "#oven.off" },
              on: { TURN: { actions: assign({ n: 1 }) } },
              after: { patience: "warm", rest: "warm", 250: "warm" },
            },
            warm: { type: "final" },
          },
        },
        lamp: {
          initial: "bright",
          states: {
            bright: { always: { guard: ({ context }) => context.n > 5, target: "dim" } },
            dim: {},
          },
        },
      },
    },
    done: { type: "final" },
  },
});

const drawn = drawMachine(oven).split("\n").map((line) => line.trim());

const SHOWN = [
  ["where a machine begins", "[*] --> oven_off"],
  ["where a state begins", "[*] --> oven_on_heater_heating"],
  ["a final state", "oven_done --> [*]"],
  ["a final state of a region", "oven_on_heater_warm --> [*]"],
  ["a nested state", 'state "heater" as oven_on_heater {'],
  ["an event with its guards", "oven_off --> oven_on : ON [isClosed and not isHot]"],
  ["an effect", "oven_on_heater_heating : invokes heat"],
  ["the end of an effect", "oven_on_heater_heating --> oven_on_heater_warm : heat done"],
  ["its failure, across states", "oven_on_heater_heating --> oven_off : heat error"],
  ["a timer", "oven_on_heater_heating --> oven_on_heater_warm : after 250 ms"],
  [
    "a timer with a name and a time",
    "oven_on_heater_heating --> oven_on_heater_warm : after patience (90 s)",
  ],
  ["a timer whose time depends", "oven_on_heater_heating --> oven_on_heater_warm : after rest"],
  ["what is taken without leaving", "oven_on_heater_heating : on TURN"],
  ["the end of all regions", "oven_on --> oven_done : done"],
  ["a guard without a name", "oven_on_lamp_bright --> oven_on_lamp_dim : [#8230;]"],
  [
    "what leads further inside, as words",
    "note right of oven_on : on COOL [isHot or isClosed] to dim",
  ],
  ["what is taken anywhere", "%% anywhere on KICK"],
] as const;

for (const [what, line] of SHOWN) {
  Deno.test(`drawMachine() shows ${what}`, () => {
    ok(drawn.includes(line), `${line}\n${drawn.join("\n")}`);
  });
}

Deno.test("drawMachine() parts the regions of a parallel state, and nothing else", () => {
  strictEqual(drawn.filter((line) => line === "--").length, 1);
});

Deno.test("drawMachine() draws no event that is only forbidden or ignored", () => {
  ok(!drawn.some((line) => line.includes("LOOK")));
});

Deno.test("drawMachine() draws arrows where both ends are known, and never inside of a region alone", () => {
  const lines = drawMachine(oven).split("\n");
  const across = lines.find((line) => line.includes("heat error"));
  strictEqual(across?.search(/\S/), 2);
});

Deno.test("drawMachine() closes every brace that it opens", () => {
  strictEqual(
    drawn.filter((line) => line.endsWith("{")).length,
    drawn.filter((line) => line === "}").length,
  );
});

Deno.test("drawMachine() makes nothing of hostile names but names", () => {
  const machine = createMachine({
    id: "x",
    initial: 'a"; b',
    states: {
      'a"; b': { on: { "go<br>--> [*] : x\nstate y": "a'; b" } },
      "a'; b": { description: "<script>" },
      end: {},
    },
  });
  const text = drawMachine(machine);
  doesNotMatch(text, /<|"; b|^\s*state y/m);
  match(text, /state "a#34;#59; b" as x_a___b\n/);
  match(text, /state "a#39;#59; b" as x_a___b_2\n/);
  match(text, /x_a___b --> x_a___b_2 : go#60;br#62;/);
  strictEqual(text.split("\n").filter((line) => line.includes("-->")).length, 2);
});

Deno.test("drawMachine() gives the same text for the same machine", () => {
  deepStrictEqual(drawMachine(oven), drawMachine(oven));
});
