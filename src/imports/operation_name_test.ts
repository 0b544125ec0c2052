import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { operationName } from "./operation_name.ts";

for (
  const [given, name] of [
    ["getPet", "getPet"],
    ["repos/get-content", "repos/get-content"],
    ["get /pets", "get_/pets"],
    ["Get a pet (by id)", "Get_a_pet_by_id_"],
    ["_private", "private"],
    ["pets.list", "pets.list"],
    ["/pets//all/", "pets/all"],
    ["größe", "gr_e"],
  ] as const
) {
  Deno.test(`"${given}" is called ${name}`, () => strictEqual(operationName("ns", given), name));
}

for (const given of ["", "/", "---", "../..", "a/b/c/d/e/f", "ü"]) {
  Deno.test(`"${given}" makes no name`, () => strictEqual(operationName("ns", given), undefined));
}

Deno.test("long names are cut, and stay different where they end differently", () => {
  const long = "a".repeat(100);
  const one = operationName("ns", `${long}1`), other = operationName("ns", `${long}2`);
  strictEqual(one?.length, 64);
  notStrictEqual(one, other);
  ok(one?.startsWith("aaaa"));
});
