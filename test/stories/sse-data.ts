/** The data of every server-sent event in a whole stream. */
export function sseData<T>(stream: string): T[] {
  return stream
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)) as T);
}
