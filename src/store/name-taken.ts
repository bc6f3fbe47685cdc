import { appError } from "../errors.ts";
import { isTaken } from "./store-failure.ts";

/** Runs `write`; a unique column that holds `name` already becomes name_taken. */
export async function orNameTaken<T>(kind: string, name: string | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isTaken(error) || name === undefined) throw error;
    throw nameTaken(kind, name);
  }
}

export function nameTaken(kind: string, name: string) {
  const message = `names are unique, and there is a ${kind} named ${JSON.stringify(name)}`;
  return appError("name_taken", message, {
    errors: [{ pointer: "/name", code: "name_taken", message, value: name, hint: "choose another name" }],
  });
}
