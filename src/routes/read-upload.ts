import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { AppError, appError } from "../errors.ts";
import type { DatasetUpload } from "../schemas/datasets.ts";

const formats = { text: ["txt"], series: ["csv", "jsonl"], sequence: ["csv", "jsonl"] } as const;
type Format = (typeof formats)[keyof typeof formats][number];

interface Upload {
  format: Format;
  upload: DatasetUpload;
  bytes: AsyncIterable<Uint8Array>;
}

/** The fields of a form and, still to be read, its file. Throws validation_failed naming the part. */
export async function readUpload(request: FastifyRequest, check: (fields: unknown) => DatasetUpload): Promise<Upload> {
  const parts = request.parts();
  const fields = new Map<string, unknown>();
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    const part = next.value;
    if (part.type === "file") {
      const upload = check(Object.fromEntries(fields));
      const format = formatOf(part, upload);
      return { format, upload, bytes: bytesOf(part, parts) };
    }
    if (fields.has(part.fieldname))
      throw refuse(`/${part.fieldname}`, "duplicate_field", "the field stands twice in the form");
    if (part.valueTruncated) throw refuse(`/${part.fieldname}`, "length", "expected at most 4096 bytes");
    fields.set(part.fieldname, part.value);
  }
  check(Object.fromEntries(fields)); // what else is wrong is said first
  throw refuse("/file", "required", '"file" is required, as the last part of the form');
}

/** The file; then nothing may follow, or the dataset that is being written is dropped. */
async function* bytesOf(part: MultipartFile, rest: AsyncIterableIterator<unknown>): AsyncIterable<Uint8Array> {
  try {
    yield* part.file;
    if ((await rest.next()).done === true) return;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw appError("request_invalid", "the upload broke off", { cause: error });
  }
  throw refuse("/file", "not_last", "expected the file as the last part of the form, got another part after it");
}

/** By the ending of its name, of which nothing else is used. */
function formatOf({ fieldname, filename }: MultipartFile, { kind, frequency }: DatasetUpload): Format {
  if (fieldname !== "file") throw refuse(`/${fieldname}`, "unknown_field", 'expected the file in the field "file"');
  const ending = /\.([a-z]+)$/i.exec(filename ?? "")?.[1]?.toLowerCase();
  const format = (formats[kind] as readonly Format[]).find((known) => known === ending);
  if (format === undefined) {
    const allowed = formats[kind].map((known) => `.${known}`);
    throw refuse("/file", "format", `a ${kind} dataset comes as ${allowed.join(" or ")}`, {
      value: ending ?? null,
      allowed,
    });
  }
  if (kind !== "series" && frequency !== undefined) {
    throw refuse("/frequency", `not_for_${kind}`, `a ${kind} has no frequency`);
  }
  return format;
}

function refuse(
  pointer: string,
  code: string,
  message: string,
  extras: { value?: unknown; allowed?: unknown } = {},
): AppError {
  return appError("validation_failed", `${pointer}: ${message}`, { errors: [{ pointer, code, message, ...extras }] });
}
