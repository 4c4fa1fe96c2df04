import type { Container } from "../kube/objects.ts";

/** Flags that take no value of their own: the next word is never theirs. */
const booleans = new Set(
  `add-dir-header address-family alsologtostderr aws-use-static-instance-list balance-similar-node-groups
  capacity-buffer-controller-enabled capacity-buffer-pod-injection-enabled capacity-quotas-enabled cluster-api-cloud-config-authoritative
  cordon-node-before-terminating daemonset-eviction-for-empty-nodes daemonset-eviction-for-occupied-nodes debugging-snapshot-enabled
  dynamic-node-delete-delay-after-taint-enabled emit-per-nodegroup-metrics enable-csi-node-aware-scheduling
  enable-dynamic-resource-allocation enable-proactive-scaleup enable-provisioning-requests enforce-node-group-min-size
  force-delete-unregistered-nodes fastpath-binpacking-enabled force-ds frequent-loops-enabled ignore-daemonsets-utilization
  ignore-mirror-pods-utilization kube-api-content-type-json leader-elect log-file-legacy logtostderr node-autoprovisioning-enabled
  node-info-cache-expire-enabled one-output parallel-drain parallel-scale-up profiling record-duplicated-events regional
  salvo-scale-up scale-down-delay-type-local scale-down-enabled scale-down-unready-enabled scale-up-from-zero
  skip-headers skip-log-headers skip-nodes-with-custom-controller-pods skip-nodes-with-local-storage skip-nodes-with-system-pods
  user-agent-enabled write-status-configmap`.split(/\s+/),
);

const noFlags: ReadonlyMap<string, readonly string[]> = new Map();

/**
 * The flags of a Cluster Autoscaler container as its own parser (pflag) reads them: `--flag=value`, `--flag value`, bare booleans, `_` for
 * `-`, repeated flags in order, and `$(VARIABLE)` from the container's environment. Commands wrapped in a shell are unwrapped.
 */
export function flagsOf(container: Container): ReadonlyMap<string, readonly string[]> {
  const variables = new Map(
    (container.env ?? []).flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])),
  );
  const words = unwrapped([...(container.command ?? []), ...(container.args ?? [])]).map((word) =>
    word.replaceAll(/\$\(([\w.-]+)\)|\$\{(\w+)\}/g, (whole, a: string | undefined, b: string | undefined) => {
      const value = variables.get(a ?? b ?? "");
      return value === undefined || value.startsWith("<") ? whole : value;
    }),
  );
  if (words.length === 0) return noFlags;
  const flags = new Map<string, string[]>();
  for (let i = 0; i < words.length; i += 1) {
    const match = /^--([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(words[i] ?? "");
    if (match === null) continue;
    const name = (match[1] ?? "").replaceAll("_", "-");
    const following = words[i + 1];
    let value = match[2];
    if (value === undefined) {
      const takesNext = !booleans.has(name) && following !== undefined && !following.startsWith("--");
      value = takesNext ? following : "true";
      if (takesNext) i += 1;
    }
    flags.set(name, [...(flags.get(name) ?? []), value]);
  }
  return flags;
}

/** The value that counts for a flag that holds one: the last given. */
export function flag(flags: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}

/** Words of `sh -c "exec ./cluster-autoscaler --v=4 …"`, up to the first pipe, redirection or further command. */
function unwrapped(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const isShell = /(^|\/)(ba|da|a|z)?sh$/.test(words[0] ?? "");
  const script = words[at + 1];
  if (!isShell || at < 0 || script === undefined) return words;
  const pieces = script.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g) ?? [];
  const start = pieces.findIndex((piece) => /cluster-autoscaler/.test(piece));
  const own = pieces.slice(Math.max(0, start));
  const end = own.findIndex((piece, i) => i > 0 && /^(\||\|\||&&|;|\d?>>?|<).*/.test(piece));
  return (end < 0 ? own : own.slice(0, end)).map((piece) =>
    piece
      .replace(/;$/, "")
      .replaceAll(/\\\n/g, "")
      .replaceAll(
        /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g,
        (_, a: string | undefined, b: string | undefined) => a ?? b ?? "",
      ),
  );
}
