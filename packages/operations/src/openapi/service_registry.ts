/**
 * Several HTTP services, by name.
 *
 * @module
 */
import type { OperationRegistry } from "../registry.ts";
import { FromOpenAPI, FromOpenAPIFile, FromOpenAPIUrl } from "./from_document.ts";
import type { GeneratedOperation, HTTPServiceConfig, OpenAPIFS, OpenAPISpec } from "./types.ts";

/** The operations of several documents. */
export class OpenAPIServiceRegistry {
  readonly #services = new Map<string, GeneratedOperation[]>();

  /** Adds, or replaces, the service that a document describes. */
  add(name: string, spec: OpenAPISpec, config: HTTPServiceConfig): GeneratedOperation[] {
    return this.#set(name, FromOpenAPI(spec, config));
  }

  /** As `add`, with the document in a file. */
  async addFromFile(
    name: string,
    path: string,
    config: HTTPServiceConfig,
    fs?: OpenAPIFS,
  ): Promise<GeneratedOperation[]> {
    return this.#set(name, await FromOpenAPIFile(path, config, fs));
  }

  /** As `add`, with the document at an address. */
  async addFromUrl(
    name: string,
    url: string,
    config: HTTPServiceConfig,
  ): Promise<GeneratedOperation[]> {
    return this.#set(name, await FromOpenAPIUrl(url, config));
  }

  /** The operations of one service. */
  get(name: string): GeneratedOperation[] | undefined {
    return this.#services.get(name);
  }

  /** The operations of all services, in the order in which those were added. */
  getAll(): GeneratedOperation[] {
    return [...this.#services.values()].flat();
  }

  /** Forgets a service; what is registered elsewhere stays. */
  remove(name: string): boolean {
    return this.#services.delete(name);
  }

  /** Registers the operations of all services. */
  registerAll(registry: OperationRegistry): void {
    registry.registerAll(this.getAll());
  }

  /** How many services there are. */
  get size(): number {
    return this.#services.size;
  }

  #set(name: string, operations: GeneratedOperation[]): GeneratedOperation[] {
    this.#services.set(name, operations);
    return operations;
  }
}
