/** A command line that works as it stands, and what it is for. */
export interface Example {
  readonly words: string;
  readonly does: string;
}

const example = (words: string, does: string): Example => ({ words, does });

/** Examples of each command, for its help and for the test that types them. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  demo: [example("demo", "the whole path, there and back, in virtual time")],
  snapshot: [
    example("snapshot --out prod.snapshot.gz", "the cluster of the current context, without Secrets"),
    example("snapshot --sandbox clean --out - | dovetail assess --from -", "nothing on the disk"),
  ],
  assess: [
    example("assess --sandbox traps", "what is found in a cluster full of traps"),
    example("assess --from dumps/ --severity error", "only errors, of `kubectl get -o yaml` dumps"),
    example("assess --only DV1001,DV1002 --output csv", "rows of two findings for a spreadsheet"),
  ],
  translate: [
    example("translate --sandbox clean", "node groups as NodePools, the fate of every field"),
    example("translate --output yaml | kubectl apply --dry-run=server -f -", "manifests alone, into a dry run"),
    example("translate --emit terraform --out karpenter/", "as Terraform, in a folder"),
  ],
  simulate: [
    example("simulate --sandbox clean", "today beside Karpenter: cost, nodes, zones"),
    example("simulate --spot --per-node-fee 0.02", "all on spot, with agents that charge by node"),
    example("simulate --compare flexible/", "two sets of NodePools side by side"),
  ],
  explain: [
    example("explain DV1007", "what a finding means"),
    example("explain journal.held", "what an error means"),
    example("explain pod storefront/web-0 --sandbox clean", "why a pod would go where it would go"),
  ],
  setup: [
    example("setup --plan", "every call that would be made"),
    example("setup --emit terraform > karpenter.tf", "the same for your own pipeline"),
    example("setup --undo", "take it back"),
  ],
  install: [
    example("install --plan", "what would be installed"),
    example("install --print", "the helm commands, to paste"),
    example("install --canary", "one node proves that nodes can launch and join"),
  ],
  uninstall: [example("uninstall --plan", "what would be taken back")],
  migrate: [
    example("migrate --plan", "forecast, waves and gates, nothing else"),
    example("migrate --group batch", "this node group today, the others later"),
    example("migrate --confirm CLUSTER --no-input", "from a pipeline, without a question"),
  ],
  status: [example("status --json", "the state first, for scripts")],
  pause: [example("pause", "stop after the current step, from any machine")],
  resume: [example("resume", "go on where it stopped")],
  rollback: [
    example("rollback --plan", "what would be undone"),
    example("rollback --to-stage 2", "keep the first two stages"),
  ],
  verify: [example("verify", "forecast beside fact; exit 1 unless all is as before")],
  convert: [example("convert --from karpenter-0.31/ --out v1/", "older manifests as v1, losses named")],
  upgrade: [
    example("upgrade --plan", "from the Karpenter that runs to the newest that Dovetail knows"),
    example("upgrade --plan --manifests v1", "its objects as the last move wants them, to apply"),
    example("upgrade --plan --from karpenter-0.16/ --installed 0.16.3", "of manifests, without a cluster"),
  ],
  report: [example("report --from prod.snapshot.gz --out report.html", "one page for a ticket")],
  sandbox: [
    example("sandbox", "which built-in clusters there are"),
    example("sandbox reset clean", "begin one anew"),
    example("sandbox serve clean --speed 60", "its Kubernetes API, for kubectl"),
  ],
};
