import { defineConfig } from "drizzle-kit";

/** `deno task migration NAME` writes the SQL between the last migration and the schema. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/storage/schema.ts",
  out: "./migrations",
});
