import type { FaultKind } from "../kind.ts";

const blame = "usage";

/** What was wrong with the files and manifests that a command was given. */
export const inputFaults = {
  "file.damaged": {
    title: "a gzip file is damaged",
    why: "what can be read of it may be wrong",
    fix: "copy or write it again",
    blame,
  },
  "file.folder": {
    title: "a folder stands where a file belongs",
    why: "the command reads or writes one file",
    fix: "name a file",
    blame,
  },
  "file.malformed": {
    title: "a file is not a whole snapshot",
    why: "half a snapshot would read as a smaller cluster",
    fix: "write it again with `dovetail snapshot --out FILE`",
    blame,
  },
  "usage.latencies": {
    title: "the file of latencies cannot be used",
    why: "a latency that nobody knows, or one that is no duration, would change nothing or everything in silence",
    fix: "give names of docs/twin.md, each with medianMs (0 to a day) and spread (1 to 100)",
    blame,
  },
  "file.missing": {
    title: "a file or folder does not exist",
    why: "there is nothing to read, or no place to write to",
    fix: "check the path, or make the folder first",
    blame,
  },
  "file.syntax": {
    title: "a file is neither JSON nor YAML",
    why: "leaving it out would make the cluster look smaller than it is",
    fix: "correct the file or take it out of the folder",
    blame,
  },
  "file.tooDeep": {
    title: "an object in a file is nested deeper than any that an API server serves",
    why: "reading it would need as much of the stack as it is deep",
    fix: "take the object out of the file",
    blame,
  },
  "file.tooLarge": {
    title: "a file holds more than can be read",
    why: "one object is far larger than an API server keeps, or all together are more than fits into memory",
    fix: "record the cluster with `dovetail snapshot`, or dump fewer kinds",
    blame,
  },
  "file.tooMany": {
    title: "a folder holds too many files",
    why: "it is most likely not the folder of dumps",
    fix: "name the folder of dumps itself",
    blame,
  },
  "file.truncated": {
    title: "a gzip file ends in the middle",
    why: "half a snapshot would read as a smaller cluster",
    fix: "copy or write it again",
    blame,
  },
  "usage.canary": {
    title: "the canary cannot run with this release of Karpenter",
    why: "it speaks Karpenter's v1 API",
    fix: "leave --canary out",
    blame,
  },
  "usage.empty-source": {
    title: "the folder holds no dumps",
    why: "without objects there is no cluster to look at",
    fix: "fill it with `kubectl get nodes,pods,deployments,replicasets,statefulsets,daemonsets,pdb -A -o json > dump.json`",
    blame,
  },
  "usage.fargate-node": {
    title: "the node is one of Fargate",
    why: "it runs one pod, and no NodePool takes its place",
    fix: "`dovetail simulate --all` lists the nodes that are simulated",
    blame,
  },
  "usage.file-changed": {
    title: "files were changed since `translate` wrote them",
    why: "writing again would lose the changes",
    fix: "pass --force to overwrite, or another folder with --out",
    blame,
  },
  "usage.foreign-kind": {
    title: "a manifest is no pool or node class of Karpenter's",
    why: "install applies nothing else",
    fix: "pass only NodePool, EC2NodeClass, Provisioner and AWSNodeTemplate",
    blame,
  },
  "usage.from-is-read-only": {
    title: "a recording cannot be changed",
    why: "the command changes a cluster",
    fix: "name a live cluster with --context, or a --sandbox",
    blame,
  },
  "usage.instance-type": {
    title: "the catalogue has no such instance type",
    why: "its size and price are not known",
    fix: "check the spelling",
    blame,
  },
  "usage.invalid-manifest": {
    title: "Karpenter's CRD would refuse a manifest",
    why: "what the API server refuses cannot be simulated",
    fix: "correct the manifest; `kubectl apply --dry-run=server` says the same once the CRDs are installed",
    blame,
  },
  "usage.invalid-manifests": {
    title: "the API server would refuse some manifests",
    why: "install applies all of them or none",
    fix: "correct them and run install again",
    blame,
  },
  "usage.kubeconfig": {
    title: "the kubeconfig cannot be used",
    why: "it says where the cluster is and who asks",
    fix: "pass --kubeconfig FILE, or correct the file",
    blame,
  },
  "usage.malformed-manifest": {
    title: "a manifest lacks apiVersion, kind or metadata.name",
    why: "nothing says what object it is",
    fix: "correct it; kubectl shows where with --dry-run=client",
    blame,
  },
  "usage.pod-templates": {
    title: "a file of pod templates says something that cannot be followed",
    why: "pods of those kinds would be left out without a word",
    fix: "write a list of {group, kind, pods: [{each, template, replicas, otherwise, times}]}",
    blame,
  },
  "usage.malformed-yaml": {
    title: "a file is not YAML",
    why: "what stands in it cannot be known",
    fix: "correct the file and run this again",
    blame,
  },
  "usage.newer-schema": {
    title: "a snapshot was written by a newer Dovetail",
    why: "its fields may mean something else",
    fix: "use the newer dovetail that wrote it",
    blame,
  },
  "usage.prices": {
    title: "a file of prices cannot be used",
    why: "a price that was misread would be a wrong bill",
    fix: "write USD per hour as JSON, or as CSV with the header `instanceType,onDemand` or `instanceType,zone,spot`",
    blame,
  },
  "usage.region": {
    title: "the region that was named is not the cluster's",
    why: "prices and subnets of another region would be those of another cluster",
    fix: "pass the cluster's own region",
    blame,
  },
  "usage.twice": {
    title: "one object stands twice among the manifests",
    why: "only one of the two can be in the cluster",
    fix: "take one out, or give it another name",
    blame,
  },
  "usage.unfinished-migration": {
    title: "a migration of this cluster is unfinished",
    why: "two plans for one cluster would not know of each other's changes",
    fix: "go on with `dovetail resume`, or undo it with `dovetail rollback`",
    blame,
  },
  "usage.unfinished-setup": {
    title: "a setup of this cluster with other options is unfinished",
    why: "two plans for one account would not know of each other's changes",
    fix: "run setup with the same options to finish it, or `dovetail setup --undo` first",
    blame,
  },
  "usage.unknown-context": {
    title: "the kubeconfig has no such context",
    why: "another context would be another cluster",
    fix: "pass --context NAME of one that it has",
    blame,
  },
  "usage.unknown-karpenter": {
    title: "this release of Karpenter is not known",
    why: "its permissions, values and API are not known",
    fix: "pass --karpenter-version with a release that the message names",
    blame,
  },
  "usage.yaml": {
    title: "a manifest is not YAML",
    why: "what stands in it cannot be known",
    fix: "correct the YAML",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;
