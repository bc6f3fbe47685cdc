import { expect, test } from "vitest";
import { exitCodes as all } from "../setup/exit-codes.mjs";
import { exitCodes } from "../src/exit-codes.ts";

test("the server ends with the codes that the set-up's table explains", () => {
  const { stopped, ...failures } = exitCodes;
  expect(stopped).toBe(all.ok.code);
  for (const [reason, code] of Object.entries(failures)) {
    expect({ [reason]: all[reason as keyof typeof all]?.code }).toEqual({ [reason]: code });
  }
});
