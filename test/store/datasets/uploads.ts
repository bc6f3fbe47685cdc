import type { Dataset } from "../../../src/schemas/datasets.ts";
import type { Store } from "../../../src/store/store.ts";

/** The text or bytes as an upload arrives: in pieces, cut anywhere. */
export async function* inPieces(content: string | Buffer, pieceBytes = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content as string);
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

interface Upload {
  format: "txt" | "csv" | "jsonl";
  name?: string;
  frequency?: string;
  pieceBytes?: number;
}

export function upload(store: Store, content: string | Buffer, options: Upload): Promise<Dataset> {
  const { format, name = "data", frequency, pieceBytes } = options;
  const kind = format === "txt" ? "text" : "series";
  const fields = { name, kind, ...(frequency === undefined ? {} : { frequency }) } as const;
  return store.datasets.create({ format, upload: fields, bytes: inPieces(content, pieceBytes) });
}
