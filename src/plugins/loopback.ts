import { isIPv4, isIPv6 } from "node:net";

/** Whether an address or host name, without a port, always means this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (isIPv4(name)) return name.startsWith("127.");
  if (isIPv6(name)) return name === "::1" || name === "0:0:0:0:0:0:0:1";
  return name === "localhost" || name.endsWith(".localhost");
}
