import type { FaultKind } from "../kind.ts";

const blame = "usage";

/** What a command needs or was asked for, and is not there. */
export const absentFaults = {
  "usage.no-cluster": {
    title: "nothing says which EKS cluster this is",
    why: "acting on a guessed cluster could change the wrong one",
    fix: "pass --cluster NAME, and --region or --profile if the cluster lives elsewhere",
    blame,
  },
  "usage.no-context": {
    title: "the kubeconfig has no current context",
    why: "nothing says which cluster is meant",
    fix: "pass --context NAME, or run `aws eks update-kubeconfig --name CLUSTER`",
    blame,
  },
  "usage.no-daemonsets": {
    title: "the source holds no DaemonSets",
    why: "the question is what would be without some of them",
    fix: "dump them too: `kubectl get ds -A -o json`",
    blame,
  },
  "usage.no-groups": {
    title: "no node group is left to shift",
    why: "a migration moves the pods of node groups",
    fix: "pass --group, or run `dovetail install` for more groups",
    blame,
  },
  "usage.no-issuer": {
    title: "the cluster has no OIDC issuer",
    why: "roles for service accounts need one",
    fix: "pass --identity pod-identity",
    blame,
  },
  "usage.no-kubeconfig": {
    title: "no kubeconfig was found",
    why: "nothing says where the cluster is",
    fix: "pass --kubeconfig FILE, or --from FOLDER, or --sandbox NAME",
    blame,
  },
  "usage.no-manifests": {
    title: "there are no NodePools and EC2NodeClasses to install",
    why: "Karpenter launches nothing without them",
    fix: "write some with `dovetail translate --out FOLDER` and pass --manifests FOLDER",
    blame,
  },
  "usage.migrated": {
    title: "the cluster was migrated, and that was not rolled back",
    why: "without Karpenter nobody would bring capacity for the pods on its nodes",
    fix: "run `dovetail rollback` first, then `dovetail uninstall`",
    blame,
  },
  "usage.no-migration": {
    title: "no migration was begun",
    why: "the journal knows of none",
    fix: "begin one with `dovetail migrate`",
    blame,
  },
  "usage.no-node-group": {
    title: "there is no such node group",
    why: "a misspelt group would leave its nodes out",
    fix: "name one that `dovetail assess` lists",
    blame,
  },
  "usage.no-karpenter": {
    title: "no Karpenter runs in this cluster",
    why: "an upgrade begins with the release that runs",
    fix: "pass --installed with the release, or set up and install a new one",
    blame,
  },
  "usage.no-nodepools": {
    title: "there are no NodePools to ask about",
    why: "without pools Karpenter launches nothing",
    fix: "pass --nodepools FILE, or --nodepools cluster",
    blame,
  },
  "usage.no-pod-identity": {
    title: "this release of Karpenter cannot use EKS Pod Identity",
    why: "its AWS SDK does not know it",
    fix: "pass --identity irsa",
    blame,
  },
  "usage.no-pod-identity-agent": {
    title: "the cluster does not run the EKS Pod Identity Agent",
    why: "without it the controller gets no credentials",
    fix: "add the add-on eks-pod-identity-agent, or pass --identity irsa",
    blame,
  },
  "usage.no-pods": {
    title: "the source holds no pods and no workloads",
    why: "there is nothing to place",
    fix: "dump them: `kubectl get nodes,pods,deploy,rs,sts,ds,pdb -A -o json > dump.json`",
    blame,
  },
  "usage.no-pools": {
    title: "no NodePool waits to take over",
    why: "install applies the translated NodePools held, and the hand-over releases them",
    fix: "run `dovetail setup` and `dovetail install` first",
    blame,
  },
  "usage.older-karpenter": {
    title: "the cluster's Karpenter is older than v1",
    why: "what a hand-over releases, watches and takes back are NodePools and NodeClaims of v1",
    fix: "bring Karpenter to 1.x first; `dovetail convert` turns its manifests into v1",
    blame,
  },
  "usage.no-region": {
    title: "the AWS region is not known",
    why: "prices, subnets and every call to AWS depend on it",
    fix: "pass --region NAME, or set AWS_REGION",
    blame,
  },
  "usage.no-source": {
    title: "the recording does not exist",
    why: "there is nothing to look at",
    fix: "pass a snapshot file, or a folder of `kubectl get -o json` dumps",
    blame,
  },
  "usage.no-such-daemonset": {
    title: "there is no such DaemonSet",
    why: "a misspelt name would change nothing in silence",
    fix: "check the spelling",
    blame,
  },
  "usage.no-such-node": {
    title: "there is no such node, today or planned",
    why: "there is nothing to explain",
    fix: "`dovetail simulate --all` lists them",
    blame,
  },
  "usage.no-such-nodegroup": {
    title: "there is no such node group",
    why: "there is nothing to explain",
    fix: "`dovetail assess` lists them",
    blame,
  },
  "usage.no-such-nodepool": {
    title: "there is no such NodePool",
    why: "there is nothing to explain",
    fix: "check the spelling",
    blame,
  },
  "usage.no-such-pod": {
    title: "there is no such pod",
    why: "a misspelt name would be about nothing, or leave the pod that was meant as it is",
    fix: "name it as NAMESPACE/NAME",
    blame,
  },
  "usage.no-translation": {
    title: "no node group could be translated",
    why: "install would have no NodePools to apply",
    fix: "pass --manifests FOLDER or --default-pool",
    blame,
  },
  "usage.nodepools-missing": {
    title: "the manifests that were named do not exist",
    why: "there is nothing to simulate",
    fix: "pass a file or a folder of manifests",
    blame,
  },
  "usage.nodes-owned": {
    title: "Karpenter still owns nodes",
    why: "without its controller nothing would replace, drain or remove them",
    fix: "roll the migration back first; or pass --nodes delete to have Karpenter remove them, or --nodes keep to leave them without an owner",
    blame,
  },
  "usage.not-eksctl": {
    title: "the file holds no eksctl ClusterConfig",
    why: "node groups are read from one",
    fix: "pass an eksctl cluster file, a snapshot or a folder of dumps",
    blame,
  },
  "usage.nothing-read": {
    title: "the source holds no Kubernetes objects that Dovetail knows",
    why: "without objects there is no cluster to look at",
    fix: "pass a snapshot file, or dumps made with `kubectl get … -o json`",
    blame,
  },
  "usage.nothing-to-convert": {
    title: "the source holds no Karpenter objects",
    why: "there is nothing to convert",
    fix: "pass manifests of Provisioners, AWSNodeTemplates, NodePools or EC2NodeClasses",
    blame,
  },
  "usage.nothing-to-resume": {
    title: "the migration was rolled back",
    why: "there is nothing to go on with",
    fix: "begin a new one with `dovetail migrate`",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;
