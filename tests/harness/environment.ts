/** What `tests/run.ts` hands to every test file; nothing else sets these. */
const NAMES = {
  natsUrl: "HUB_TEST_NATS_URL",
  natsServer: "HUB_TEST_NATS_SERVER",
  postgresUrl: "HUB_TEST_POSTGRES_URL",
  templateDatabase: "HUB_TEST_TEMPLATE_DATABASE",
} as const;

/** The servers of a test run. */
export type TestEnvironment = { readonly [name in keyof typeof NAMES]: string };

/**
 * The servers of this test run.
 *
 * @throws {Error} when the tests were not started through the test task.
 */
export function testEnvironment(): TestEnvironment {
  const read = (name: keyof typeof NAMES) => {
    const value = Deno.env.get(NAMES[name]);
    if (value) return value;
    throw new Error(`${NAMES[name]} is not set: run tests with "deno task test [FILE...]"`);
  };
  return {
    natsUrl: read("natsUrl"),
    natsServer: read("natsServer"),
    postgresUrl: read("postgresUrl"),
    templateDatabase: read("templateDatabase"),
  };
}

/** The same as environment variables, for the process that runs the tests. */
export function testVariables(environment: TestEnvironment): Record<string, string> {
  const { natsUrl, natsServer, postgresUrl, templateDatabase } = environment;
  return {
    [NAMES.natsUrl]: natsUrl,
    [NAMES.natsServer]: natsServer,
    [NAMES.postgresUrl]: postgresUrl,
    [NAMES.templateDatabase]: templateDatabase,
  };
}
