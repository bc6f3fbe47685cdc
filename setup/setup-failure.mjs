import { exitCodes } from "./exit-codes.mjs";

/** A thing that is missing or failed: its name in the table of exit codes, what happened, and what to do. */
export class SetupFailure extends Error {
  constructor(cause, message, remedy = "") {
    super(remedy ? `${message} ${remedy}` : message);
    if (!(cause in exitCodes)) throw new TypeError(`"${cause}" is not in the table of exit codes`);
    this.name = "SetupFailure";
    this.reason = cause;
    this.what = message;
    this.remedy = remedy;
  }

  get exitCode() {
    return exitCodes[this.reason].code;
  }
}
