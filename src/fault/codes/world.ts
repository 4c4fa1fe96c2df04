import type { FaultKind } from "../kind.ts";

const blame = "world";

/** What Kubernetes, AWS, helm, prices and the disk may answer instead of what was asked. */
export const worldFaults = {
  "aws.AccessDenied": {
    title: "AWS does not allow a call",
    why: "the credentials lack the permission",
    fix: "grant the operation that the message names",
    blame,
  },
  "aws.ExpiredCredentials": {
    title: "the AWS credentials have expired",
    why: "AWS answers nothing without valid ones",
    fix: "renew them (`aws sso login`) and run the command again",
    blame,
  },
  "aws.InvalidResponse": {
    title: "what answered is not AWS",
    why: "a proxy or another endpoint stands in between",
    fix: "check AWS_ENDPOINT_URL and proxies between here and AWS",
    blame,
  },
  "aws.InvalidUserData": {
    title: "user data cannot be merged",
    why: "a node that boots without it would not join as intended",
    fix: "correct spec.userData of the node class",
    blame,
  },
  "aws.NoCredentials": {
    title: "there are no AWS credentials",
    why: "the SDK's default chain (environment, profile, SSO, role of the machine) gave none",
    fix: "run `aws sso login` or `aws configure`, or pass --profile NAME",
    blame,
  },
  "aws.ThrottlingException": {
    title: "AWS asks to call less often",
    why: "the bounds of the account's calls were reached, also after waiting",
    fix: "run the command again later",
    blame,
  },
  "aws.TooManyPages": {
    title: "an answer of AWS has no end",
    why: "the bound on pages was reached, and a part of a list is not the list",
    fix: "report it: no account is that large",
    blame,
  },
  "aws.Unreachable": {
    title: "AWS does not answer",
    why: "without it neither node groups nor prices nor roles can be read",
    fix: "check the network, proxy and region",
    blame,
  },
  "file.full": {
    title: "no space is left on the disk",
    why: "half a file would be read as a whole one",
    fix: "make room and run the command again",
    blame,
  },
  "file.unreadable": {
    title: "a file cannot be read or written",
    why: "this user lacks the right, or the disk failed",
    fix: "check who owns the file",
    blame,
  },
  "helm.busy": {
    title: "another helm works on the release",
    why: "two at once would overwrite each other",
    fix: "wait for the other helm, or roll its pending release back",
    blame,
  },
  "helm.conflict": {
    title: "an object of the chart belongs to somebody else",
    why: "helm takes over nothing that it did not make",
    fix: "remove the object, or let its owner adopt it",
    blame,
  },
  "helm.failed": {
    title: "helm ended with an error",
    why: "the release is not as it was asked for",
    fix: "run the printed command by hand with --debug",
    blame,
  },
  "helm.missing": {
    title: "helm is not installed",
    why: "Karpenter is installed by its Helm chart, and helm owns the release",
    fix: "install helm 3, or pass --helm PATH; --print shows the commands without it",
    blame,
  },
  "helm.pull": {
    title: "the chart cannot be fetched",
    why: "without it nothing can be installed",
    fix: "check the registry, or pass --chart PATH and --crd-chart PATH of charts at hand",
    blame,
  },
  "helm.tooOld": {
    title: "helm is too old",
    why: "older ones do not read charts from OCI registries",
    fix: "install a current helm, or pass --helm PATH",
    blame,
  },
  "kube.AbsentApi": {
    title: "the cluster does not have this kind of object",
    why: "its CRD is not installed, or the server is too old",
    fix: "install what defines it",
    blame,
  },
  "kube.Conflict": {
    title: "somebody else changed the object at the same time",
    why: "writing over it would undo their change",
    fix: "run the command again",
    blame,
  },
  "kube.Expired": {
    title: "a list took too long to read",
    why: "the API server forgot where it was",
    fix: "run the command again",
    blame,
  },
  "kube.Failed": {
    title: "the API server answered with an error",
    why: "what was asked is not known to be done",
    fix: "look at the API server, then run the command again",
    blame,
  },
  "kube.Forbidden": {
    title: "Kubernetes does not allow a request",
    why: "this user's roles do not allow it",
    fix: "ask for this right, or use a context that has it",
    blame,
  },
  "kube.Invalid": {
    title: "the API server refuses an object",
    why: "it breaks a rule of its schema or of an admission webhook",
    fix: "read the message, correct the object, and run the command again",
    blame,
  },
  "kube.InvalidResponse": {
    title: "what answered is no API server",
    why: "a proxy, a sign-in page or another server stands in between, and its answer says nothing of the cluster",
    fix: "check the server's address in the kubeconfig, and proxies between here and there",
    blame,
  },
  "kube.NotFound": {
    title: "an object is not there",
    why: "somebody removed it, or its name is another",
    fix: "check the name",
    blame,
  },
  "kube.Throttled": {
    title: "the API server asks to call less often",
    why: "its bounds were reached, also after waiting",
    fix: "run the command again later",
    blame,
  },
  "kube.TooLarge": {
    title: "a list is larger than this process's memory",
    why: "a part of a list is not the list",
    fix: "give Node more memory (NODE_OPTIONS=--max-old-space-size=8192), or look at what fills the cluster",
    blame,
  },
  "kube.Unauthorized": {
    title: "the API server does not accept the credentials",
    why: "they may have expired, or the login command failed",
    fix: "renew them (`aws sso login`, `aws eks update-kubeconfig`) and run the command again",
    blame,
  },
  "kube.Unreachable": {
    title: "the API server does not answer",
    why: "without it nothing of the cluster can be read",
    fix: "check the network, the VPN, and that the context is the right one",
    blame,
  },
  "prices.absent": {
    title: "there are no prices",
    why: "costs stay unknown without them",
    fix: "pass --prices FILE, or a region that has some",
    blame,
  },
} as const satisfies Readonly<Record<string, FaultKind>>;

/** AWS's own codes are AWS's to add to: what is not listed above reads like this. */
export const awsFault: FaultKind = {
  title: "AWS answered with an error of its own",
  why: "the code after `aws.` is AWS's; its reference of the operation says what it means",
  fix: "look the code up at the operation that the message names",
  blame: "world",
};
