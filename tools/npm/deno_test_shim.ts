import { test, type TestContext } from "node:test";

/** What of Deno's test context the portable tests use. */
interface Steps {
  readonly name: string;
  step(name: string | Definition, run?: Body): Promise<boolean>;
}

type Body = (context: Steps) => void | Promise<void>;

interface Definition {
  readonly name: string;
  readonly ignore?: boolean;
  readonly fn: Body;
}

/** Stands in for `Deno.test` where Node runs the tests. */
export function denoTest(
  first: string | Definition | Body,
  second?: Body | Omit<Definition, "name" | "fn">,
  third?: Body,
): void {
  const { name, ignore = false, fn } = define(first, second, third);
  test(name, { skip: ignore }, (context) => fn(steps(name, context)));
}

denoTest.ignore = (name: string, fn: Body): void => denoTest({ name, ignore: true, fn });

function define(
  first: string | Definition | Body,
  second?: Body | Omit<Definition, "name" | "fn">,
  third?: Body,
): Definition {
  if (typeof first === "function") return { name: first.name, fn: first };
  if (typeof first !== "string") return first;
  const fn = typeof second === "function" ? second : third;
  if (fn === undefined) throw new TypeError(`Cannot run the test "${first}": it has no function`);
  return typeof second === "object" ? { ...second, name: first, fn } : { name: first, fn };
}

function steps(name: string, context: TestContext): Steps {
  return {
    name,
    async step(first, run) {
      const { name, ignore = false, fn } = define(first, run);
      let passed = true;
      await context.test(name, { skip: ignore }, async (inner) => {
        passed = false;
        await fn(steps(name, inner));
        passed = true;
      });
      return passed;
    },
  };
}
