/**
 * Several MCP servers, by name.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { OperationRegistry } from "../registry.ts";
import { closeMCPClient, createMCPClient } from "./client.ts";
import type { MCPClientConfig, MCPClientWrapper, MCPOperation } from "./types.ts";

const log = getLogger("operations:mcp");

async function closeQuietly(wrapper: MCPClientWrapper): Promise<void> {
  try {
    await closeMCPClient(wrapper);
  } catch (error) {
    log.error("client cannot be closed", { server: wrapper.name, error });
  }
}

/** Connects to servers and keeps their tools. */
export class MCPClientLoader {
  readonly #wrappers = new Map<string, MCPClientWrapper>();

  /**
   * Connects to each server in turn. A name that is there already is connected anew.
   *
   * @throws {Error} the first failure; the servers before it stay connected.
   */
  async load(config: Record<string, MCPClientConfig>): Promise<MCPClientWrapper[]> {
    const loaded: MCPClientWrapper[] = [];
    for (const [name, options] of Object.entries(config)) {
      loaded.push(await this.#connect(name, options));
    }
    return loaded;
  }

  /** One server. */
  getClient(name: string): MCPClientWrapper | undefined {
    return this.#wrappers.get(name);
  }

  /** All servers. */
  getAllWrappers(): MCPClientWrapper[] {
    return [...this.#wrappers.values()];
  }

  /** The tools of all servers. */
  getAllOperations(): MCPOperation[] {
    return this.getAllWrappers().flatMap(({ tools }) => tools);
  }

  /** Registers every tool. */
  registerAll(registry: OperationRegistry): void {
    registry.registerAll(this.getAllOperations());
  }

  /** Closes all connections and forgets them; what fails on the way is logged. */
  async closeAll(): Promise<void> {
    const wrappers = this.getAllWrappers();
    this.#wrappers.clear();
    await Promise.all(wrappers.map(closeQuietly));
  }

  async #connect(name: string, options: MCPClientConfig): Promise<MCPClientWrapper> {
    try {
      const wrapper = await createMCPClient(name, options);
      const former = this.#wrappers.get(name);
      this.#wrappers.set(name, wrapper);
      if (former !== undefined) await closeQuietly(former);
      return wrapper;
    } catch (error) {
      log.error("server cannot be connected", { server: name, error });
      throw error;
    }
  }
}
