/**
 * The hub's command line: `hub start`, `hub dev`, `hub doctor`, `hub config show`, `hub version`.
 *
 * @module
 */
import { runProgram } from "./cli/program.ts";

Deno.exit(await runProgram(Deno.args));
