import type { FaultKind } from "../kind.ts";

const blame = "world";

/** What may stop setup, install and the canary, before anything was handed over. */
export const preparingFaults = {
  "canary.failed": {
    title: "the canary's node did not come up or did not go",
    why: "Karpenter could not launch, join, network or remove a node; Cluster Autoscaler is still in charge",
    fix: "see `kubectl describe nodeclaims` and the controller's log",
    blame: "no",
  },
  "canary.no-node-class": {
    title: "there is no EC2NodeClass to launch the canary with",
    why: "a node needs one",
    fix: "run `dovetail install` with node classes first",
    blame: "no",
  },
  "install.no-association": {
    title: "Karpenter's service account has no Pod Identity association",
    why: "the controller would get no credentials",
    fix: "run `dovetail setup --identity pod-identity` first",
    blame,
  },
  "install.no-crds": {
    title: "the chart carries not all CRDs",
    why: "NodePools could not be applied",
    fix: "pass --crd-chart of the chart that carries them",
    blame,
  },
  "install.no-setup": {
    title: "the AWS side is not set up",
    why: "the controller could neither launch nor remove nodes",
    fix: "run `dovetail setup` first",
    blame: "no",
  },
  "install.node-class-not-ready": {
    title: "a node class is not ready",
    why: "a node class that is not ready launches nothing",
    fix: "see the conditions with `kubectl describe ec2nodeclass`, then run install again",
    blame,
  },
  "install.not-ready": {
    title: "Karpenter did not become ready",
    why: "nothing was handed over: Cluster Autoscaler is still in charge",
    fix: "correct the cause and run install again (it goes on here), or `dovetail uninstall`",
    blame,
  },
  "install.refused": {
    title: "something in the cluster speaks against installing",
    why: "going on would leave two in charge, or nobody",
    fix: "do what the refusal says, then run install again",
    blame: "no",
  },
  "setup.aws-auth": {
    title: "kube-system/aws-auth cannot be extended safely",
    why: "editing it without understanding it could lock nodes out of the cluster",
    fix: "add the role by hand, then run setup again",
    blame: "no",
  },
  "setup.in-use": {
    title: "Karpenter still runs",
    why: "without its roles and queue it could neither launch nor remove nodes",
    fix: "run `dovetail uninstall` first, or pass --force",
    blame: "no",
  },
  "setup.no-cluster": {
    title: "the cluster does not exist in this region and account",
    why: "setup prepares one cluster's account",
    fix: "pass --cluster, --region or --profile of the cluster that the kubeconfig speaks to",
    blame,
  },
  "setup.not-active": {
    title: "the cluster is not ACTIVE",
    why: "EKS changes it right now",
    fix: "wait until EKS has finished what it is doing",
    blame,
  },
  "setup.permissions": {
    title: "the credentials lack permissions that the plan needs",
    why: "the plan would stop half-way; IAM's policy simulator says so before the first write",
    fix: "grant them, use other credentials, or pass --force when the simulator does not know of a policy that grants them",
    blame: "no",
  },
  "install.permissions": {
    title: "the user lacks permissions in the cluster that the plan needs",
    why: "the installation would stop half-way; the API server says so before the first write",
    fix: "bind a role that grants them, use another user, or pass --force",
    blame: "no",
  },
  "setup.quota": {
    title: "a quota of the account is too small for the plan",
    why: "the plan would stop half-way",
    fix: "remove unused ones, or ask AWS for a higher quota",
    blame: "no",
  },
  "setup.refused": {
    title: "something in the account speaks against the setup",
    why: "going on would change what belongs to somebody else",
    fix: "do what the refusal says, then run setup again",
    blame: "no",
  },
  "setup.unverified": {
    title: "setup ran to its end, but the account does not show all of it",
    why: "the plan stays open until the account shows all of it",
    fix: "run setup again: it looks first and then goes on",
    blame,
  },
  "setup.wrong-account": {
    title: "the cluster belongs to another account than the credentials",
    why: "setup would prepare one account and install would fill another",
    fix: "pass --profile of the cluster's account",
    blame: "no",
  },
  "setup.wrong-cluster": {
    title: "kubeconfig and EKS speak of two clusters",
    why: "setup would prepare one cluster and install would fill another",
    fix: "pass the right --context or --cluster; behind a tunnel to the same cluster pass --force",
    blame: "no",
  },
  "translate.invalid": {
    title: "a translated manifest is invalid",
    why: "the API server would refuse it",
    fix: "run `dovetail translate --out FOLDER`, correct it there, and pass --manifests FOLDER",
    blame: "no",
  },
  "uninstall.stuck": {
    title: "an object that was deleted does not go",
    why: "a finalizer holds it: Karpenter still removes a node, or nobody is there to remove it",
    fix: "look at it with `kubectl describe`, then run uninstall again",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;
