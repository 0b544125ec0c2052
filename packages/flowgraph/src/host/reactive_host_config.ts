/**
 * Execution in the shape that a reconciler wants.
 *
 * @module
 */
import type { UNode } from "../component/element.ts";
import type { WorkflowOptions } from "../reactive/workflow_options.ts";
import { WorkflowReactiveRoot } from "../reactive/workflow_reactive_root.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { treeOperations } from "./graphology_host_config.ts";

/** Where a running tree is rendered to. */
export interface ReactiveContainer {
  readonly children: UNode[];
  readonly options: WorkflowOptions;
  /** The workflow, from the first commit on. */
  root?: WorkflowReactiveRoot;
}

/**
 * Renders trees to workflows. Committing again changes the template under the running workflow:
 * unchanged nodes keep their state, calls of nodes that went away are cancelled, new nodes wait for
 * what is before them.
 */
export const ReactiveHostConfig = {
  ...treeOperations,
  createContainer(options: WorkflowOptions): ReactiveContainer {
    return { children: [], options };
  },
  /**
   * Compiles what the container holds and makes it the workflow's template.
   *
   * @throws {TemplateError} if it has issues.
   */
  commit(container: ReactiveContainer): WorkflowReactiveRoot {
    const compiled = compileTemplate(container.children);
    if (container.root) container.root.replaceTemplate(compiled);
    else container.root = new WorkflowReactiveRoot(compiled, container.options);
    return container.root;
  },
  /**
   * Renders a whole tree at once.
   *
   * @throws {TemplateError} if it has issues.
   */
  render(element: UNode, container: ReactiveContainer): WorkflowReactiveRoot {
    container.children.splice(0, container.children.length, element);
    return ReactiveHostConfig.commit(container);
  },
} as const;
