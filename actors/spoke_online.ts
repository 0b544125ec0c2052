/**
 * A spoke that serves: how well it settles, who would replace it, whether that happens too often.
 *
 * @module
 */
import { and, assign, not } from "xstate";
import { linksOf, REPLACED } from "./spoke_context.ts";
import { spokeSetup } from "./spoke_setup.ts";

/** The state in which calls are routed to it. */
export const online = spokeSetup.createStateConfig({
  description: "Attached: calls are routed to it.",
  type: "parallel",
  entry: "tellOnline",
  on: {
    CLOSED: [
      {
        guard: and(["isOfLink", "hasRival"]),
        target: "connecting.discovering",
        actions: ["countFailure", "promoteRival"],
      },
      { guard: "isOfLink", target: "offline", actions: "countFailure" },
    ],
    DRAIN: "draining",
  },
  states: {
    service: {
      initial: "settling",
      states: {
        settling: {
          description: "Who comes and goes at once must not come back any faster for it.",
          after: { stableService: "stable" },
        },
        stable: {
          description: "Half a minute of service: earlier failures are forgiven.",
          entry: assign({ failures: 0, problem: null }),
        },
      },
    },
    rivalry: {
      initial: "alone",
      states: {
        alone: {
          description: "One connection. What was ousted is closed first.",
          always: [
            { guard: "hasOusted", target: "ousting" },
            { guard: "hasRival", target: "challenged" },
          ],
          on: {
            CONNECT: {
              guard: "isOfAnother",
              target: "challenged",
              actions: "takeRival",
            },
          },
        },
        challenged: {
          description: "A newer connection replaces this one once its discovery succeeds.",
          on: {
            ATTACHED: {
              guard: "isOfRival",
              target: "ousting",
              actions: ["replace", "tellOnline"],
            },
            FAILED: {
              guard: "isOfRival",
              target: "alone",
              actions: ["forgetRival", "noteProblem"],
            },
            CLOSED: { guard: "isOfRival", target: "alone", actions: "forgetRival" },
            CREDENTIAL_REMOVED: {
              guard: and(["openedRival", not("openedLink")]),
              target: "ousting",
              actions: assign(({ context }) => ({ ousted: context.rival, rival: null })),
            },
          },
          after: {
            discoveryDeadline: {
              target: "ousting",
              actions: assign(({ context }) => ({ ousted: context.rival, rival: null })),
            },
          },
        },
        ousting: {
          description: "The older connection is drained and closed with 4409.",
          invoke: {
            id: "oust",
            src: "closeConnections",
            input: ({ context }) => ({ links: linksOf(context.ousted), code: REPLACED }),
            onDone: "alone",
            onError: "alone",
          },
          exit: assign({ ousted: null }),
        },
      },
    },
    cloning: {
      initial: "calm",
      states: {
        calm: {
          on: {
            ATTACHED: { guard: and(["isOfRival", "looksCloned"]), target: "flapping" },
          },
        },
        flapping: {
          description: "Replaced five times in a minute: its credential may be cloned.",
          entry: "tellFlapping",
          invoke: {
            id: "alarm",
            src: "alarm",
            input: ({ context }) => ({ peerId: context.peerId, why: "flapping" }),
            // Nobody could be told; the log has it, and service goes on.
            onError: {},
          },
          on: {
            ATTACHED: { guard: "isOfRival", target: "flapping", reenter: true },
          },
          after: { quietMinute: "calm" },
        },
      },
    },
  },
});
