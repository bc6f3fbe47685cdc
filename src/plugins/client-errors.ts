import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { monotonicFactory } from "ulid";
import { appError, type ErrorCode } from "../errors.ts";
import { toProblem } from "./to-problem.ts";

const ulid = monotonicFactory();

const codes: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
  HPE_HEADER_OVERFLOW: "headers_too_large",
};

/** Bytes that are no HTTP request, or that come too slowly, get a problem too; there is no request to hang it on. */
export function replyToClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codes[error.code ?? ""] ?? "request_invalid";
  const failure = appError(
    code,
    code === "request_invalid" ? "the bytes received are not an HTTP/1.1 request" : "the connection is closed",
  );
  const body = JSON.stringify(toProblem(failure, { requestId: `req_${ulid().toLowerCase()}` }));
  socket.end(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
