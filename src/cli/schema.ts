/**
 * `hub schema`: what an operation takes, gives and asks for.
 *
 * @module
 */
import { Command } from "commander";
import { longJson, safeText } from "./actor_text.ts";
import { checkedAnswer } from "./checked_answer.ts";
import { print, style } from "./output.ts";
import { nearestTo } from "./remote/near.ts";
import { addGatewayOptions, type Options, withGateway } from "./remote/with_gateway.ts";
import { fieldTexts, typeText } from "./schema_text.ts";
import { pathOf, Spec } from "./spec_of.ts";
import { tableLines } from "./table.ts";

/** `hub schema`. */
export function schemaCommand(): Command {
  const command = new Command("schema")
    .description("show what an operation takes, gives and asks for")
    .argument("<operation>", "such as /dev1/fs/read")
    .option("--json", "the whole specification, with its JSON Schemas")
    .addHelpText("after", "\nExample:\n  hub schema /hub/actors/send")
    .action(async (operation: string, options: Options) => {
      const told = await withGateway(
        options,
        ({ gateway, signal }) => gateway.ask("/schema", { name: operation }, { signal }),
        { advise: nearestTo(operation) },
      );
      const lines = options.json === true ? [longJson(told)] : linesOf(checkedAnswer(Spec, told));
      print(...lines);
    });
  return addGatewayOptions(command);
}

function linesOf(spec: Spec): string[] {
  const { name, op_type, description, input_schema, output_schema, error_schemas } = spec;
  const errors = error_schemas.map(({ code, description, http_status: status }) => [
    ...[code, status === null ? "" : `${status}`, description],
  ]);
  return [
    `${style(safeText(pathOf(name)), "bold")}  ${style(safeText(op_type), "dim")}`,
    ...(description === undefined || description === "" ? [] : [safeText(description)]),
    ...section("takes", schemaLines(input_schema)),
    ...section(
      op_type === "subscription" ? "gives, any number of times," : "gives",
      schemaLines(output_schema),
    ),
    ...section(
      "may fail with",
      tableLines([{ name: "code" }, { name: "status" }, { name: "" }], errors),
    ),
    ...section("asks for", accessLines(spec)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", style(title, "dim"), ...lines.map((line) => `  ${line}`)];
}

const COLUMNS = [{ name: "field", style: "bold" }, { name: "type" }, { name: "" }, {
  name: "",
}] as const;

function schemaLines(schema: unknown): string[] {
  const fields = fieldTexts(schema);
  if (fields.length === 0) return [typeText(schema)];
  return tableLines(
    COLUMNS,
    fields.map(({ name, type, isRequired, description }) => [
      ...[name, type, isRequired ? "needed" : "", description],
    ]),
    { names: false },
  );
}

function accessLines({ access_control: { required_scopes, required_scopes_any } }: Spec): string[] {
  const any = required_scopes_any ?? [];
  return [
    ...(required_scopes.length === 0 ? [] : [safeText(required_scopes.join(" "))]),
    ...(any.length === 0 ? [] : [`one of ${safeText(any.join(" "))}`]),
  ];
}
