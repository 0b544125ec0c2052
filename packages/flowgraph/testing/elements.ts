/** Elements of templates, in few words. */
import { h, Operation, Sequential, type UNode } from "../src/component/index.ts";

/** An operation. */
export const op = (name: string, props: object = {}) => h(Operation, { name, ...props });

/** What it holds, one after the other. */
export const seq = (...children: UNode[]) => h(Sequential, {}, children);
