/**
 * mcp-proxy before the tool server of `_echo_tool.ts`. Node runs this.
 *
 *     node _mcp_proxy.ts FOLDER_OF_PACKAGES PORT
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runWhileAsked } from "./_child.ts";

const [, , packages, port = ""] = process.argv;
const program = `${packages}/node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs`;
const tool = fileURLToPath(new URL("_echo_tool.ts", import.meta.url));
const options = ["--host", "127.0.0.1", "--port", port, "--server", "stream"];
await runWhileAsked(
  spawn(process.execPath, [program, ...options, "--", process.execPath, "--no-warnings", tool], {
    stdio: ["ignore", "ignore", "inherit"],
  }),
);
