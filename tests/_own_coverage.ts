/**
 * Loaded before the tests where coverage is measured: the processes that they start measure none. The
 * runtime would have each of them do so, and a command would take three times as long.
 *
 * @module
 */
Deno.env.delete("DENO_COVERAGE_DIR");
