/** How commands end, for scripts; docs/cli.md tells them. */
export const EXIT = {
  /** It did not work. */
  failed: 1,
  /** The configuration is wrong: nothing was tried. */
  configuration: 2,
  /** No hub was reached, or the connection was lost. */
  unreachable: 3,
  /** The hub does not let this caller do that. */
  refused: 4,
  /** It may work when it is tried again. */
  again: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
