import { dirname, isAbsolute, join } from "node:path";
import { Fault } from "../../../fault/fault.ts";
import { flagAt, isObject, listAt, objectAt, objectsAt, scalarAt, textAt, valueAt } from "../../../kube/json.ts";
import type { JsonObject } from "../../../kube/objects.ts";
import { readYaml } from "../../../yaml/read.ts";
import type { ClusterEntry, ContextEntry, ExecEntry, Impersonation, Kubeconfig, UserEntry } from "./config.ts";

/**
 * A kubeconfig's text, YAML or JSON. Files that it names are found from its own folder, as kubectl does it. Throws `usage.kubeconfig` with
 * file and place.
 */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const read = readYaml(text);
  if (!read.ok) throw broken(path, `is not YAML at line ${read.line}, column ${read.column}: ${read.reason}`);
  const root: unknown = read.value ?? {};
  if (!isObject(root)) throw broken(path, "is no kubeconfig: it holds one word or a list");
  const kind = textAt(root["kind"]);
  if (kind !== undefined && kind !== "Config") throw broken(path, `is no kubeconfig: its kind is ${kind}`);
  const folder = dirname(path);
  const entries = <T extends object>(list: string, of: string, make: Make<T>): readonly T[] =>
    namedEntries(root, { list, of, path }).map(({ name, entry }) => {
      const at = { path, folder, name };
      try {
        return make(name, entry, at);
      } catch (fault) {
        // Another context must not suffer for it.
        if (fault instanceof Fault) return { ...make(name, {}, at), fault };
        throw fault;
      }
    });
  const currentContext = textAt(root["current-context"]);
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    clusters: entries("clusters", "cluster", clusterOf),
    users: entries("users", "user", userOf),
    contexts: entries("contexts", "context", contextOf),
  };
}

type Make<T> = (name: string, entry: JsonObject, at: Place) => T;

interface Place {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
}

function namedEntries(
  root: JsonObject,
  { list, of, path }: { readonly list: string; readonly of: string; readonly path: string },
): readonly { readonly name: string; readonly entry: JsonObject }[] {
  const value = root[list];
  if (value !== undefined && !Array.isArray(value)) throw broken(path, `has ${list} that are no list`);
  const seen = new Set<string>();
  return listAt(value).map((item, i) => {
    const name = textAt(item, "name");
    if (name === undefined) throw broken(path, `has no name at ${list}[${i}]`);
    if (seen.has(name)) throw broken(path, `names ${of} ${name} twice`);
    seen.add(name);
    return { name, entry: objectAt(item, of) };
  });
}

function clusterOf(name: string, entry: JsonObject, at: Place): ClusterEntry {
  const text = textsOf(entry, at, {
    server: "server",
    caData: "certificate-authority-data",
    tlsServerName: "tls-server-name",
    proxyUrl: "proxy-url",
  });
  const execConfig = objectsAt(entry["extensions"]).find((one) => one["name"] === execExtension)?.["extension"];
  return {
    name,
    server: "",
    ...text,
    ...filesOf(entry, at, { caFile: "certificate-authority" }),
    isInsecure: flagAt(entry, "insecure-skip-tls-verify") ?? false,
    disablesCompression: flagAt(entry, "disable-compression") ?? false,
    ...(execConfig === undefined ? {} : { execConfig }),
  };
}

const execExtension = "client.authentication.k8s.io/exec";

function userOf(name: string, entry: JsonObject, at: Place): UserEntry {
  const exec = valueAt(entry, "exec");
  const provider = valueAt(entry, "auth-provider");
  return {
    name,
    ...textsOf(entry, at, {
      certData: "client-certificate-data",
      keyData: "client-key-data",
      token: "token",
      username: "username",
      password: "password",
    }),
    ...filesOf(entry, at, { certFile: "client-certificate", keyFile: "client-key", tokenFile: "tokenFile" }),
    ...(isObject(exec) ? { exec: execOf(exec, at) } : {}),
    ...(isObject(provider) ? { authProvider: providerOf(provider) } : {}),
    impersonated: impersonationOf(entry),
  };
}

function contextOf(name: string, entry: JsonObject, at: Place): ContextEntry {
  return { name, ...textsOf(entry, at, { cluster: "cluster", user: "user" }) };
}

function impersonationOf(entry: JsonObject): Impersonation {
  const [user, uid] = [textAt(entry["as"]), textAt(entry["as-uid"])];
  const groups = listAt(entry["as-groups"]).filter((one) => typeof one === "string");
  const extra = Object.entries(objectAt(entry["as-user-extra"])).map(
    ([key, values]) => [key, listAt(values).filter((one) => typeof one === "string")] as const,
  );
  return {
    ...(user === undefined ? {} : { user }),
    ...(uid === undefined ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

const modes = ["Never", "IfAvailable", "Always"] as const;

function execOf(exec: JsonObject, at: Place): ExecEntry {
  const apiVersion = textAt(exec["apiVersion"]);
  const command = textAt(exec["command"]);
  const of = `user ${at.name}`;
  if (apiVersion === undefined) throw broken(at.path, `gives the login command of ${of} no apiVersion`);
  if (command === undefined) throw broken(at.path, `gives ${of} a login without a command`);
  const mode = textAt(exec["interactiveMode"]);
  const known = modes.find((one) => one === mode);
  if (mode !== undefined && known === undefined)
    throw broken(at.path, `has interactiveMode ${mode} at ${of}; there are ${modes.join(", ")}`);
  const env = objectsAt(exec["env"]).flatMap((one) => {
    const name = textAt(one["name"]);
    return name === undefined ? [] : [{ name, value: scalarAt(one["value"]) ?? "" }];
  });
  const installHint = textAt(exec["installHint"]);
  return {
    apiVersion,
    // A bare word is looked for on PATH, everything else from the kubeconfig's folder.
    command: /[\\/]/.test(command) ? fromFolder(at.folder, command) : command,
    args: listAt(exec["args"]).flatMap((one) => scalarAt(one) ?? []),
    env,
    interactiveMode: known ?? "IfAvailable",
    providesClusterInfo: flagAt(exec, "provideClusterInfo") ?? false,
    ...(installHint === undefined ? {} : { installHint }),
  };
}

function providerOf(provider: JsonObject): NonNullable<UserEntry["authProvider"]> {
  const config = Object.entries(objectAt(provider["config"])).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return { name: textAt(provider["name"]) ?? "", config: Object.fromEntries(config) };
}

function textsOf<K extends string>(
  entry: JsonObject,
  at: Place,
  fields: Readonly<Record<K, string>>,
): { readonly [P in K]?: string } {
  const found: Partial<Record<K, string>> = {};
  for (const field in fields) {
    const value = entry[fields[field]];
    if (value === undefined || value === "") continue;
    if (typeof value !== "string")
      throw broken(at.path, `has ${typeof value} ${fields[field]} at ${at.name}; put it in quotes`);
    found[field] = value;
  }
  return found;
}

function filesOf<K extends string>(
  entry: JsonObject,
  at: Place,
  fields: Readonly<Record<K, string>>,
): { readonly [P in K]?: string } {
  const found: Partial<Record<K, string>> = {};
  const named = textsOf(entry, at, fields);
  for (const field in fields) {
    const path = named[field];
    if (path !== undefined) found[field] = fromFolder(at.folder, path);
  }
  return found;
}

function fromFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function broken(path: string, what: string): Fault {
  return new Fault("usage.kubeconfig", `kubeconfig ${path} ${what}`);
}
