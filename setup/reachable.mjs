import dns from "node:dns/promises";

const TIMEOUT_MS = 3_000;

/** Whether a host name resolves within three seconds. Behind a proxy the proxy resolves, so nobody can say: true. */
export async function mayReach(host, env = process.env) {
  if (["https_proxy", "HTTPS_PROXY", "npm_config_https_proxy"].some((name) => env[name])) return true;
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, TIMEOUT_MS, false);
  });
  const found = dns.lookup(host).then(
    () => true,
    () => false, // whatever the resolver says, the download would hear it too
  );
  const answer = await Promise.race([found, timeout]);
  clearTimeout(timer);
  return answer;
}
