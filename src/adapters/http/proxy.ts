import { BlockList, isIP } from "node:net";
import { Fault } from "../../fault/fault.ts";

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for requests to a URL, as kubectl and helm choose it (golang.org/x/net/http/httpproxy): by HTTP_PROXY, HTTPS_PROXY and
 * NO_PROXY, upper case before lower; this machine itself is never asked for through one. Undefined when the way is direct. Throws
 * `usage.proxy`.
 */
export function proxyFor(target: URL, env: Environment): URL | undefined {
  const name = target.protocol === "http:" ? "HTTP_PROXY" : "HTTPS_PROXY";
  const value = anyCase(env, name);
  // A web server's script gets this variable from the header `Proxy` of whoever calls it.
  if (value === "" || (name === "HTTP_PROXY" && (env["REQUEST_METHOD"] ?? "") !== "")) return undefined;
  return isDirect(target, anyCase(env, "NO_PROXY")) ? undefined : parseProxy(value, name);
}

/** A proxy's address, `http://` where it has no scheme. Throws `usage.proxy`; `where` says who named it. */
export function parseProxy(text: string, where: string): URL {
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && url.hostname !== "" && schemes.has(url.protocol)) return url;
  const shown = url === undefined ? "no address" : `${url.protocol}//${url.host}`;
  throw new Fault("usage.proxy", `${where} is ${shown}, which is no proxy`, {
    hint: "write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT",
  });
}

const schemes = new Set(["http:", "https:", "socks5:", "socks5h:"]);

/** A proxy without its password, for people. */
export function shownProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

function anyCase(env: Environment, name: string): string {
  const upper = env[name] ?? "";
  return upper === "" ? (env[name.toLowerCase()] ?? "") : upper;
}

interface Address {
  readonly host: string;
  readonly port: string;
  readonly ip: boolean;
}

function isDirect(target: URL, list: string): boolean {
  const host = bare(target.hostname.toLowerCase());
  const port = target.port === "" ? (target.protocol === "http:" ? "80" : "443") : target.port;
  if (host === "localhost" || isLoopback(host)) return true;
  const address = { host, port, ip: isIP(host) !== 0 };
  return list.split(",").some((item) => covers(item.trim().toLowerCase(), address));
}

function bare(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

function isLoopback(host: string): boolean {
  return contains("127.0.0.0", 8, host) || contains("::1", 128, host) || contains("::ffff:127.0.0.0", 104, host);
}

/** Whether one entry of NO_PROXY covers an address: `*`, a network, an address or a domain, the latter two with a port if need be. */
function covers(entry: string, address: Address): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const [, network, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== undefined && prefix !== undefined && isIP(network) !== 0) {
    return contains(network, Number(prefix), address.host);
  }
  const [name, port] = withoutPort(entry);
  if (name === "" || (port !== "" && port !== address.port)) return false;
  if (isIP(name) !== 0) return address.ip && contains(name, isIP(name) === 6 ? 128 : 32, address.host);
  // `example.com` covers itself and what is below it, `.example.com` and `*.example.com` only the latter.
  const below = name.startsWith("*.") ? name.slice(1) : name;
  if (below.startsWith(".")) return address.host.endsWith(below);
  return address.host === below || address.host.endsWith(`.${below}`);
}

function withoutPort(entry: string): readonly [string, string] {
  if (isIP(entry) !== 0) return [entry, ""];
  const [, host = entry, port = ""] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry) ?? [];
  return [bare(host), port];
}

function contains(network: string, prefix: number, host: string): boolean {
  const [family, of] = [isIP(host), isIP(network)];
  if (family === 0 || of === 0 || prefix > (of === 6 ? 128 : 32)) return false;
  const block = new BlockList();
  block.addSubnet(network, prefix, of === 6 ? "ipv6" : "ipv4");
  return block.check(host, family === 6 ? "ipv6" : "ipv4");
}
