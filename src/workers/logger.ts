type Write = (fields: object, message: string) => void;

/** What a room without Fastify needs of the server's log. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}
