/**
 * TSX for templates in development mode; makes the same elements.
 *
 * @module
 */
export { Fragment, type JSX, jsx as jsxDEV } from "./jsx-runtime.ts";
