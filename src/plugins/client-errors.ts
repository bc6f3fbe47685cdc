import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { monotonicFactory } from "ulid";
import { appError, type ErrorCode } from "../errors.ts";
import { toProblem } from "./to-problem.ts";

const ulid = monotonicFactory();

const known: Record<string, [ErrorCode, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "expected the headers within 15 seconds and an upload within an hour"],
  HPE_HEADER_OVERFLOW: ["headers_too_large", "expected headers of at most 16 KiB"],
};

/** Bytes that are no HTTP request, or that come too slowly, get a problem too; there is no request to hang it on. */
export function replyToClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = known[error.code ?? ""] ?? [
    "request_invalid",
    "expected an HTTP/1.1 request, got other bytes",
  ];
  const problem = toProblem(appError(code, detail), { requestId: `req_${ulid().toLowerCase()}` });
  const { status } = problem;
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
