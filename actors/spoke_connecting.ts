/**
 * How a spoke becomes connected: dialled or dialling, then asked what it offers.
 *
 * @module
 */
import { and, assign, emit } from "xstate";
import { PATIENT } from "./back_off.ts";
import { problemOf } from "./problem.ts";
import { CREDENTIAL_GONE, FOR_GOOD, GOING_AWAY } from "./spoke_context.ts";
import { spokeSetup } from "./spoke_setup.ts";

/** The state in which it is not in the routes yet. */
export const connecting = spokeSetup.createStateConfig({
  description: "Not yet in the routes: its operations are asked for first.",
  initial: "dialling",
  states: {
    dialling: {
      description: "The hub opens the connection; the spoke may still be faster.",
      on: { CONNECT: { target: "discovering", actions: "takeLink" } },
      invoke: {
        id: "dial",
        src: "dial",
        input: ({ context }) => ({ peerId: context.peerId }),
        onDone: {
          target: "discovering",
          actions: assign({ link: ({ event }) => event.output }),
        },
        onError: [
          {
            guard: function isRefusedForGood({ event }) {
              return FOR_GOOD.includes(problemOf(event.error).code);
            },
            target: "#spoke.enabled.offline",
            actions: [
              assign(({ event }) => ({
                failures: PATIENT,
                problem: problemOf(event.error),
              })),
              emit(({ event }) => ({ type: "SPOKE_REFUSED", code: problemOf(event.error).code })),
            ],
          },
          {
            target: "#spoke.enabled.offline",
            actions: assign(({ context, event }) => ({
              failures: context.failures + 1,
              problem: problemOf(event.error),
            })),
          },
        ],
      },
    },
    discovering: {
      description: "A half-imported spoke is never attached; failing counts as an attempt.",
      on: {
        CONNECT: { guard: and(["hasNoRival", "isOfAnother"]), actions: "takeRival" },
        ATTACHED: [
          { guard: "isOfLink", target: "#spoke.enabled.online", actions: "attach" },
          { guard: "isOfRival", target: "#spoke.enabled.online", actions: "replace" },
        ],
        FAILED: [
          {
            guard: and(["isOfLink", "hasRival"]),
            target: "discovering",
            reenter: true,
            actions: ["promoteRival", "noteProblem"],
          },
          {
            guard: "isOfLink",
            target: "#spoke.enabled.offline",
            actions: ["countFailure", "noteProblem"],
          },
          { guard: "isOfRival", actions: ["forgetRival", "noteProblem"] },
        ],
        CLOSED: [
          {
            guard: and(["isOfLink", "hasRival"]),
            target: "discovering",
            reenter: true,
            actions: "promoteRival",
          },
          {
            guard: "isOfLink",
            target: "#spoke.enabled.offline",
            actions: "countFailure",
          },
          { guard: "isOfRival", actions: "forgetRival" },
        ],
        CREDENTIAL_REMOVED: [
          {
            guard: "openedLink",
            target: "#spoke.enabled.closing",
            actions: assign({ closeCode: CREDENTIAL_GONE }),
          },
          {
            guard: "openedRival",
            target: "#spoke.enabled.closing",
            actions: assign({ closeCode: CREDENTIAL_GONE }),
          },
        ],
      },
      // The node that asked may have died with its question.
      after: {
        discoveryDeadline: {
          target: "#spoke.enabled.closing",
          actions: ["countFailure", assign({ closeCode: GOING_AWAY })],
        },
      },
    },
  },
});
