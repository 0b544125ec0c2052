/** Gives back the value: there is nothing to apply. */
export function pipe<A>(value: A): A;
/** Applies 1 function, left to right. */
export function pipe<A, B>(value: A, ab: (value: A) => B): B;
/** Applies 2 functions, left to right. */
export function pipe<A, B, C>(value: A, ab: (value: A) => B, bc: (value: B) => C): C;
/** Applies 3 functions, left to right. */
export function pipe<A, B, C, D>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
): D;
/** Applies 4 functions, left to right. */
export function pipe<A, B, C, D, E>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
): E;
/** Applies 5 functions, left to right. */
export function pipe<A, B, C, D, E, F>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
): F;
/** Applies 6 functions, left to right. */
export function pipe<A, B, C, D, E, F, G>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
): G;
/** Applies 7 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
): H;
/** Applies 8 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
): I;
/** Applies 9 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
): J;
/** Applies 10 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
): K;
/** Applies 11 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
): L;
/** Applies 12 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
): M;
/** Applies 13 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
): N;
/** Applies 14 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
): O;
/** Applies 15 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
  op: (value: O) => P,
): P;
/** Applies 16 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
  op: (value: O) => P,
  pq: (value: P) => Q,
): Q;
/** Applies 17 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
  op: (value: O) => P,
  pq: (value: P) => Q,
  qr: (value: Q) => R,
): R;
/** Applies 18 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
  op: (value: O) => P,
  pq: (value: P) => Q,
  qr: (value: Q) => R,
  rs: (value: R) => S,
): S;
/** Applies 19 functions, left to right. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>(
  value: A,
  ab: (value: A) => B,
  bc: (value: B) => C,
  cd: (value: C) => D,
  de: (value: D) => E,
  ef: (value: E) => F,
  fg: (value: F) => G,
  gh: (value: G) => H,
  hi: (value: H) => I,
  ij: (value: I) => J,
  jk: (value: J) => K,
  kl: (value: K) => L,
  lm: (value: L) => M,
  mn: (value: M) => N,
  no: (value: N) => O,
  op: (value: O) => P,
  pq: (value: P) => Q,
  qr: (value: Q) => R,
  rs: (value: R) => S,
  st: (value: S) => T,
): T;
export function pipe(value: unknown, ...steps: ((value: never) => unknown)[]): unknown {
  // The signatures above see to it that each step takes what the one before it gives.
  return steps.reduce((result, step) => step(result as never), value);
}
