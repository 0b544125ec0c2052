/**
 * The hub's command line: `hub start`, `hub config show`, `hub secrets status` and the others.
 *
 * @module
 */
import { runProgram } from "./cli/program.ts";

Deno.exit(await runProgram(Deno.args));
