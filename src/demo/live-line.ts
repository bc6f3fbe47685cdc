/** One line of a terminal that is written over again and again; plain lines, and few of them, where there is no terminal. */
export class LiveLine {
  private readonly out: NodeJS.WriteStream;
  private shown = false;
  private lastPlainAt = 0;

  constructor(out: NodeJS.WriteStream) {
    this.out = out;
  }

  get width(): number {
    return Math.min(this.out.columns ?? 100, 140);
  }

  update(text: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r\x1b[2K${text.slice(0, this.width - 1)}`);
      this.shown = true;
    } else if (Date.now() - this.lastPlainAt >= 5000) {
      this.lastPlainAt = Date.now();
      this.out.write(`${text}\n`);
    }
  }

  /** Text that stays, above the live line. */
  print(text: string): void {
    if (this.shown) this.out.write("\r\x1b[2K");
    this.shown = false;
    this.out.write(`${text}\n`);
  }
}
