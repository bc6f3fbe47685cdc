/** JSON pointer of a cell of a CSV file: `/file/row/3/target`. */
export function cellPointer(row: number | undefined, column: string | undefined): string {
  return `/file/row/${row}/${pointerPart(column ?? "")}`;
}

/** One step of a JSON pointer, RFC 6901. */
export function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
