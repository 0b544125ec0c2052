/**
 * The life of a spoke: enrolled, connecting, online, draining, offline; revoked; removed.
 *
 * Its connection is not in the way of calls: the node that holds the socket says what became of it.
 * A connection that is not the one meant says nothing that counts. Effects, to be given with
 * `provide()`: `dial`, `drain`, `closeConnections`, `alarm`.
 *
 * @module
 */
import { assign, emit } from "xstate";
import { connecting } from "./spoke_connecting.ts";
import {
  allLinks,
  CREDENTIAL_GONE,
  DISABLED,
  enrolmentOf,
  GOING_AWAY,
  NOBODY,
} from "./spoke_context.ts";
import { online } from "./spoke_online.ts";
import { spokeSetup } from "./spoke_setup.ts";

/** The machine of a spoke. */
export const spoke = spokeSetup.createMachine({
  id: "spoke",
  context: ({ input }) => ({ ...NOBODY, ...input }),
  initial: "unknown",
  states: {
    unknown: {
      description: "Nobody has enrolled it: a name alone may not connect.",
      always: { guard: "isEnrolled", target: "enabled" },
      on: { ENROL: { target: "enabled", actions: assign(({ event }) => enrolmentOf(event)) } },
    },
    enabled: {
      description: "Its peer entry resolves. To revoke wins over all that goes on inside.",
      initial: "enrolled",
      on: {
        REVOKE: { target: "revoked", actions: assign({ closeCode: DISABLED }) },
        REMOVE: { target: "revoked", actions: assign({ closeCode: DISABLED, isRemoved: true }) },
        // Enrolled once more, on a new machine: the credentials are swapped, live connections close.
        ENROL: [
          {
            guard: "hasLink",
            target: ".closing",
            actions: assign(({ event }) => ({
              ...enrolmentOf(event),
              closeCode: CREDENTIAL_GONE,
            })),
          },
          { actions: assign(({ event }) => enrolmentOf(event)) },
        ],
        CREDENTIAL_REMOVED: {
          guard: "openedLink",
          target: ".closing",
          actions: assign({ closeCode: CREDENTIAL_GONE }),
        },
      },
      states: {
        enrolled: {
          description: "Never connected so far.",
          always: { guard: "hubDials", target: "connecting" },
          on: { CONNECT: { target: "connecting.discovering", actions: "takeLink" } },
        },
        connecting,
        online,
        draining: {
          description: "Takes no new calls; those it has may end. It may be back meanwhile.",
          invoke: {
            id: "drain",
            src: "drain",
            input: ({ context }) => ({ link: context.link }),
            onDone: "closing",
            onError: "closing",
          },
          entry: assign({ closeCode: GOING_AWAY }),
          on: {
            CLOSED: { guard: "isOfLink", target: "offline" },
            // The old one goes on draining at its node, which closes it.
            CONNECT: {
              guard: "isOfAnother",
              target: "connecting.discovering",
              actions: ["forgetLinks", "takeLink"],
            },
          },
          after: { drainDeadline: "closing" },
        },
        closing: {
          description: "Its connections are being closed. Who cannot be reached has none.",
          invoke: {
            id: "close",
            src: "closeConnections",
            input: ({ context }) => ({ links: allLinks(context), code: context.closeCode }),
            onDone: "offline",
            onError: "offline",
          },
        },
        offline: {
          description: "No connection. A spoke that dials comes back by itself.",
          initial: "waiting",
          entry: ["forgetLinks", emit({ type: "SPOKE_OFFLINE" })],
          on: { CONNECT: { target: "connecting.discovering", actions: "takeLink" } },
          states: {
            waiting: { always: { guard: "hubDials", target: "backingOff" } },
            backingOff: {
              description: "Longer with every failure, up to a minute.",
              after: { backOff: "#spoke.enabled.connecting.dialling" },
            },
          },
        },
      },
    },
    revoked: {
      description: "Known and refused: disabled beats everything.",
      initial: "severing",
      entry: emit({ type: "SPOKE_REVOKED" }),
      states: {
        severing: {
          description: "Whatever connection there is is closed with 4403.",
          invoke: {
            id: "sever",
            src: "closeConnections",
            input: ({ context }) => ({ links: allLinks(context), code: context.closeCode }),
            onDone: "severed",
            onError: "severed",
          },
          on: { REMOVE: { actions: assign({ isRemoved: true }) } },
          exit: "forgetLinks",
        },
        severed: {
          always: { guard: "isRemoved", target: "#spoke.removed" },
          on: {
            ENABLE: { target: "#spoke.enabled.offline", actions: assign({ failures: 0 }) },
            REMOVE: "#spoke.removed",
          },
        },
      },
    },
    removed: {
      description: "For good: its name is never used again, since old records refer to it.",
      type: "final",
    },
  },
});
