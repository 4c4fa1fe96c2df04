/** What a rule said about a small cluster, by code. Written by `npm run docs`. */
export const examples: Readonly<Record<string, { readonly message: string; readonly fix: string }>> = {
  "DV1001": {
    "message": "PodDisruptionBudget default/web has minAvailable: 3 over 3 pods and so allows no disruption, ever",
    "fix": "set maxUnavailable: 1 in place of minAvailable: 3 on default/web"
  },
  "DV1002": {
    "message": "Deployment default/web: 3 pods are selected by 2 PodDisruptionBudgets (default/all, default/web)",
    "fix": "keep one of default/all, default/web and delete the others, or narrow their selectors until no pod matches two"
  },
  "DV1003": {
    "message": "Deployment default/web requests 500 cpu, 1Gi memory; the largest types known have 96 cpu, 384Gi memory",
    "fix": "correct the requests of Deployment default/web"
  },
  "DV1004": {
    "message": "PodDisruptionBudget default/web has 2 healthy of 3 pods and wants 2",
    "fix": "find out why pods are not ready: `kubectl get pods -n default -l app=web`"
  },
  "DV1005": {
    "message": "PodDisruptionBudget default/web: minAvailable: 90% of 3 pods rounds up to 3, which leaves none to disrupt",
    "fix": "set maxUnavailable: 1 in place of minAvailable: 90% on default/web"
  },
  "DV1006": {
    "message": "PodDisruptionBudget default/web guards 2 pods that are not ready",
    "fix": "set spec.unhealthyPodEvictionPolicy: AlwaysAllow on default/web, so that pods which do not serve anyway can be moved"
  },
  "DV1007": {
    "message": "Deployment default/web is protected from Cluster Autoscaler only (safe-to-evict: \"false\")",
    "fix": "add the annotation karpenter.sh/do-not-disrupt: \"true\" to the pod template of Deployment default/web; that restarts its pods, so annotate running ones with `kubectl annotate pod`"
  },
  "DV1008": {
    "message": "pod default/debug has no controller and runs on node",
    "fix": "run it from a Deployment or Job, delete it, or `kubectl annotate pod -n default debug karpenter.sh/do-not-disrupt=true`"
  },
  "DV1009": {
    "message": "Deployment default/web runs one replica",
    "fix": "run two replicas of Deployment default/web during the cut-over, or accept the gap and move it at a quiet hour"
  },
  "DV1010": {
    "message": "Deployment default/web runs 2 replicas without a PodDisruptionBudget",
    "fix": "create a PodDisruptionBudget with maxUnavailable: 1 over the pods of Deployment default/web"
  },
  "DV1011": {
    "message": "Deployment default/web requires eks.amazonaws.com/nodegroup=batch",
    "fix": "have a NodePool set the label in spec.template.metadata.labels, or select a label of your own; `dovetail translate --keep-group-label --out FOLDER`, then `dovetail install --manifests FOLDER`, keeps it for now"
  },
  "DV1012": {
    "message": "Deployment default/web requires alpha.eksctl.io/nodegroup-name=ng-1",
    "fix": "select a label of your own that a NodePool sets, or add the old label to its spec.template.metadata.labels"
  },
  "DV1013": {
    "message": "Deployment default/web requires team=data, set by batch",
    "fix": "keep the label in the NodePool's spec.template.metadata.labels, as `dovetail translate` does"
  },
  "DV1014": {
    "message": "Deployment default/web uses beta.kubernetes.io/os=linux",
    "fix": "use kubernetes.io/os"
  },
  "DV1015": {
    "message": "Deployment default/web requires kubernetes.io/hostname=ip-10-0-0-1.ec2.internal",
    "fix": "remove the selector from Deployment default/web; use anti-affinity or a DaemonSet to spread pods over nodes"
  },
  "DV1016": {
    "message": "Deployment default/web: label karpenter.sh/mine is restricted",
    "fix": "change the affinity of Deployment default/web before the cut-over"
  },
  "DV1017": {
    "message": "Deployment default/web prefers anti-affinity on kubernetes.io/hostname",
    "fix": "drop the preference from Deployment default/web where it is not worth a node, or run Karpenter with preferencePolicy: Ignore"
  },
  "DV1018": {
    "message": "Deployment default/web spreads over topology.kubernetes.io/zone with ScheduleAnyway",
    "fix": "leave it where the spread is worth nodes; else remove it from Deployment default/web"
  },
  "DV1019": {
    "message": "Deployment default/web: no memory request in app",
    "fix": "set requests for memory; `kubectl top pods` shows what is used"
  },
  "DV1020": {
    "message": "pod default/db-0 has 1 volume in us-east-1a",
    "fix": "make sure that the NodePool for pod default/db-0 covers us-east-1a with more than one instance type"
  },
  "DV1021": {
    "message": "pod default/db-0 uses pv-1, which is local to a node",
    "fix": "move the data of pod default/db-0 to network storage, or keep its node group and add karpenter.sh/do-not-disrupt: \"true\""
  },
  "DV1022": {
    "message": "pod default/db-0: claim data does not exist",
    "fix": "create or bind the claims of pod default/db-0, or use a StorageClass with WaitForFirstConsumer"
  },
  "DV1023": {
    "message": "Deployment default/web keeps data in cache (emptyDir) on its node",
    "fix": "add the annotation karpenter.sh/do-not-disrupt: \"true\" to the pod template of Deployment default/web"
  },
  "DV1024": {
    "message": "Deployment default/web (2 replicas) claims host port 8080",
    "fix": "use a Service instead of host ports for Deployment default/web, or make it a DaemonSet"
  },
  "DV1025": {
    "message": "Job default/import has no karpenter.sh/do-not-disrupt annotation",
    "fix": "add the annotation karpenter.sh/do-not-disrupt: \"true\" to the pod template of Job default/import unless its work can be repeated at any time"
  },
  "DV1026": {
    "message": "Deployment kube-system/coredns (2 pods) has no PodDisruptionBudget",
    "fix": "create a PodDisruptionBudget with maxUnavailable: 1 for Deployment kube-system/coredns, or keep it on a small static node group"
  },
  "DV1027": {
    "message": "Workflow default/etl controls 1 pod; Cluster Autoscaler does not move pods of that kind",
    "fix": "check that the controller of Workflow default/etl replaces evicted pods; if not, have it set karpenter.sh/do-not-disrupt: \"true\""
  },
  "DV1028": {
    "message": "Deployment default/spare runs 2 pause pods at priority -1",
    "fix": "keep Deployment default/spare, and check after the cut-over that the spare capacity is still where it is wanted; or let Karpenter 1.14 and later hold it without pods: `dovetail translate --with capacity-buffers`"
  },
  "DV1029": {
    "message": "Deployment default/spare has priority -20, below the cutoff -10",
    "fix": "scale Deployment default/spare down, or confine it by a taint to a NodePool with limits, before Karpenter is released"
  },
  "DV1030": {
    "message": "1 DaemonSet requests 41 % of the cpu of t3.small (1 node)",
    "fix": "set a floor in the NodePool: karpenter.k8s.aws/instance-cpu Gt 3 or more; `dovetail simulate` shows the difference"
  },
  "DV1031": {
    "message": "Deployment default/web carries karpenter.sh/do-not-evict: \"true\"",
    "fix": "replace it by karpenter.sh/do-not-disrupt: \"true\" on the pod template of Deployment default/web"
  },
  "DV1032": {
    "message": "node a carries karpenter.sh/do-not-consolidate",
    "fix": "`kubectl annotate node a karpenter.sh/do-not-disrupt=true karpenter.sh/do-not-consolidate-`"
  },
  "DV1033": {
    "message": "Deployment default/web carries cluster-autoscaler.kubernetes.io/pod-scale-up-delay: \"10m\": a new pod waits before it causes a scale-up",
    "fix": "hold the pod back with schedulingGates if the delay matters"
  },
  "DV1034": {
    "message": "Deployment default/web uses the scheduler volcano",
    "fix": "test Deployment default/web on a canary NodePool first"
  },
  "DV1035": {
    "message": "Deployment default/web has terminationGracePeriodSeconds 3600; Cluster Autoscaler stops after 600",
    "fix": "expect slow drains, lower the grace period of Deployment default/web, or set terminationGracePeriod on its NodePool"
  },
  "DV1036": {
    "message": "Deployment default/web (2 pods) carries karpenter.sh/do-not-disrupt",
    "fix": "decide when Deployment default/web may move: let it finish, or remove the annotation for the cut-over"
  },
  "DV1037": {
    "message": "Deployment default/web requests example.com/fpga",
    "fix": "keep a node group for Deployment default/web, or add example.com/fpga to instance types with a NodeOverlay (alpha)"
  },
  "DV1038": {
    "message": "pod default/web-1: 1 pending (Unschedulable)",
    "fix": "find out why pod default/web-1 does not schedule today before moving anything"
  },
  "DV1039": {
    "message": "Deployment default/web needs 3 nodes for 3 replicas",
    "fix": "use topologySpreadConstraints for Deployment default/web where two replicas on one node are acceptable"
  },
  "DV1040": {
    "message": "PodDisruptionBudget default/web selects no pod (app=wbe)",
    "fix": "correct the selector of default/web, or delete it"
  },
  "DV1041": {
    "message": "Deployment default/web has resourceClaims",
    "fix": "keep the node group of Deployment default/web"
  },
  "DV1042": {
    "message": "PodDisruptionBudget default/web: `maxUnavailable: 1` counts pods of controllers, and its 2 pods have none",
    "fix": "set minAvailable: 1 on default/web"
  },
  "DV1043": {
    "message": "DaemonSet default/agent has no request for memory",
    "fix": "set requests in DaemonSet default/agent"
  },
  "DV1045": {
    "message": "Deployment default/web runs 3 replicas without a zone spread",
    "fix": "add a topologySpreadConstraint on topology.kubernetes.io/zone to Deployment default/web if it must survive the loss of a zone"
  },
  "DV1046": {
    "message": "Deployment default/web requires node.kubernetes.io/instance-type=m5.large",
    "fix": "select what Deployment default/web needs (karpenter.k8s.aws/instance-category, instance-cpu …) instead of types"
  },
  "DV1047": {
    "message": "PodDisruptionBudget default/web has minAvailable: 2; Deployment default/web may be scaled down to 2",
    "fix": "use maxUnavailable: 1 in default/web, or raise minReplicas above 2"
  },
  "DV1048": {
    "message": "Deployment kube-system/web relies on safe-to-evict: \"false\", which Cluster Autoscaler 1.33.0 ignores after an hour",
    "fix": "add the annotation karpenter.sh/do-not-disrupt: \"true\" to the pod template of Deployment kube-system/web"
  },
  "DV1049": {
    "message": "pod default/db-0 needs us-east-1f; the node groups' subnets are in us-east-1a, us-east-1b, us-east-1c",
    "fix": "add a subnet in us-east-1f to the NodeClass of pod default/db-0"
  },
  "DV1050": {
    "message": "Deployment default/web requires karpenter.sh/nodepool DoesNotExist",
    "fix": "keep a node group that has room for Deployment default/web, or remove the requirement"
  },
  "DV1051": {
    "message": "Deployment default/web has a spread over eks.amazonaws.com/nodegroup",
    "fix": "use karpenter.sh/nodepool or a label of the NodePools in place of eks.amazonaws.com/nodegroup; `dovetail translate --keep-group-label` keeps it for now"
  },
  "DV1052": {
    "message": "Deployment default/web names no architecture and runs on amd64 only; NodePool arm (arm64) would take it",
    "fix": "set nodeSelector kubernetes.io/arch: amd64 in the template of Deployment default/web, or give the other pool a taint; nothing if its images are made for both"
  },
  "DV1053": {
    "message": "DaemonSet default/logs has priority -10, ordinary pods have 0",
    "fix": "give DaemonSet default/logs a priority class above those of the pods that share its nodes"
  },
  "DV1054": {
    "message": "pod default/model asks for more nvidia.com/gpu than the 1 that g4dn.xlarge has",
    "fix": "describe the shared capacity of g4dn.xlarge with a NodeOverlay (feature gate NodeOverlay), or have a pod of pod default/model ask for no more nvidia.com/gpu than the type has"
  },
  "DV2001": {
    "message": "workers: autoScalingGroup.WarmPoolConfiguration = {\"MinSize\":1} is lost: Karpenter keeps no stopped instances in reserve; new nodes take their full boot time",
    "fix": "use pause pods with a low priority as headroom, or images that boot faster"
  },
  "DV2002": {
    "message": "workers: nodegroup.version = 1.33 becomes the control plane's version = 1.34: Karpenter launches nodes of the control plane's Kubernetes version",
    "fix": "upgrade the node group first if the workloads have not run on that kubelet version yet"
  },
  "DV2003": {
    "message": "workers never has fewer than 2 nodes today",
    "fix": "if the nodes are there for headroom, deploy pause pods with a low priority; if they host Karpenter itself, keep a small managed node group; else nothing"
  },
  "DV2004": {
    "message": "workers: nothing that was read tells its maximum size",
    "fix": "read the AWS account too (a live cluster or its snapshot), or set spec.limits by hand"
  },
  "DV2005": {
    "message": "workers runs 0 on-demand instances first and 50 % on-demand above",
    "fix": "pin what must not be interrupted with nodeSelector `karpenter.sh/capacity-type: on-demand`, or spread replicas over karpenter.sh/capacity-type with a topologySpreadConstraint"
  },
  "DV2006": {
    "message": "workers registers its instances with arn:aws:elasticloadbalancing:x",
    "fix": "before migrating let the AWS Load Balancer Controller own the targets: a Service of type LoadBalancer, or a TargetGroupBinding for the existing target group"
  },
  "DV2007": {
    "message": "workers has capacity type CAPACITY_BLOCK, but no reservation id was read",
    "fix": "add the block's id to EC2NodeClass.spec.capacityReservationSelectorTerms"
  },
  "DV2008": {
    "message": "workers: nothing that was read tells its image; the newest Amazon Linux 2023 is assumed",
    "fix": "read the AWS account too (a live cluster or its snapshot), or set amiSelectorTerms by hand"
  },
  "DV2009": {
    "message": "workers runs ami-1, taken for the family Custom",
    "fix": "make sure that the user data does the whole bootstrap and registers the node with the taint karpenter.sh/unregistered:NoExecute, or choose an EKS image with --ami-alias al2023@latest"
  },
  "DV2010": {
    "message": "workers: 1 line of user data came after the bootstrap call",
    "fix": "move what needs a running kubelet into a DaemonSet or a systemd unit ordered after kubelet.service"
  },
  "DV2011": {
    "message": "workers: its status is DELETING",
    "fix": "wait until the node group is ACTIVE or gone, then run this again"
  },
  "DV2012": {
    "message": "workers labels its nodes karpenter.sh/x=y, which Karpenter does not allow",
    "fix": "give the nodes another label and change every nodeSelector and affinity on karpenter.sh/x"
  },
  "DV2014": {
    "message": "workers: its toml user data is malformed: Invalid TOML document: illegal character in key",
    "fix": "correct the launch template's user data and translate again"
  },
  "DV2015": {
    "message": "workers: one value in its user data is <redacted>",
    "fix": "let the node fetch the secret at boot (SSM, Secrets Manager), or fill it in by hand where <redacted> stands"
  },
  "DV2017": {
    "message": "--expander=random: Karpenter takes the cheapest type on which the pods fit",
    "fix": "nothing, or require larger sizes with karpenter.k8s.aws/instance-cpu"
  },
  "DV2018": {
    "message": "--max-nodes-total=9 becomes NodePool spec.limits: Karpenter has no cap over all NodePools; each pool has its own limit",
    "fix": "the limits of the pools together may exceed the cap: check their sum"
  },
  "DV2019": {
    "message": "ng-a, ng-b become NodePool ng-a",
    "fix": "nothing, or keep one NodePool per group with --no-merge"
  },
  "DV2020": {
    "message": "NodePool/workers: spec.limits does not exist in v1beta1: this Karpenter version limits resources, not nodes; set limits.cpu by hand",
    "fix": "use --target v1, or do without"
  },
  "DV2021": {
    "message": "workers: role test-nodes also has AmazonS3FullAccess",
    "fix": "give the pods a role of their own (IRSA or Pod Identity), attach the policies to the new node role, or keep the role with --node-role keep"
  },
  "DV2024": {
    "message": "workers runs Amazon Linux 2 on Kubernetes 1.34",
    "fix": "translate to Amazon Linux 2023 with --ami-alias al2023@latest and test the user data there"
  },
  "DV2026": {
    "message": "a, b use different subnets",
    "fix": "use --selectors ids, or --selectors auto which does so where it matters"
  },
  "DV2028": {
    "message": "workers matches no expression in cluster-autoscaler-priority-expander",
    "fix": "check the weight of its NodePool"
  },
  "DV2029": {
    "message": "no taint tells these apart: a (2 nodes today, weight 20), b (2 nodes today, weight 10)",
    "fix": "put the pool that should take ordinary pods first with spec.weight, or give special ones a taint"
  },
  "DV2030": {
    "message": "workers: launchTemplate.LaunchTemplateData.InstanceRequirements.MemoryGiBPerVCpu = {\"Min\":4} cannot be expressed: there is no label for the ratio of memory to vCPUs",
    "fix": "list the types that qualify: aws ec2 get-instance-types-from-instance-requirements"
  },
  "DV2031": {
    "message": "NodePool/workers: spec.template.metadata.labels.not a label!: not a label!=x is not a valid label",
    "fix": "change what spec.template.metadata.labels.not a label! comes from, or edit the manifest before it is applied"
  },
  "DV2032": {
    "message": "workers: a part of its user data (text/x-not-multipart) is lost: it is a damaged gzip archive",
    "fix": "write the part into spec.userData as plain text, from the source that it was packed from"
  },
  "DV2033": {
    "message": "workers: line 2 of its user data (amazon-linux-extras install -y nginx1) needs amazon-linux-extras, which Amazon Linux 2023 does not have, and the script ends where a command fails",
    "fix": "install the package with dnf, under the name it has there; then remove the line from spec.userData"
  },
  "DV2034": {
    "message": "workers: line 2 edits /etc/eks/bootstrap.sh (--max-pods=110); what it sets is in fields of its own too",
    "fix": "check the fields in EC2NodeClass and NodePool, then remove the lines from spec.userData"
  },
  "DV2035": {
    "message": "workers: on Amazon Linux 2 nothing reads line 2 (export USE_MAX_PODS=false)",
    "fix": "if the settings are wanted, write them in EC2NodeClass.spec.kubelet, where they would take effect for the first time; else remove the lines"
  },
  "DV2036": {
    "message": "workers: a part of type text/x-include-url is passed on as it is",
    "fix": "look at what it loads or fills in; write labels, taints and kubelet settings into NodePool and EC2NodeClass"
  },
  "DV2037": {
    "message": "workers: no node tells how many pods it holds, and the VPC CNI hands out prefixes",
    "fix": "make a NodePool and EC2NodeClass for each size with its kubelet.maxPods; where an interface carries no pods, install with settings.reservedENIs: \"1\""
  },
  "DV2038": {
    "message": "aws-node runs with custom networking: pods per node are counted without the first interface",
    "fix": "install with settings.reservedENIs: \"1\", as `dovetail install` does, or set kubelet.maxPods for each size"
  },
  "DV2039": {
    "message": "workers: its launch template web, version 3, was not read; nothing of it is in the translation",
    "fix": "translate from the live cluster with ec2:DescribeLaunchTemplateVersions and autoscaling:DescribeLaunchConfigurations granted, or put the output of `aws ec2 describe-launch-template-versions` beside the other files"
  },
  "DV2040": {
    "message": "Provisioner/default: spec.kubeletConfiguration.containerRuntime = dockerd is lost: current images run containerd; software that talks to dockerd fails",
    "fix": "find pods that mount /var/run/docker.sock"
  },
  "DV2041": {
    "message": "Provisioner/default: spec.ttlSecondsUntilExpired = 60 becomes NodePool spec.template.spec.expireAfter = 60s: in v1 an expired node is drained without regard to budgets",
    "fix": "set terminationGracePeriod if pods may hold a drain for ever"
  },
  "DV2042": {
    "message": "Provisioner/default: v1 takes no launch template (lt), so its node class is not written",
    "fix": "write an EC2NodeClass with what the launch template says, and name it in the nodeClassRef of the NodePools: `dovetail translate` does so for node groups"
  },
  "DV2043": {
    "message": "Provisioner/default: spec.template.spec.requirements[karpenter.sh/capacity-type] = on-demand was the default",
    "fix": "remove it from the converted manifest if you want v1's own default"
  },
  "DV2044": {
    "message": "Provisioner/default becomes EC2NodeClass default-inline, because the name default is that of AWSNodeTemplate/default",
    "fix": "nothing, unless something outside these manifests refers to the node class by its old name"
  },
  "DV2045": {
    "message": "workers: no id in the file for yard, which is not in vpc.subnets; the others are selected: subnet-a, subnet-b, subnet-c",
    "fix": "write the ids into vpc.subnets and translate again, or into EC2NodeClass.spec.subnetSelectorTerms"
  },
  "DV2046": {
    "message": "NodePool workers (workers): no instance type of the catalogue has all that its requirements ask for",
    "fix": "compare the requirements with what the group runs; `dovetail explain nodepool workers` counts why types are left out"
  },
  "DV2101": {
    "message": "workers has user data (shell, 2 lines)",
    "fix": "read what `dovetail translate` makes of it for workers, and try it with a canary node"
  },
  "DV2102": {
    "message": "workers uses AL2_x86_64 and the cluster runs Kubernetes 1.34",
    "fix": "use AL2023 or Bottlerocket for the NodePool of workers; test the workloads on it first"
  },
  "DV2103": {
    "message": "workers runs an image of its launch template",
    "fix": "give the image of workers a tag that amiSelectorTerms can select, or move to an EKS image"
  },
  "DV2104": {
    "message": "workers allows 2 hops to the metadata service (what EKS sets for managed node groups)",
    "fix": "keep metadataOptions.httpPutResponseHopLimit: 2 in the EC2NodeClass, as `dovetail translate` does, or move the pods to IRSA or Pod Identity"
  },
  "DV2105": {
    "message": "workers has a root volume of 100 GiB",
    "fix": "set blockDeviceMappings with volumeSize: 100Gi in the EC2NodeClass, as `dovetail translate` does"
  },
  "DV2106": {
    "message": "workers holds 110 on m5.large, where Karpenter counts 29 (as its nodes report)",
    "fix": "set kubelet.maxPods: 110 in the EC2NodeClass, as `dovetail translate` does"
  },
  "DV2107": {
    "message": "workers keeps a warm pool (at least 2 stopped instances)",
    "fix": "remove the warm pool of workers before it is retired; use placeholder pods where start-up time matters"
  },
  "DV2108": {
    "message": "workers has the lifecycle hooks save-logs",
    "fix": "find out what the hooks of workers do; draining is Karpenter's own work, the rest needs a DaemonSet or user data"
  },
  "DV2109": {
    "message": "workers has scheduled actions: night (0 20 * * *)",
    "fix": "`aws autoscaling suspend-processes --auto-scaling-group-name eks-workers-1a2b --scaling-processes ScheduledActions` for the cut-over"
  },
  "DV2110": {
    "message": "workers protects new instances from scale-in (0 protected now)",
    "fix": "nothing for `dovetail migrate`, which terminates instances by id; do not lower the desired size of workers by hand"
  },
  "DV2111": {
    "message": "workers has suspended Launch",
    "fix": "`aws autoscaling resume-processes --auto-scaling-group-name eks-workers-1a2b` if nobody needs them suspended"
  },
  "DV2112": {
    "message": "workers targets cr-1",
    "fix": "select cr-1 in capacityReservationSelectorTerms of the EC2NodeClass"
  },
  "DV2113": {
    "message": "workers weighs 1 of its instance types",
    "fix": "set limits.cpu on the NodePool of workers by hand"
  },
  "DV2115": {
    "message": "workers is in us-east-1a only",
    "fix": "let translation merge workers with its siblings, unless its pods must stay in that zone"
  },
  "DV2116": {
    "message": "workers runs WINDOWS_CORE_2022_x86_64",
    "fix": "migrate workers last and with a canary of its own"
  },
  "DV2117": {
    "message": "workers runs g5.xlarge",
    "fix": "check that the device plugin's DaemonSet tolerates the taints of the NodePool for workers"
  },
  "DV2118": {
    "message": "taint ebs.csi.aws.com/agent-not-ready (--startup-taint of kube-system/cluster-autoscaler)",
    "fix": "add ebs.csi.aws.com/agent-not-ready to spec.template.spec.startupTaints of every NodePool whose nodes get it"
  },
  "DV2119": {
    "message": "workers registers instances with targetgroup/web/1",
    "fix": "let the AWS Load Balancer Controller register the targets of workers (TargetGroupBinding or Service)"
  },
  "DV2120": {
    "message": "workers is DEGRADED (AsgInstanceLaunchFailures)",
    "fix": "repair workers first: `aws eks describe-nodegroup --nodegroup-name workers …` says what is wrong"
  },
  "DV2121": {
    "message": "nodes per zone: us-east-1a 7, us-east-1b 2",
    "fix": "spread workloads with topologySpreadConstraints on topology.kubernetes.io/zone; check subnet addresses (DV3005)"
  },
  "DV2122": {
    "message": "workers (0 nodes) matches neither --node-group-auto-discovery nor --nodes",
    "fix": "decide whether workers stays as it is, or is migrated too: `dovetail migrate --group workers`"
  },
  "DV2123": {
    "message": "node a carries scale-down-disabled",
    "fix": "find out which pod it protects, and annotate that pod with karpenter.sh/do-not-disrupt: \"true\" instead of node a"
  },
  "DV2124": {
    "message": "workers replaces instances after 168 h",
    "fix": "set expireAfter: 168h on the NodePool"
  },
  "DV2126": {
    "message": "workers: dedicated tenancy",
    "fix": "check the translation of workers; keep the group where dedicated hosts are needed"
  },
  "DV2127": {
    "message": "node lonely is in no Auto Scaling group or managed node group that was read",
    "fix": "find out who made node lonely, and whether it is still needed"
  },
  "DV2130": {
    "message": "the only node group is scaled by Cluster Autoscaler and would be retired",
    "fix": "choose the group that stays, two nodes of it are enough: `dovetail migrate --keep GROUP=2`"
  },
  "DV2131": {
    "message": "1 node runs kubelet 1.32; the cluster is at 1.34",
    "fix": "upgrade the node groups to 1.34 first, so that one thing changes at a time"
  },
  "DV2132": {
    "message": "aws-node has AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true: nodes have 20 on m5.large, where Karpenter would count 29",
    "fix": "run Karpenter with settings.reservedENIs: \"1\", as `dovetail install` does, or set kubelet.maxPods where a pool has one instance size"
  },
  "DV2133": {
    "message": "workers: nodes of g4dn.xlarge report 4 nvidia.com/gpu, the type has 1",
    "fix": "describe the shared capacity of g4dn.xlarge with a NodeOverlay (feature gate NodeOverlay), or expect a peak of nodes at the cut-over"
  },
  "DV3001": {
    "message": "no IAM OIDC provider for https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF",
    "fix": "`eksctl utils associate-iam-oidc-provider --cluster test --approve`, or use Pod Identity: `dovetail setup --identity pod-identity`"
  },
  "DV3002": {
    "message": "authenticationMode is CONFIG_MAP",
    "fix": "`aws eks update-cluster-config --name test --access-config authenticationMode=API_AND_CONFIG_MAP`, or let `dovetail setup` edit aws-auth"
  },
  "DV3003": {
    "message": "role test-nodes is used by batch, general",
    "fix": "give Karpenter a role of its own (`dovetail setup` does), and keep test-nodes mapped until the last group is gone"
  },
  "DV3004": {
    "message": "AWSServiceRoleForEC2Spot does not exist, and spot is used by batch",
    "fix": "`aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`; `dovetail setup` does it too"
  },
  "DV3005": {
    "message": "subnet-a (us-east-1a) has 12 free addresses; replacing its nodes one group at a time needs about 21",
    "fix": "add a larger subnet in the same zone, or migrate in smaller waves (`dovetail migrate --wave 1`), so that subnet-a suffices"
  },
  "DV3006": {
    "message": "sg-cluster, sg-nodes are tagged kubernetes.io/cluster/test",
    "fix": "select security groups by id or by karpenter.sh/discovery in the EC2NodeClass so that a node gets one with kubernetes.io/cluster/test"
  },
  "DV3007": {
    "message": "vpc-1 has no route to the internet and no endpoint for ec2, ecr.api, ecr.dkr, s3, sts, ssm, sqs, eks",
    "fix": "create endpoints for ec2, ecr.api, ecr.dkr, s3, sts, ssm, sqs, eks, and install with settings.isolatedVPC=true (the pricing API has no endpoint everywhere)"
  },
  "DV3008": {
    "message": "Running On-Demand Standard instances: 2 vCPU; the cluster's nodes use 2, and its largest group needs 2 more during a surge",
    "fix": "ask for a higher \"Running On-Demand Standard instances\" quota, or migrate in smaller waves"
  },
  "DV3010": {
    "message": "every subnet of the node groups is in us-east-1a",
    "fix": "tag subnets of other zones for Karpenter too, unless the workloads must stay in one"
  },
  "DV3011": {
    "message": "role test-nodes has no AmazonEC2ContainerRegistryPullOnly",
    "fix": "attach what is missing to test-nodes, unless an inline policy or IRSA for the CNI grants the same; `dovetail setup` makes a complete role"
  },
  "DV3015": {
    "message": "cluster status is UPDATING",
    "fix": "wait until `aws eks describe-cluster` says ACTIVE"
  },
  "DV3016": {
    "message": "workers adds sg-db-clients",
    "fix": "select sg-db-clients in securityGroupSelectorTerms too, as `dovetail translate` does"
  },
  "DV3017": {
    "message": "there is no IAM OIDC provider for the cluster and no eks-pod-identity-agent add-on",
    "fix": "`aws eks create-addon --cluster-name test --addon-name eks-pod-identity-agent`, then `dovetail setup --identity pod-identity`"
  },
  "DV3018": {
    "message": "the VPC CNI has no role of its own, and KarpenterNodeRole-test may not assign IPv6 addresses",
    "fix": "`dovetail setup` gives KarpenterNodeRole-test the policy; or give kube-system/aws-node a role of its own (IRSA or Pod Identity)"
  },
  "DV3019": {
    "message": "Deployment kube-system/ebs-csi-controller uses AmazonEBSCSIDriverPolicy of test-nodes; on nodes of another role it can neither attach nor create volumes, so pods with volumes stay pending",
    "fix": "give Deployment kube-system/ebs-csi-controller a role of its own first (IRSA or Pod Identity), or keep the old role with --node-role"
  },
  "DV4001": {
    "message": "Auto Mode is enabled with the node pools general-purpose",
    "fix": "move to Auto Mode's own node pools instead, or disable it: `aws eks update-cluster-config --name test --compute-config enabled=false …`"
  },
  "DV4002": {
    "message": "Deployment kube-system/karpenter runs Karpenter 1.14.1 with 2 replicas",
    "fix": "if a migration is under way: `dovetail status`; else uninstall or upgrade kube-system/karpenter first"
  },
  "DV4003": {
    "message": "CRD nodepools.karpenter.sh serves v1beta1, not v1",
    "fix": "convert what is stored (`dovetail convert`), then `kubectl delete crd nodepools.karpenter.sh` once no object of it is left"
  },
  "DV4005": {
    "message": "DaemonSet default/nth handles interruptions",
    "fix": "keep DaemonSet default/nth off Karpenter's nodes (node affinity karpenter.sh/nodepool DoesNotExist) and remove it with the last node group"
  },
  "DV4006": {
    "message": "Kubernetes 1.25; Karpenter 1.15.2 supports 1.26 to 1.37",
    "fix": "upgrade the cluster first, or set up Karpenter 1.4.4: `--karpenter-version 1.4.4`"
  },
  "DV4007": {
    "message": "NodePools, 1 of them: general",
    "fix": "delete the NodePools that nobody needs, or give them limits.cpu: 0 until the hand-over"
  },
  "DV4011": {
    "message": "no Deployment runs a cluster-autoscaler image or carries its labels",
    "fix": "check `kubectl get deploy -A | grep -i autoscaler`; without it Dovetail still translates and shifts node groups"
  },
  "DV4012": {
    "message": "2 installations: kube-system/cluster-autoscaler, batch/ca-batch",
    "fix": "remove all but one of kube-system/cluster-autoscaler, batch/ca-batch, unless they manage different groups on purpose"
  },
  "DV4013": {
    "message": "Deployment kube-system/cluster-autoscaler runs, and NodePool general may provision",
    "fix": "hold the NodePools (limits.cpu: 0) or scale Cluster Autoscaler to zero; `dovetail migrate` does one after the other"
  },
  "DV4020": {
    "message": "kube-system/cluster-autoscaler uses the priority expander with 2 tiers",
    "fix": "check the weights that `dovetail translate` assigns"
  },
  "DV4021": {
    "message": "kube-system/cluster-autoscaler uses the expander most-pods",
    "fix": "see the sizes in `dovetail simulate`; set a floor with karpenter.k8s.aws/instance-cpu where larger nodes are wanted"
  },
  "DV4022": {
    "message": "kube-system/cluster-autoscaler uses the priority expander; ConfigMap kube-system/cluster-autoscaler-priority-expander was not found or cannot be read",
    "fix": "decide which groups come first, and set weights on their NodePools after `dovetail translate`"
  },
  "DV4023": {
    "message": "kube-system/cluster-autoscaler runs with --max-nodes-total=50",
    "fix": "divide 50 over the NodePools' limits"
  },
  "DV4024": {
    "message": "kube-system/cluster-autoscaler runs with --balance-similar-node-groups",
    "fix": "add topologySpreadConstraints on topology.kubernetes.io/zone to workloads that rely on it (DV1045)"
  },
  "DV4025": {
    "message": "kube-system/cluster-autoscaler runs with --scale-down-enabled=false",
    "fix": "translate it to consolidateAfter: Never, and decide later to consolidate"
  },
  "DV4026": {
    "message": "kube-system/cluster-autoscaler runs with --scale-down-unneeded-time=5m",
    "fix": "compare consolidateAfter and the budgets that `dovetail translate` derives with what was meant"
  },
  "DV4027": {
    "message": "kube-system/cluster-autoscaler has 2 --node-group-auto-discovery flags",
    "fix": "check that every group meant to be managed is in the table of node groups"
  },
  "DV4028": {
    "message": "kube-system/cluster-autoscaler runs with --expendable-pods-priority-cutoff=0",
    "fix": "see DV1029 for the pods concerned; confine them to a NodePool with limits"
  },
  "DV4030": {
    "message": "kube-system/cluster-autoscaler is 1.31.0; the cluster is Kubernetes 1.34",
    "fix": "nothing needs doing before the cut-over; do not upgrade it on the way"
  },
  "DV4031": {
    "message": "kube-system/cluster-autoscaler: the cluster is Unhealthy",
    "fix": "find the cause before migrating: `kubectl -n kube-system get configmap cluster-autoscaler-status -o yaml`"
  },
  "DV4032": {
    "message": "kube-system/cluster-autoscaler runs with --max-graceful-termination-sec=60",
    "fix": "leave terminationGracePeriod unset to be nearest to Cluster Autoscaler's caution"
  },
  "DV4033": {
    "message": "kube-system/cluster-autoscaler runs with --new-pod-scale-up-delay=30s",
    "fix": "raise batchIdleDuration and batchMaxDuration in Karpenter's settings if that matters"
  },
  "DV4034": {
    "message": "kube-system/cluster-autoscaler runs with --enable-provisioning-requests=true",
    "fix": "keep Cluster Autoscaler for those groups, or schedule them without ProvisioningRequests"
  },
  "DV4035": {
    "message": "kube-system/cluster-autoscaler runs with --enforce-node-group-min-size=true",
    "fix": "keep a small static group, or placeholder pods, where spare nodes are wanted"
  },
  "DV4036": {
    "message": "kube-system/cluster-autoscaler: --magic",
    "fix": "look for a misspelling; ask whoever built the image what its own flags do"
  },
  "DV4037": {
    "message": "kube-system/cluster-autoscaler runs example/cluster-autoscaler:main",
    "fix": "read the first lines of its log: `kubectl -n kube-system logs deploy/cluster-autoscaler | head`"
  },
  "DV4038": {
    "message": "kube-system/cluster-autoscaler is 1.34.0 and runs with --max-node-startup-time (from 1.35)",
    "fix": "check that its pods are ready and which release they log; remove the flags"
  },
  "DV4039": {
    "message": "kube-system/cluster-autoscaler: --scale-down-unneeded-time=10 (wants a duration such as 90s or 10m)",
    "fix": "check that its pods are ready, and correct the values"
  },
  "DV4041": {
    "message": "NodePool/general is not ready: NotFound: no subnets found",
    "fix": "`kubectl describe nodepool/general`"
  },
  "DV4042": {
    "message": "EC2NodeClass general selects al2023@latest",
    "fix": "pin the version in production (al2023@vYYYYMMDD) and raise it on purpose"
  },
  "DV4043": {
    "message": "NodePool general refers to EC2NodeClass general",
    "fix": "create EC2NodeClass general, or correct spec.template.spec.nodeClassRef of general"
  },
  "DV4044": {
    "message": "EC2NodeClass general: subnetSelectorTerms karpenter.sh/discovery=test match nothing in the VPC",
    "fix": "tag what is meant (`dovetail setup` sets karpenter.sh/discovery), or correct subnetSelectorTerms"
  },
  "DV4045": {
    "message": "NodePool dense has the annotation compatibility.karpenter.sh/v1beta1-kubelet-conversion",
    "fix": "convert the manifests: `dovetail convert` moves the settings to EC2NodeClass.spec.kubelet"
  },
  "DV5001": {
    "message": "Deployment kube-system/karpenter names the queue test; no such queue was found",
    "fix": "`dovetail setup` creates queue, policy and rules; or remove settings.interruptionQueue"
  },
  "DV5002": {
    "message": "karpenter.sh/discovery=test is on subnet-a but not on subnet-b",
    "fix": "`dovetail setup` tags the rest"
  },
  "DV5003": {
    "message": "aws-auth maps arn:aws:iam::111122223333:role/KarpenterNodeRole-test, which was not found",
    "fix": "correct or remove the entry of arn:aws:iam::111122223333:role/KarpenterNodeRole-test: `kubectl -n kube-system edit configmap aws-auth`"
  },
  "DV5004": {
    "message": "nodepools.karpenter.sh, but no Deployment runs Karpenter",
    "fix": "`dovetail install` completes it; otherwise delete the CRDs once no object of them is left"
  },
  "DV5005": {
    "message": "Deployment kube-system/cluster-autoscaler has 0 replicas and no NodePool may provision",
    "fix": "`kubectl -n kube-system scale deploy cluster-autoscaler --replicas=1`, or go on: `dovetail status`"
  },
  "DV5006": {
    "message": "1 node is cordoned: a",
    "fix": "`kubectl uncordon a` or finish the drain"
  },
  "DV5007": {
    "message": "role KarpenterNodeRole-test has neither an access entry nor a line in aws-auth",
    "fix": "`aws eks create-access-entry --cluster-name test --principal-arn arn:aws:iam::111122223333:role/KarpenterNodeRole-test --type EC2_LINUX`, or `dovetail setup`"
  },
  "DV5008": {
    "message": "held: general",
    "fix": "`dovetail status` says how far it is"
  },
  "DV5009": {
    "message": "NodeClaim general: NotFound: no subnets found",
    "fix": "`kubectl describe nodeclaim general`, then `dovetail assess` again"
  },
  "DV5010": {
    "message": "ServiceAccount kube-system/karpenter names arn:aws:iam::111122223333:role/KarpenterControllerRole-test",
    "fix": "`dovetail setup` makes the controller role and its trust policy"
  },
  "DV5011": {
    "message": "node a has ToBeDeletedByClusterAutoscaler (for 120 min)",
    "fix": "`kubectl taint node a ToBeDeletedByClusterAutoscaler-` if nothing is removing it"
  },
  "DV5012": {
    "message": "queue test exists; no EventBridge rule was found that targets it",
    "fix": "`dovetail setup` makes the rules"
  },
  "DV5013": {
    "message": "karpenter.sh/discovery=test is on subnet-a but on no security group",
    "fix": "`dovetail setup` tags the rest"
  },
  "DV5014": {
    "message": "pod kube-system/karpenter-0 runs on a, a node of a NodePool",
    "fix": "keep the default node affinity of the chart (karpenter.sh/nodepool DoesNotExist)"
  },
  "DV5015": {
    "message": "workers has desired size 0 (maximum 10)",
    "fix": "check whether workers is still needed"
  },
  "DV5016": {
    "message": "made by Dovetail: NodePool general",
    "fix": "`dovetail status` says how far it is; `dovetail verify` compares what came of it with the forecast"
  }
};
