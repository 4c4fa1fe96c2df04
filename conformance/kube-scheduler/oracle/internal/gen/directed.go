package gen

import (
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
	"dovetail.dev/oracle/kube-scheduler/internal/world"
)

type list struct{ all []*scenario.Scenario }

type config string

// add makes a scenario of what it is given, sorted by type.
func (l *list) add(id, why string, parts ...any) *scenario.Scenario {
	s := &scenario.Scenario{ID: id, Why: why}
	for i, r := range id {
		if r == '-' {
			s.Features = []string{id[:i]}
			break
		}
	}
	for _, part := range parts {
		put(s, part)
	}
	l.all = append(l.all, s)
	return s
}

func put(s *scenario.Scenario, part any) {
	o := &s.Objects
	switch t := part.(type) {
	case []*corev1.Node:
		o.Nodes = append(o.Nodes, t...)
	case *corev1.Node:
		o.Nodes = append(o.Nodes, t)
	case []*corev1.Pod:
		o.Pods = append(o.Pods, t...)
	case *corev1.Pod:
		o.Pods = append(o.Pods, t)
	case *corev1.PersistentVolumeClaim:
		o.PersistentVolumeClaims = append(o.PersistentVolumeClaims, t)
	case *corev1.PersistentVolume:
		o.PersistentVolumes = append(o.PersistentVolumes, t)
	case *storagev1.StorageClass:
		o.StorageClasses = append(o.StorageClasses, t)
	case *storagev1.CSINode:
		o.CSINodes = append(o.CSINodes, t)
	case *storagev1.CSIDriver:
		o.CSIDrivers = append(o.CSIDrivers, t)
	case *storagev1.CSIStorageCapacity:
		o.CSIStorageCapacities = append(o.CSIStorageCapacities, t)
	case *policyv1.PodDisruptionBudget:
		o.PodDisruptionBudgets = append(o.PodDisruptionBudgets, t)
	case *corev1.Namespace:
		o.Namespaces = append(o.Namespaces, t)
	case *corev1.Service:
		o.Services = append(o.Services, t)
	case *appsv1.ReplicaSet:
		o.ReplicaSets = append(o.ReplicaSets, t)
	case *appsv1.StatefulSet:
		o.StatefulSets = append(o.StatefulSets, t)
	case scenario.Op:
		s.Ops = append(s.Ops, t)
	case []scenario.Op:
		s.Ops = append(s.Ops, t...)
	case config:
		s.Options.Config = json.RawMessage(t)
	case func(*scenario.Options):
		t(&s.Options)
	default:
		panic(fmt.Sprintf("%T", part))
	}
}

func until(seconds float64) func(*scenario.Options) {
	return func(o *scenario.Options) { o.UntilS = seconds }
}
func terminating(o *scenario.Options) { o.Victims = "terminating" }
func batching(o *scenario.Options)    { o.Batching = true }
func gate(name string, on bool) func(*scenario.Options) {
	return func(o *scenario.Options) { o.FeatureGates = map[string]bool{name: on} }
}

// some repeats a maker with a number from 1.
func some[T any](n int, make func(i int) T) []T {
	var out []T
	for i := range n {
		out = append(out, make(i+1))
	}
	return out
}

func nodes(n int, cpu, memory string, options ...nodeOption) []*corev1.Node {
	return some(n, func(i int) *corev1.Node { return node(fmt.Sprintf("n%d", i), cpu, memory, options...) })
}

// zoned are n nodes in zones a, b, c in turn.
func zoned(n, zones int, cpu, memory string, options ...nodeOption) []*corev1.Node {
	return some(n, func(i int) *corev1.Node {
		return node(fmt.Sprintf("n%d", i), cpu, memory, append([]nodeOption{zone(string(rune('a' + (i-1)%zones)))}, options...)...)
	})
}

func copies(n int, name string, options ...podOption) []*corev1.Pod {
	return some(n, func(i int) *corev1.Pod { return pod(fmt.Sprintf("%s%d", name, i), options...) })
}

const mostAllocated config = `{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":{"type":"MostAllocated","resources":[{"name":"cpu","weight":1},{"name":"memory","weight":1}]}}}]}]}`

const noDefaultSpread config = `{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"PodTopologySpread","args":{"defaultingType":"List"}}]}]}`

// Directed are the scenarios that each show one rule.
func Directed() []*scenario.Scenario {
	l := &list{}
	names(l)
	taints(l)
	nodeAffinity(l)
	fit(l)
	scoring(l)
	imageLocality(l)
	podAffinity(l)
	topologySpread(l)
	ports(l)
	storage(l)
	gatesAndOrder(l)
	preemptions(l)
	over(l)
	return l.all
}

func names(l *list) {
	l.add("name-set", "a node name in the spec of a pending pod never happens: the pod counts as bound", nodes(2, "4", "8Gi"), pod("p", on("n2"), cm("1", "1Gi")), pod("q", cm("1", "1Gi")))
	l.add("name-field", "a required matchFields on metadata.name looks at that node only", nodes(4, "4", "8Gi"), pod("p", requiresFields(expr("metadata.name", "In", "n3"))))
	l.add("name-field-absent", "the named node does not exist: every node is refused by PreFilter", nodes(3, "4", "8Gi"), pod("p", requiresFields(expr("metadata.name", "In", "n9"))))
	l.add("name-field-full", "the named node is full: the others are not looked at", nodes(3, "1", "8Gi"), pod("b", on("n2"), cm("1", "1Gi")), pod("p", cm("500m", "1Gi"), requiresFields(expr("metadata.name", "In", "n2"))))
	l.add("name-fields-conflict", "two matchFields that exclude each other", nodes(2, "4", "8Gi"), pod("p", requiresFields(expr("metadata.name", "In", "n1"), expr("metadata.name", "In", "n2"))))
	l.add("name-field-not-in", "NotIn on metadata.name is an ordinary filter", nodes(3, "4", "8Gi"), pod("p", requiresFields(expr("metadata.name", "NotIn", "n1"))))
	l.add("none-nodes", "a cluster without nodes: no plugin is to blame, so only the back-off brings the pod back", pod("p"), until(40))
	l.add("none-fit", "messages are counted by reason and sorted as text", node("n1", "1", "8Gi"), node("n2", "4", "1Gi"), node("n3", "1", "1Gi"), pod("p", cm("2", "2Gi")))
	l.add("cordon-refused", "unschedulable node", node("n1", "4", "8Gi", cordoned), node("n2", "1", "8Gi"), pod("p", cm("500m", "1Gi")), pod("q", cm("2", "1Gi")))
	l.add("cordon-tolerated", "a toleration of node.kubernetes.io/unschedulable reaches a cordoned node", node("n1", "4", "8Gi", cordoned), pod("p", tolerate("node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule")))
	l.add("cordon-without-taint", "spec.unschedulable alone refuses, with its own reason", node("n1", "4", "8Gi", func(n *corev1.Node) { n.Spec.Unschedulable = true }), pod("p"))
	l.add("cordon-taint-only", "the taint alone is an ordinary taint", node("n1", "4", "8Gi", taint("node.kubernetes.io/unschedulable", "", "NoSchedule")), pod("p"))
	l.add("cordon-no-preemption", "a cordoned node is no candidate for preemption", node("n1", "1", "8Gi", cordoned), pod("v", on("n1"), cm("1", "1Gi")), pod("p", prio(100), cm("1", "1Gi")))
}

func taints(l *list) {
	l.add("taint-no-schedule", "untolerated NoSchedule; the message names key and value", node("n1", "4", "8Gi", taint("team", "red", "NoSchedule")), node("n2", "4", "8Gi", taint("team", "", "NoSchedule")), node("n3", "4", "8Gi"), pod("p"))
	l.add("taint-no-execute", "NoExecute refuses too", node("n1", "4", "8Gi", taint("team", "red", "NoExecute")), pod("p"))
	l.add("taint-first-named", "of two untolerated taints the first is named", node("n1", "4", "8Gi", taint("a", "1", "NoSchedule"), taint("b", "2", "NoExecute")), pod("p", tolerate("b", "Exists", "", "")), pod("q", tolerate("a", "Exists", "", "")), pod("r"))
	l.add("taint-equal", "Equal needs key, value and effect", node("n1", "4", "8Gi", taint("team", "red", "NoSchedule")), pod("p1", tolerate("team", "Equal", "red", "NoSchedule")), pod("p2", tolerate("team", "Equal", "blue", "NoSchedule")), pod("p3", tolerate("team", "", "red", "")), pod("p4", tolerate("team", "Exists", "", "NoExecute")))
	l.add("taint-exists-all", "an empty key with Exists tolerates everything", node("n1", "4", "8Gi", taint("a", "1", "NoSchedule"), taint("b", "2", "NoExecute")), pod("p", tolerate("", "Exists", "", "")))
	l.add("taint-prefer-not", "PreferNoSchedule: the node with most untolerated ones gets 0, weight 3", node("n1", "4", "8Gi", taint("a", "", "PreferNoSchedule")), node("n2", "4", "8Gi", taint("a", "", "PreferNoSchedule"), taint("b", "", "PreferNoSchedule")), node("n3", "4", "8Gi"), node("n4", "4", "8Gi", taint("a", "", "PreferNoSchedule"), taint("b", "", "PreferNoSchedule"), taint("c", "", "PreferNoSchedule")), pod("p"))
	l.add("taint-prefer-not-tolerated", "a toleration with effect PreferNoSchedule or none takes the taint out of the count; one with NoSchedule does not", node("n1", "4", "8Gi", taint("a", "", "PreferNoSchedule")), node("n2", "4", "8Gi"), pod("p", tolerate("a", "Exists", "", "")), pod("q", tolerate("a", "Exists", "", "PreferNoSchedule")), pod("r", tolerate("a", "Exists", "", "NoSchedule")))
	l.add("taint-prefer-not-all-equal", "the same count everywhere scores 0 everywhere", nodes(3, "4", "8Gi", taint("a", "", "PreferNoSchedule")), pod("p"))
	l.add("taint-prefer-not-beats-load", "a soft taint (300) outweighs an empty node", node("n1", "4", "8Gi", taint("a", "", "PreferNoSchedule")), node("n2", "4", "8Gi"), pod("b", on("n2"), cm("3", "6Gi")), pod("p", cm("500m", "1Gi")))
	l.add("taint-not-ready", "node condition taints are ordinary taints", node("n1", "4", "8Gi", taint("node.kubernetes.io/not-ready", "", "NoSchedule"), taint("node.kubernetes.io/not-ready", "", "NoExecute")), pod("p", tolerate("node.kubernetes.io/not-ready", "Exists", "", "NoExecute")), pod("d", tolerate("node.kubernetes.io/not-ready", "Exists", "", "")))
	l.add("taint-no-preemption", "an untolerated taint is final for preemption", node("n1", "1", "8Gi", taint("a", "", "NoSchedule")), node("n2", "1", "8Gi"), pod("v1", on("n1"), cm("1", "1Gi")), pod("v2", on("n2"), cm("1", "1Gi")), pod("p", prio(10), cm("1", "1Gi")))
}

func nodeAffinity(l *list) {
	disk := []*corev1.Node{node("n1", "4", "8Gi", nlabel("disk", "ssd"), nlabel("gen", "5")), node("n2", "4", "8Gi", nlabel("disk", "hdd"), nlabel("gen", "7")), node("n3", "4", "8Gi", nlabel("gen", "x")), node("n4", "4", "8Gi")}
	l.add("affinity-selector", "nodeSelector: all pairs", disk, pod("p", selects("disk", "ssd")), pod("q", selects("disk", "ssd"), selects("gen", "6")))
	for _, c := range []struct {
		id   string
		expr corev1.NodeSelectorRequirement
	}{{"in", expr("disk", "In", "ssd", "nvme")}, {"not-in", expr("disk", "NotIn", "ssd")}, {"exists", expr("disk", "Exists")}, {"does-not-exist", expr("disk", "DoesNotExist")}, {"gt", expr("gen", "Gt", "5")}, {"lt", expr("gen", "Lt", "7")}, {"gt-not-a-number", expr("gen", "Gt", "five")}} {
		l.add("affinity-"+c.id, "operator of a required term", disk, pod("p", requires(term(c.expr))))
	}
	l.add("affinity-terms-or", "terms are alternatives, expressions of one term all hold", disk, pod("p", requires(term(expr("disk", "In", "ssd"), expr("gen", "In", "7")), term(expr("gen", "In", "x")))))
	l.add("affinity-empty-term", "a term without expressions matches nothing", disk, pod("p", requires(term())), pod("q", requires(term(), term(expr("disk", "Exists")))))
	l.add("affinity-selector-and-required", "both the selector and the terms hold", disk, pod("p", selects("gen", "7"), requires(term(expr("disk", "Exists")))))
	l.add("affinity-preferred", "weights add up, the best sum becomes 100, times 2", disk, pod("p", prefers(30, expr("disk", "In", "ssd")), prefers(50, expr("gen", "In", "7")), prefers(10, expr("gen", "Exists"))))
	l.add("affinity-preferred-rounding", "normalised with integer division", nodes(1, "4", "8Gi", nlabel("a", "1"), nlabel("b", "1"), nlabel("c", "1")), node("m1", "4", "8Gi", nlabel("a", "1")), node("m2", "4", "8Gi", nlabel("b", "1")), node("m3", "4", "8Gi", nlabel("a", "1"), nlabel("c", "1")), pod("p", prefers(1, expr("a", "Exists")), prefers(1, expr("b", "Exists")), prefers(5, expr("c", "Exists"))))
	l.add("affinity-preferred-nowhere", "a preference that no node has scores 0", nodes(2, "4", "8Gi"), pod("p", prefers(100, expr("nowhere", "Exists"))))
	l.add("affinity-preferred-empty", "an empty preferred term matches nothing", nodes(2, "4", "8Gi"), node("m1", "4", "8Gi", nlabel("a", "1")), pod("p", prefers(100), prefers(1, expr("a", "Exists"))))
	l.add("affinity-only-feasible", "normalised over the nodes that passed, not over all", node("n1", "100m", "8Gi", nlabel("a", "1"), nlabel("b", "1")), node("n2", "4", "8Gi", nlabel("a", "1")), node("n3", "4", "8Gi"), pod("p", cm("1", "1Gi"), prefers(10, expr("a", "Exists")), prefers(40, expr("b", "Exists"))))
	l.add("affinity-profile-added", "addedAffinity of the profile also holds", disk, pod("p"), config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeAffinity","args":{"addedAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"disk","operator":"Exists"}]}]},"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"gen","operator":"In","values":["7"]}]}}]}}}]}]}`))
}

func fit(l *list) {
	l.add("fit-cpu", "cpu to the millicore", node("n1", "1", "8Gi"), pod("b", on("n1"), cm("501m", "1Gi")), pod("p", cm("500m", "1Gi")), pod("q", cm("499m", "1Gi")))
	l.add("fit-cpu-rounds-up", "a request below a millicore counts as one", node("n1", "2m", "8Gi"), pod("p1", cm("100u", "1Mi")), pod("p2", cm("100u", "1Mi")), pod("p3", cm("100u", "1Mi")))
	l.add("fit-memory", "memory to the byte", node("n1", "4", "1000"), pod("p", req("memory", "1001")), pod("q", req("memory", "1000")), pod("r", req("memory", "1")))
	l.add("fit-both", "every short resource is a reason of its own", nodes(2, "1", "1Gi"), pod("p", cm("2", "2Gi")))
	l.add("fit-too-many-pods", "the pods resource", node("n1", "4", "8Gi", has("pods", "2")), pod("b", on("n1")), pod("p"), pod("q"))
	l.add("fit-zero-request", "a pod that asks for nothing fits a full node", node("n1", "1", "1Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p"))
	l.add("fit-zero-on-overcommitted", "and one that is overcommitted", node("n1", "1", "1Gi"), pod("b", on("n1"), cm("2", "2Gi")), pod("p"), pod("q", req("cpu", "1m")), pod("r", req("memory", "1")))
	l.add("fit-zero-explicit", "a request of 0 is no request", node("n1", "1", "1Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", cm("0", "0")))
	l.add("fit-ephemeral", "ephemeral storage", node("n1", "4", "8Gi", has("ephemeral-storage", "10Gi")), pod("p", req("ephemeral-storage", "11Gi")), pod("q", req("ephemeral-storage", "10Gi")))
	l.add("fit-extended", "an extended resource", node("n1", "4", "8Gi", has("nvidia.com/gpu", "2")), node("n2", "4", "8Gi"), pod("p", req("nvidia.com/gpu", "2")), pod("q", req("nvidia.com/gpu", "1")))
	l.add("fit-extended-final", "a node that never had it is final for preemption, one that is full is not", node("n1", "4", "8Gi", has("nvidia.com/gpu", "1")), node("n2", "4", "8Gi"), pod("v", on("n1"), req("nvidia.com/gpu", "1")), pod("p", prio(5), req("nvidia.com/gpu", "1")))
	l.add("fit-hugepages", "huge pages", node("n1", "4", "8Gi", has("hugepages-2Mi", "100Mi")), node("n2", "4", "8Gi"), pod("p", req("cpu", "1", "memory", "1Gi", "hugepages-2Mi", "64Mi")), pod("q", req("cpu", "1", "memory", "1Gi", "hugepages-2Mi", "64Mi")))
	l.add("fit-unknown-resource", "a resource no node offers", nodes(2, "4", "8Gi"), pod("p", req("example.com/thing", "1")))
	l.add("fit-ignored-resource", "ignoredResources and ignoredResourceGroups", nodes(1, "4", "8Gi"), pod("p", req("example.com/thing", "1")), pod("q", req("other.org/thing", "1")), pod("r", req("third.net/thing", "1")), config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"ignoredResources":["example.com/thing"],"ignoredResourceGroups":["other.org"]}}]}]}`))
	l.add("fit-containers-add", "containers add up", node("n1", "1", "1Gi"), pod("p", cm("600m", "500Mi"), another("b", "cpu", "500m", "memory", "100Mi")), pod("q", cm("600m", "500Mi"), another("b", "cpu", "400m", "memory", "524Mi")))
	l.add("fit-init-max", "the largest init container, not their sum", node("n1", "1", "1Gi"), pod("p", cm("200m", "100Mi"), initial("i1", false, "cpu", "1", "memory", "100Mi"), initial("i2", false, "cpu", "100m", "memory", "1Gi")), pod("q", cm("1m", "1Mi")))
	l.add("fit-init-too-big", "an init container alone can be too much", node("n1", "1", "1Gi"), pod("p", cm("200m", "100Mi"), initial("i1", false, "cpu", "1001m")))
	l.add("fit-sidecar", "sidecars add to the containers and to the init containers after them", node("n1", "1", "1Gi"), pod("p", cm("400m", "100Mi"), initial("s", true, "cpu", "300m"), initial("i", false, "cpu", "701m")), pod("q", cm("400m", "100Mi"), initial("i", false, "cpu", "701m"), initial("s", true, "cpu", "300m")), pod("r", cm("400m", "100Mi"), initial("s", true, "cpu", "300m")))
	l.add("fit-overhead", "overhead counts", node("n1", "1", "1Gi"), pod("p", cm("900m", "100Mi"), overhead("cpu", "101m")), pod("q", cm("900m", "100Mi"), overhead("cpu", "100m")))
	l.add("fit-pod-level", "pod-level resources take the place of the containers' sum", node("n1", "1", "1Gi"), pod("p", cm("900m", "100Mi"), func(p *corev1.Pod) {
		p.Spec.Resources = &corev1.ResourceRequirements{Requests: resources("cpu", "300m", "memory", "200Mi")}
	}), pod("q", cm("700m", "100Mi")), pod("r", cm("701m", "100Mi")))
	resized := func(spec, allocated, actual string, infeasible bool) podOption {
		return func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources.Requests = resources("cpu", spec)
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", AllocatedResources: resources("cpu", allocated), Resources: &corev1.ResourceRequirements{Requests: resources("cpu", actual)}}}
			c := corev1.PodCondition{Type: corev1.PodResizePending, Status: corev1.ConditionTrue, Reason: corev1.PodReasonDeferred}
			if infeasible {
				c.Reason = corev1.PodReasonInfeasible
			}
			p.Status.Conditions = append(p.Status.Conditions, c)
		}
	}
	l.add("fit-resize-deferred", "an in-place resize in progress counts the largest of wanted, allocated and actual", node("n1", "1", "1Gi"), pod("b", on("n1"), resized("600m", "200m", "200m", false)), pod("p", cm("401m", "1Mi")), pod("q", cm("400m", "1Mi")))
	l.add("fit-resize-down", "a shrinking pod counts what it still has", node("n1", "1", "1Gi"), pod("b", on("n1"), resized("200m", "200m", "600m", false)), pod("p", cm("401m", "1Mi")), pod("q", cm("400m", "1Mi")))
	l.add("fit-resize-infeasible", "an infeasible resize counts what was allocated", node("n1", "1", "1Gi"), pod("b", on("n1"), resized("900m", "200m", "200m", true)), pod("p", cm("801m", "1Mi")), pod("q", cm("800m", "1Mi")))
	l.add("fit-terminating", "a pod that is leaving still occupies its node", node("n1", "1", "1Gi"), pod("b", on("n1"), cm("800m", "1Mi"), leaving), pod("p", cm("201m", "1Mi")), pod("q", cm("200m", "1Mi")))
	l.add("fit-ended", "a pod that has ended does not", node("n1", "1", "1Gi"), pod("b", on("n1"), cm("800m", "1Mi"), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }), pod("p", cm("1", "1Mi")))
	l.add("fit-no-allocatable-pods", "a node without a pods resource takes none", node("n1", "4", "8Gi", lacks("pods")), pod("p"))
	l.add("fit-limits-are-not-requests", "limits alone are nothing to the scheduler (the API server copies them into requests)", node("n1", "1", "1Gi"), pod("p", func(p *corev1.Pod) { p.Spec.Containers[0].Resources.Limits = resources("cpu", "5") }))
	l.add("fit-order-of-filters", "only the first refusing plugin of a node is counted", node("n1", "100m", "8Gi", taint("a", "", "NoSchedule")), node("n2", "100m", "8Gi", cordoned), node("n3", "100m", "8Gi"), node("n4", "4", "8Gi"), pod("p", selects("x", "y"), cm("1", "1Gi")), pod("q", cm("5", "1Gi"), port(80, "TCP", "")))
}

func scoring(l *list) {
	l.add("score-least", "LeastAllocated: mean of free shares in whole numbers", node("n1", "4", "8Gi"), node("n2", "3", "10Gi"), node("n3", "7", "5Gi"), pod("b1", on("n1"), cm("1300m", "1Gi")), pod("b2", on("n2"), cm("700m", "3Gi")), pod("b3", on("n3"), cm("2100m", "700Mi")), copies(4, "p", cm("333m", "777Mi")))
	l.add("score-non-zero", "a container without requests counts 100m and 200Mi in the score, nothing in the filter", node("n1", "1", "1Gi"), node("n2", "1", "1Gi"), pod("b1", on("n1")), pod("b2", on("n1")), pod("b3", on("n2"), cm("250m", "1Mi")), pod("p"))
	l.add("score-non-zero-per-container", "per container and per resource", node("n1", "2", "4Gi"), node("n2", "2", "4Gi"), pod("b1", on("n1"), req("cpu", "100m"), another("b", "memory", "100Mi")), pod("b2", on("n2"), cm("200m", "300Mi")), pod("p", req("memory", "50Mi"), another("b", "cpu", "1")))
	l.add("score-non-zero-explicit-zero", "an explicit 0 stays 0", node("n1", "1", "1Gi"), node("n2", "1", "1Gi"), pod("b1", on("n1"), cm("0", "0")), pod("b2", on("n2")), pod("p", cm("100m", "100Mi")))
	l.add("score-overcommitted", "more asked than there is scores 0 for that resource", node("n1", "1", "10Gi"), node("n2", "1", "10Gi"), pod("b1", on("n1"), cm("0", "0"), another("b"), another("c"), another("d"), another("e"), another("f"), another("g"), another("h"), another("i"), another("j"), another("k"), another("l")), pod("b2", on("n2"), cm("500m", "1Gi")), pod("p", req("memory", "1Gi")))
	l.add("score-most", "MostAllocated", node("n1", "4", "8Gi"), node("n2", "3", "10Gi"), node("n3", "7", "5Gi"), pod("b1", on("n1"), cm("1300m", "1Gi")), pod("b2", on("n2"), cm("700m", "3Gi")), pod("b3", on("n3"), cm("2100m", "700Mi")), copies(4, "p", cm("333m", "777Mi")), mostAllocated)
	l.add("score-most-weights", "MostAllocated with weights and an extended resource", node("n1", "4", "8Gi", has("nvidia.com/gpu", "4")), node("n2", "4", "8Gi", has("nvidia.com/gpu", "8")), node("n3", "4", "8Gi"), pod("b1", on("n1"), req("cpu", "1", "nvidia.com/gpu", "1")), pod("b2", on("n2"), req("cpu", "1", "nvidia.com/gpu", "3")), pod("p", req("cpu", "1", "nvidia.com/gpu", "1")), pod("q", req("cpu", "1")),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":{"type":"MostAllocated","resources":[{"name":"cpu","weight":1},{"name":"memory","weight":2},{"name":"nvidia.com/gpu","weight":5}]}}}]}]}`))
	l.add("score-least-extended", "a weighted extended resource is left out where the pod does not ask for it or the node has none", node("n1", "4", "8Gi", has("nvidia.com/gpu", "4")), node("n2", "4", "8Gi", has("nvidia.com/gpu", "8")), node("n3", "4", "8Gi"), pod("b1", on("n1"), req("nvidia.com/gpu", "1")), pod("p", req("cpu", "1", "nvidia.com/gpu", "1")), pod("q", req("cpu", "1")),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":{"type":"LeastAllocated","resources":[{"name":"cpu","weight":3},{"name":"nvidia.com/gpu","weight":5}]}}}]}]}`))
	l.add("score-ratio", "RequestedToCapacityRatio", node("n1", "4", "8Gi"), node("n2", "4", "8Gi"), pod("b1", on("n1"), cm("1", "5Gi")), pod("b2", on("n2"), cm("3", "1Gi")), pod("p", cm("500m", "1Gi")),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":{"type":"RequestedToCapacityRatio","resources":[{"name":"cpu","weight":3},{"name":"memory","weight":1}],"requestedToCapacityRatio":{"shape":[{"utilization":0,"score":0},{"utilization":40,"score":10},{"utilization":100,"score":3}]}}}}]}]}`))
	l.add("score-balanced", "NodeResourcesBalancedAllocation: shares that lie near each other", node("n1", "4", "8Gi"), node("n2", "4", "8Gi"), node("n3", "4", "8Gi"), pod("b1", on("n1"), cm("2", "1Gi")), pod("b2", on("n2"), cm("1", "4Gi")), pod("b3", on("n3"), cm("2", "4Gi")), pod("p", cm("400m", "800Mi")))
	l.add("score-balanced-best-effort", "a pod that asks for nothing is not scored for balance", node("n1", "4", "8Gi"), node("n2", "4", "8Gi"), pod("b1", on("n1"), cm("3", "1Gi")), pod("p"))
	l.add("score-balanced-one-resource", "balance uses real requests, so one without memory counts 0 of it", node("n1", "4", "8Gi"), node("n2", "2", "8Gi"), pod("p", req("cpu", "1")), pod("q", req("memory", "1Gi")))
	l.add("score-balanced-three", "with three resources it is the standard deviation", node("n1", "4", "8Gi", has("nvidia.com/gpu", "4")), node("n2", "4", "8Gi", has("nvidia.com/gpu", "2")), pod("p", req("cpu", "1", "memory", "1Gi", "nvidia.com/gpu", "1")), pod("q", cm("1", "1Gi")),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesBalancedAllocation","args":{"resources":[{"name":"cpu","weight":1},{"name":"memory","weight":1},{"name":"nvidia.com/gpu","weight":1}]}}]}]}`))
	l.add("score-balanced-full", "a share above 1 counts as 1", node("n1", "1", "8Gi"), node("n2", "2", "8Gi"), pod("b", on("n1"), cm("2", "1Gi")), pod("p", req("memory", "1Gi")))
	l.add("score-one-feasible", "a single feasible node is not scored", node("n1", "4", "8Gi"), node("n2", "100m", "8Gi"), pod("p", cm("1", "1Gi")))
	l.add("score-tie", "equal totals: all of them are best", nodes(5, "4", "8Gi"), copies(6, "p", cm("1", "1Gi")))
	l.add("score-weights", "score weights of the profile", node("n1", "4", "8Gi", nlabel("a", "1")), node("n2", "4", "8Gi"), pod("b", on("n1"), cm("3", "6Gi")), pod("p", cm("100m", "100Mi"), prefers(1, expr("a", "Exists"))), config(`{"profiles":[{"schedulerName":"default-scheduler","plugins":{"score":{"disabled":[{"name":"NodeAffinity"}],"enabled":[{"name":"NodeAffinity","weight":1}]}}}]}`))
	l.add("score-plugin-off", "a disabled score plugin", node("n1", "4", "8Gi"), node("n2", "4", "8Gi"), pod("b", on("n1"), cm("2", "1Gi")), pod("p", cm("100m", "100Mi")), config(`{"profiles":[{"schedulerName":"default-scheduler","plugins":{"score":{"disabled":[{"name":"NodeResourcesFit"}]}}}]}`))
	l.add("score-init-non-zero", "init containers and sidecars in the scoring request", node("n1", "2", "2Gi"), node("n2", "4", "3Gi"), pod("b", on("n1"), cm("100m", "100Mi"), initial("i", false, "cpu", "1"), initial("s", true)), pod("p", cm("100m", "100Mi"), initial("i", false, "cpu", "1"), initial("s", true)))
	l.add("score-overhead", "overhead counts in the score", node("n1", "2", "2Gi"), node("n2", "2", "2Gi"), pod("b1", on("n1"), cm("100m", "100Mi"), overhead("cpu", "500m", "memory", "64Mi")), pod("b2", on("n2"), cm("500m", "100Mi")), pod("p", cm("100m", "100Mi")))
	l.add("score-zero-allocatable", "a node that offers none of a resource is scored on the rest", node("n1", "4", "8Gi"), node("n2", "4", "8Gi", func(n *corev1.Node) { n.Status.Allocatable["memory"] = quantity("0") }), pod("p", req("cpu", "1")))
}

func imageLocality(l *list) {
	const mb = 1024 * 1024
	l.add("image-present", "a large image on one of two nodes: scaled by how many nodes have it", node("n1", "4", "8Gi", image(500*mb, "registry.io/big:1")), node("n2", "4", "8Gi"), pod("p", images("registry.io/big:1")))
	l.add("image-below", "below 23 MB times containers scores 0", node("n1", "4", "8Gi", image(40*mb, "registry.io/small:1")), node("n2", "4", "8Gi"), pod("p", images("registry.io/small:1")))
	l.add("image-above", "1000 MB times containers and more scores 100", node("n1", "4", "8Gi", image(5000*mb, "registry.io/huge:1")), node("n2", "4", "8Gi", image(5000*mb, "registry.io/huge:1")), node("n3", "4", "8Gi"), pod("p", images("registry.io/huge:1")))
	l.add("image-normalised-name", "latest is added to a name without tag, and only that", node("n1", "4", "8Gi", image(900*mb, "nginx:latest", "docker.io/library/nginx:latest")), node("n2", "4", "8Gi"), pod("p", images("nginx")), pod("q", images("docker.io/library/nginx")), pod("r", images("nginx:1")), pod("s", images("docker.io/nginx")))
	l.add("image-two-containers", "sums over containers; a repeated image counts again", node("n1", "4", "8Gi", image(300*mb, "a:1"), image(200*mb, "b:1")), node("n2", "4", "8Gi", image(300*mb, "a:1")), node("n3", "4", "8Gi"), pod("p", images("a:1", "b:1")), pod("q", images("a:1", "a:1")))
	l.add("image-init", "init containers count too", node("n1", "4", "8Gi", image(800*mb, "i:1")), node("n2", "4", "8Gi"), pod("p", images("a:1"), func(p *corev1.Pod) { p.Spec.InitContainers = []corev1.Container{{Name: "i", Image: "i:1"}} }))
	l.add("image-cordoned-counts", "nodes that are not feasible count among those that have it", node("n1", "4", "8Gi", image(800*mb, "a:1")), node("n2", "4", "8Gi", cordoned, image(800*mb, "a:1")), node("n3", "4", "8Gi"), pod("p", images("a:1")))
	l.add("image-digest", "by digest", node("n1", "4", "8Gi", image(800*mb, "a@sha256:0123", "a:1")), node("n2", "4", "8Gi"), pod("p", images("a@sha256:0123")))
}

func podAffinity(l *list) {
	z := zoned(4, 2, "8", "16Gi")
	l.add("podaffinity-required", "beside its kind, by zone", z, pod("b", on("n2"), app("web")), pod("p", with(podTerm("web", zoneKey))))
	l.add("podaffinity-nobody", "nobody to be beside", z, pod("p", with(podTerm("web", zoneKey))))
	l.add("podaffinity-first-of-itself", "the first of its own kind may go anywhere that has the key", z, node("m", "8", "16Gi"), copies(3, "p", app("web"), with(podTerm("web", zoneKey))))
	l.add("podaffinity-first-but-others", "matches itself, but others of the kind exist elsewhere", z, pod("b", on("n1"), app("web")), pod("p", app("web"), with(podTerm("web", zoneKey))))
	l.add("podaffinity-two-terms", "both terms hold, each in a place of its own", z, pod("b1", on("n1"), app("web")), pod("b2", on("n3"), app("db")), pod("p", with(podTerm("web", zoneKey)), with(podTerm("db", hostKey))))
	l.add("podaffinity-one-pod-for-all-terms", "with several terms only pods that match all of them count", z, pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web"), plabel("tier", "x")), pod("p", with(podTerm("web", zoneKey)), with(corev1.PodAffinityTerm{TopologyKey: hostKey, LabelSelector: &metav1.LabelSelector{MatchLabels: labels{"tier": "x"}}})))
	l.add("podaffinity-self-two-terms", "first of itself needs that it matches every term itself", z, pod("p", app("web"), plabel("tier", "x"), with(podTerm("web", zoneKey)), with(corev1.PodAffinityTerm{TopologyKey: hostKey, LabelSelector: &metav1.LabelSelector{MatchLabels: labels{"tier": "x"}}})), pod("q", app("other"), with(podTerm("other", zoneKey)), with(podTerm("none", hostKey))))
	l.add("podaffinity-key-missing", "a node without the key is refused", node("m", "8", "16Gi"), node("n1", "8", "16Gi", zone("a")), pod("b", on("m"), app("web")), pod("p", with(podTerm("web", zoneKey))), pod("q", app("x"), with(podTerm("x", zoneKey))))
	l.add("podaffinity-leaving", "a pod that is leaving still attracts", z, pod("b", on("n2"), app("web"), leaving), pod("p", with(podTerm("web", zoneKey))))
	l.add("podaffinity-not-preempted-for", "required affinity that fails is final for preemption", nodes(2, "1", "8Gi"), pod("v", on("n1"), cm("1", "1Gi")), pod("p", prio(10), cm("1", "1Gi"), with(podTerm("web", hostKey))))
	l.add("podantiaffinity-required", "not beside its kind", z, pod("b", on("n2"), app("web")), pod("p", without(podTerm("web", zoneKey))), copies(5, "q", app("q"), without(podTerm("q", hostKey))))
	l.add("podantiaffinity-existing", "the anti-affinity of pods that run holds against the newcomer", z, pod("b", on("n2"), app("db"), without(podTerm("web", zoneKey))), pod("p", app("web")))
	l.add("podantiaffinity-key-missing", "a node without the key cannot conflict", node("m", "8", "16Gi"), node("n1", "8", "16Gi", zone("a")), pod("b1", on("m"), app("web")), pod("b2", on("n1"), app("web")), pod("p", without(podTerm("web", zoneKey))))
	l.add("podantiaffinity-preempts", "pods that repel are victims, however much room there is", nodes(1, "8", "16Gi"), pod("v1", on("n1"), app("web"), cm("1", "1Gi")), pod("v2", on("n1"), app("db"), cm("1", "1Gi")), pod("p", prio(10), without(podTerm("web", hostKey))))
	l.add("podantiaffinity-existing-preempts", "so are pods that repel the newcomer", nodes(1, "8", "16Gi"), pod("v1", on("n1"), app("db"), without(podTerm("web", hostKey))), pod("p", prio(10), app("web")))
	l.add("podaffinity-preferred", "weights add for every pod in the domain; lowest becomes 0, highest 100, times 2", z, pod("b1", on("n1"), app("web")), pod("b2", on("n3"), app("web")), pod("b3", on("n2"), app("db")), pod("p", near(10, podTerm("web", zoneKey)), near(25, podTerm("db", hostKey))))
	l.add("podantiaffinity-preferred", "negative weights", z, pod("b1", on("n1"), app("web")), pod("b2", on("n3"), app("web")), pod("p", away(10, podTerm("web", zoneKey)), away(5, podTerm("web", hostKey))))
	l.add("podaffinity-preferred-symmetric", "the preferences of pods that run count for the newcomer, and their required affinity with hard weight 1", z, pod("b1", on("n1"), app("db"), near(20, podTerm("web", zoneKey))), pod("b2", on("n2"), app("db"), away(30, podTerm("web", hostKey))), pod("b3", on("n4"), app("db"), with(podTerm("web", hostKey))), pod("p", app("web")))
	l.add("podaffinity-hard-weight", "hardPodAffinityWeight 50", z, pod("b1", on("n1"), app("db"), near(20, podTerm("web", zoneKey))), pod("b3", on("n4"), app("db"), with(podTerm("web", hostKey))), pod("p", app("web")), config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"InterPodAffinity","args":{"hardPodAffinityWeight":50}}]}]}`))
	l.add("podaffinity-ignore-existing", "ignorePreferredTermsOfExistingPods: without terms of its own a pod is not scored by theirs", z, pod("b1", on("n1"), app("db"), near(20, podTerm("web", zoneKey))), pod("p", app("web")), pod("q", app("web"), near(1, podTerm("none", zoneKey))), config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"InterPodAffinity","args":{"ignorePreferredTermsOfExistingPods":true}}]}]}`))
	l.add("podaffinity-preferred-rounding", "normalised as a fraction cut to a whole number", zoned(4, 4, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n2"), app("db")), pod("b3", on("n3"), app("web"), plabel("x", "y")), pod("p", near(3, podTerm("web", zoneKey)), near(7, podTerm("db", zoneKey)), away(1, corev1.PodAffinityTerm{TopologyKey: zoneKey, LabelSelector: &metav1.LabelSelector{MatchLabels: labels{"x": "y"}}})))
	ns := []any{namespace("default", labels{"team": "red"}), namespace("blue", labels{"team": "blue"}), namespace("green", labels{"team": "green"})}
	other := append(append([]any{}, ns...), z, pod("b1", in("blue"), on("n1"), app("web")), pod("b2", in("green"), on("n2"), app("web")))
	l.add("podaffinity-namespace-own", "terms look into the pod's own namespace only", append(other, pod("p", with(podTerm("web", hostKey))))...)
	l.add("podaffinity-namespaces", "a list of namespaces", append(other, pod("p", with(podTerm("web", hostKey, namespaces("blue")))))...)
	l.add("podaffinity-namespace-selector", "a namespaceSelector", append(other, pod("p", with(podTerm("web", hostKey, namespaceSelector(labels{"team": "green"})))))...)
	l.add("podaffinity-namespace-both", "list and selector: either", append(other, pod("p", without(podTerm("web", hostKey, namespaces("blue"), namespaceSelector(labels{"team": "green"})))))...)
	l.add("podaffinity-namespace-all", "an empty namespaceSelector is every namespace", append(other, pod("p", without(podTerm("web", hostKey, namespaceSelector(labels{})))))...)
	l.add("podaffinity-namespace-symmetric", "the selector of a running pod's term looks at the newcomer's namespace", append(append([]any{}, ns...), z, pod("b1", in("blue"), on("n1"), app("db"), without(podTerm("web", zoneKey, namespaceSelector(labels{"team": "red"})))), pod("p", app("web")), pod("q", in("green"), app("web")))...)
	l.add("podaffinity-nil-selector", "a term without selector matches no pod, an empty selector every pod", z, pod("b", on("n1"), app("web")), pod("p", without(corev1.PodAffinityTerm{TopologyKey: hostKey})), pod("q", without(corev1.PodAffinityTerm{TopologyKey: hostKey, LabelSelector: &metav1.LabelSelector{}})))
	l.add("podaffinity-label-keys", "matchLabelKeys: the API server has merged the value into the selector; the scheduler reads only the selector", z, pod("b1", on("n1"), app("web"), plabel("rev", "1")), pod("b2", on("n2"), app("web"), plabel("rev", "2")), pod("p", app("web"), plabel("rev", "2"), without(corev1.PodAffinityTerm{TopologyKey: zoneKey, MatchLabelKeys: []string{"rev"}, LabelSelector: &metav1.LabelSelector{MatchLabels: labels{"app": "web"}, MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "rev", Operator: "In", Values: []string{"2"}}}}})), pod("q", app("web"), plabel("rev", "2"), with(corev1.PodAffinityTerm{TopologyKey: zoneKey, MatchLabelKeys: []string{"rev"}, LabelSelector: selector("web")})))
}

func topologySpread(l *list) {
	l.add("spread-hard", "DoNotSchedule: count + self - minimum may not exceed maxSkew", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), copies(5, "p", app("web"), spread("web", zoneKey, 1, true)))
	l.add("spread-hard-skew-2", "maxSkew 2", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), copies(6, "p", app("web"), spread("web", zoneKey, 2, true)))
	l.add("spread-hard-not-self", "a pod that its own selector does not select adds nothing", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("p", app("other"), spread("web", zoneKey, 1, true)))
	l.add("spread-hard-impossible", "an empty zone whose node cannot take the pod blocks the others", node("n1", "8", "16Gi", zone("a")), node("n2", "100m", "16Gi", zone("b")), copies(3, "p", app("web"), cm("1", "1Gi"), spread("web", zoneKey, 1, true)))
	l.add("spread-key-missing", "a node without the key is refused, with a reason of its own", node("n1", "8", "16Gi", zone("a")), node("m", "8", "16Gi"), pod("p", app("web"), spread("web", zoneKey, 1, true)), pod("q", app("web"), spread("web", "rack", 1, true)))
	l.add("spread-two-keys", "two constraints: a node without one of the keys counts for neither", zoned(2, 2, "8", "16Gi", nlabel("rack", "r1")), node("m", "8", "16Gi", zone("c")), pod("b", on("m"), app("web")), copies(3, "p", app("web"), spread("web", zoneKey, 1, true), spread("web", "rack", 5, true)))
	l.add("spread-min-domains", "too few domains: the minimum is 0", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n2"), app("web")), pod("p", app("web"), spread("web", zoneKey, 1, true, minDomains(3))), pod("q", app("web"), spread("web", zoneKey, 1, true, minDomains(2))))
	l.add("spread-affinity-policy-honor", "nodes that the pod's own affinity excludes are no domains", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("p", app("web"), requires(term(expr(zoneKey, "In", "a", "b"))), spread("web", zoneKey, 1, true)), pod("q", app("web"), requires(term(expr(zoneKey, "In", "a"))), spread("web", zoneKey, 1, true)))
	l.add("spread-affinity-policy-ignore", "nodeAffinityPolicy Ignore", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("q", app("web"), requires(term(expr(zoneKey, "In", "a"))), spread("web", zoneKey, 1, true, policies("Ignore", ""))))
	l.add("spread-taints-policy-ignore", "by default tainted nodes are domains", node("n1", "8", "16Gi", zone("a")), node("n2", "8", "16Gi", zone("b"), taint("x", "", "NoSchedule")), copies(2, "p", app("web"), spread("web", zoneKey, 1, true)))
	l.add("spread-taints-policy-honor", "nodeTaintsPolicy Honor", node("n1", "8", "16Gi", zone("a")), node("n2", "8", "16Gi", zone("b"), taint("x", "", "NoSchedule")), node("n3", "8", "16Gi", zone("c"), taint("y", "", "PreferNoSchedule")), copies(3, "p", app("web"), spread("web", zoneKey, 1, true, policies("", "Honor"))))
	l.add("spread-taints-policy-cordon", "Honor and a cordoned node: only its taint counts", node("n1", "8", "16Gi", zone("a")), node("n2", "8", "16Gi", zone("b"), cordoned), node("n3", "8", "16Gi", zone("c"), func(n *corev1.Node) { n.Spec.Unschedulable = true }), copies(2, "p", app("web"), spread("web", zoneKey, 1, true, policies("", "Honor"))))
	l.add("spread-label-keys", "matchLabelKeys narrows by the pod's own values (selector not merged by the API server)", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web"), plabel("rev", "1")), pod("b2", on("n1"), app("web"), plabel("rev", "2")), pod("b3", on("n2"), app("web"), plabel("rev", "1")), pod("p", app("web"), plabel("rev", "2"), spread("web", zoneKey, 1, true, labelKeys("rev"))), pod("q", app("web"), spread("web", zoneKey, 1, true, labelKeys("rev"))))
	l.add("spread-label-keys-merged", "the same after the API server has merged it (1.34 and newer)", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web"), plabel("rev", "1")), pod("b2", on("n1"), app("web"), plabel("rev", "2")), pod("b3", on("n2"), app("web"), plabel("rev", "1")), pod("p", app("web"), plabel("rev", "2"), spread("web", zoneKey, 1, true, labelKeys("rev"), func(c *corev1.TopologySpreadConstraint) {
		c.LabelSelector.MatchExpressions = []metav1.LabelSelectorRequirement{{Key: "rev", Operator: "In", Values: []string{"2"}}}
	})))
	l.add("spread-leaving", "pods that are leaving do not count", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web"), leaving), pod("b2", on("n1"), app("web"), leaving), copies(2, "p", app("web"), spread("web", zoneKey, 1, true)))
	l.add("spread-namespace", "only pods of its namespace", zoned(2, 2, "8", "16Gi"), pod("b1", in("blue"), on("n1"), app("web")), pod("b2", in("blue"), on("n1"), app("web")), copies(2, "p", app("web"), spread("web", zoneKey, 1, true)))
	l.add("spread-nil-selector", "no selector selects nothing", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("p", app("web"), func(p *corev1.Pod) {
		p.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: zoneKey, WhenUnsatisfiable: "DoNotSchedule"}}
	}))
	l.add("spread-empty-selector", "an empty selector counts no pod, but selects the newcomer", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), copies(3, "p", app("web"), func(p *corev1.Pod) {
		p.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: zoneKey, WhenUnsatisfiable: "DoNotSchedule", LabelSelector: &metav1.LabelSelector{}}, {MaxSkew: 1, TopologyKey: hostKey, WhenUnsatisfiable: "ScheduleAnyway", LabelSelector: &metav1.LabelSelector{}}}
	}))
	l.add("spread-hostname", "by hostname", zoned(3, 2, "8", "16Gi"), copies(7, "p", app("web"), spread("web", hostKey, 1, true)))
	l.add("spread-hostname-label-changed", "the label, not the name, is the domain", node("n1", "8", "16Gi", nlabel(hostKey, "same")), node("n2", "8", "16Gi", nlabel(hostKey, "same")), node("n3", "8", "16Gi"), copies(4, "p", app("web"), spread("web", hostKey, 1, true)))
	l.add("spread-soft", "ScheduleAnyway: weight ln(domains+2) per matching pod, inverted, times 2", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), copies(4, "p", app("web"), spread("web", zoneKey, 1, false)))
	l.add("spread-soft-skew", "maxSkew adds maxSkew-1 to every node", zoned(3, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), pod("p", app("web"), spread("web", zoneKey, 4, false)))
	l.add("spread-soft-hostname", "hostname domains are counted as the scored nodes", zoned(4, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), pod("p", app("web"), spread("web", hostKey, 1, false)))
	l.add("spread-soft-two", "two soft constraints add before rounding", zoned(4, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), copies(2, "p", app("web"), spread("web", hostKey, 1, false), spread("web", zoneKey, 1, false)))
	l.add("spread-soft-key-missing", "a node without the key scores 0", zoned(2, 2, "8", "16Gi"), node("m", "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("p", app("web"), spread("web", zoneKey, 1, false)))
	l.add("spread-soft-all-equal", "all equal: 100 for all", zoned(2, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("b2", on("n2"), app("web")), pod("p", app("web"), spread("web", zoneKey, 1, false)))
	l.add("spread-soft-infeasible-zone", "zones without feasible node do not count as domains", node("n1", "8", "16Gi", zone("a")), node("n2", "8", "16Gi", zone("b")), node("n3", "100m", "16Gi", zone("c")), pod("b1", on("n1"), app("web")), pod("b2", on("n3"), app("web")), pod("p", app("web"), cm("1", "1Gi"), spread("web", zoneKey, 1, false)))
	l.add("spread-hard-and-soft", "a hard and a soft one", zoned(6, 3, "8", "16Gi"), pod("b1", on("n1"), app("web")), copies(6, "p", app("web"), spread("web", zoneKey, 1, true), spread("web", hostKey, 1, false)))
	l.add("spread-soft-policies", "inclusion policies in the score", zoned(4, 2, "8", "16Gi"), node("n5", "8", "16Gi", zone("c"), taint("x", "", "NoSchedule")), pod("b1", on("n1"), app("web")), pod("b2", on("n5"), app("web")), pod("p", app("web"), selects(hostKey, "n2"), spread("web", zoneKey, 1, false)), pod("q", app("web"), spread("web", zoneKey, 1, false, policies("", "Honor"))), pod("r", app("web"), tolerate("x", "Exists", "", ""), spread("web", zoneKey, 1, false, policies("Ignore", "Honor"))))
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"}, Spec: corev1.ServiceSpec{Selector: labels{"app": "web"}}}
	l.add("spread-system-default", "a pod of a service is spread by hostname (skew 3) and zone (skew 5), softly", zoned(4, 2, "8", "16Gi"), service, pod("b1", on("n1"), app("web")), pod("b2", on("n1"), app("web")), pod("b3", on("n2"), app("web")), copies(3, "p", app("web"), cm("100m", "100Mi")))
	l.add("spread-system-default-replicaset", "a pod of a ReplicaSet likewise, by the selector of its set", zoned(4, 2, "8", "16Gi"), &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "default", UID: "owner"}, Spec: appsv1.ReplicaSetSpec{Selector: selector("web")}}, pod("b1", on("n1"), app("web"), owned("ReplicaSet", "web-1")), pod("b2", on("n1"), app("web"), owned("ReplicaSet", "web-1")), copies(3, "p", app("web"), owned("ReplicaSet", "web-1"), cm("100m", "100Mi")))
	l.add("spread-system-default-stateful", "and of a StatefulSet", zoned(4, 2, "8", "16Gi"), &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "db", Namespace: "default", UID: "owner"}, Spec: appsv1.StatefulSetSpec{Selector: selector("db")}}, copies(5, "p", app("db"), owned("StatefulSet", "db"), cm("100m", "100Mi")))
	l.add("spread-system-default-zoneless", "system defaults do not ask for the zone label", node("n1", "8", "16Gi", zone("a")), node("n2", "8", "16Gi"), service, pod("b1", on("n1"), app("web")), copies(2, "p", app("web"), cm("100m", "100Mi")))
	l.add("spread-system-default-off", "constraints of its own replace the defaults", zoned(4, 2, "8", "16Gi"), service, pod("b1", on("n1"), app("web")), pod("p", app("web"), cm("100m", "100Mi"), spread("none", zoneKey, 1, false)))
	l.add("spread-no-owner", "a bare pod is not spread", zoned(4, 2, "8", "16Gi"), pod("b1", on("n1"), app("web")), pod("p", app("web"), cm("100m", "100Mi")))
	l.add("spread-list-default", "defaultingType List with a hard constraint", zoned(4, 2, "8", "16Gi"), service, pod("b1", on("n1"), app("web")), copies(3, "p", app("web"), cm("100m", "100Mi")), config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"PodTopologySpread","args":{"defaultingType":"List","defaultConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule"}]}}]}]}`))
	l.add("spread-preempts", "a crowded zone can be helped by preemption", zoned(2, 2, "1", "8Gi"), pod("v1", on("n1"), app("web"), cm("400m", "1Gi")), pod("v2", on("n1"), app("web"), cm("400m", "1Gi")), pod("full", on("n2"), prio(100), cm("1", "1Gi")), pod("p", app("web"), prio(10), cm("200m", "1Gi"), spread("web", zoneKey, 1, true)))
}

func ports(l *list) {
	l.add("port-taken", "a host port taken on one node", nodes(2, "4", "8Gi"), pod("b", on("n1"), port(8080, "TCP", "")), pod("p", port(8080, "TCP", "")), pod("q", port(8080, "TCP", "")))
	l.add("port-protocol", "another protocol is another port", nodes(1, "4", "8Gi"), pod("b", on("n1"), port(53, "TCP", "")), pod("p", port(53, "UDP", "")))
	l.add("port-ip", "other addresses do not conflict, 0.0.0.0 conflicts with all", nodes(1, "4", "8Gi"), pod("b", on("n1"), port(80, "TCP", "10.0.0.1")), pod("p", port(80, "TCP", "10.0.0.2")), pod("q", port(80, "TCP", "0.0.0.0")), pod("r", port(80, "TCP", "10.0.0.1")))
	l.add("port-preempts", "a taken port can be helped by preemption", nodes(2, "4", "8Gi"), pod("b1", on("n1"), prio(5), port(80, "TCP", "")), pod("b2", on("n2"), prio(3), port(80, "TCP", "")), pod("p", prio(10), port(80, "TCP", "")))
	l.add("port-sidecar", "ports of sidecars count, those of init containers do not", nodes(1, "4", "8Gi"), pod("b", on("n1"), initial("s", true), initial("i", false), func(p *corev1.Pod) {
		p.Spec.InitContainers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80, Protocol: "TCP"}}
		p.Spec.InitContainers[1].Ports = []corev1.ContainerPort{{ContainerPort: 81, HostPort: 81, Protocol: "TCP"}}
	}), pod("p", port(80, "TCP", "")), pod("q", port(81, "TCP", "")))
	l.add("port-own-two", "the same port twice in one pod is no conflict", nodes(1, "4", "8Gi"), pod("p", port(80, "TCP", ""), port(80, "TCP", "10.0.0.1")))
}

func storage(l *list) {
	z := zoned(3, 3, "8", "16Gi")
	l.add("volume-bound-zone", "a bound volume pins the pod to its zone", z, storageClass("gp3", true), pv("pv1", "gp3", "10Gi", "b", claimedBy("c1")), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("p", claim("c1")))
	l.add("volume-bound-conflict", "and clashes with a selector", z, storageClass("gp3", true), pv("pv1", "gp3", "10Gi", "b", claimedBy("c1")), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("p", claim("c1"), selects(zoneKey, "a")))
	l.add("volume-zone-label", "the zone label of a bound volume is a filter of its own", z, storageClass("gp3", false), pv("pv1", "gp3", "10Gi", "", claimedBy("c1"), func(v *corev1.PersistentVolume) { v.Labels = labels{zoneKey: "c"} }), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("p", claim("c1")))
	l.add("volume-zone-label-two", "two zones in the label", z, storageClass("gp3", false), pv("pv1", "gp3", "10Gi", "", claimedBy("c1"), func(v *corev1.PersistentVolume) { v.Labels = labels{zoneKey: "a__c"} }), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("p", claim("c1")))
	l.add("volume-zone-beta", "the beta labels on either side", node("n1", "8", "16Gi", nlabel("failure-domain.beta.kubernetes.io/zone", "a")), node("n2", "8", "16Gi", zone("b")), storageClass("gp3", false), pv("pv1", "gp3", "10Gi", "", claimedBy("c1"), func(v *corev1.PersistentVolume) { v.Labels = labels{zoneKey: "a"} }), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("p", claim("c1")))
	l.add("volume-immediate-unbound", "an unbound claim of an Immediate class waits", z, storageClass("gp2", false), pvc("c1", "gp2", "10Gi"), pod("p", claim("c1")))
	l.add("volume-missing-claim", "no such claim", z, pod("p", claim("c9")))
	l.add("volume-missing-pv", "a claim bound to a volume that is gone", z, storageClass("gp3", true), pvc("c1", "gp3", "10Gi", boundTo("pv9")), pod("p", claim("c1")))
	l.add("volume-late", "WaitForFirstConsumer: a volume is made where the pod goes", z, storageClass("gp3", true), pvc("c1", "gp3", "10Gi"), pod("b", on("n1"), cm("4", "8Gi")), pod("p", claim("c1"), cm("1", "1Gi")), pod("q", claim("c1"), cm("1", "1Gi")))
	l.add("volume-late-topology", "allowedTopologies", z, storageClass("gp3", true, func(c *storagev1.StorageClass) {
		c.AllowedTopologies = []corev1.TopologySelectorTerm{{MatchLabelExpressions: []corev1.TopologySelectorLabelRequirement{{Key: zoneKey, Values: []string{"b", "x"}}}}}
	}), pvc("c1", "gp3", "10Gi"), pod("p", claim("c1")))
	l.add("volume-late-no-provisioner", "a class without provisioner needs a volume that fits", z, storageClass("local", true, func(c *storagev1.StorageClass) { c.Provisioner = "kubernetes.io/no-provisioner" }), pv("pv1", "local", "10Gi", "a"), pv("pv2", "local", "5Gi", "b"), pvc("c1", "local", "6Gi"), pvc("c2", "local", "6Gi"), pod("p", claim("c1")), pod("q", claim("c2")))
	l.add("volume-late-smallest", "of several volumes the smallest that fits", z, storageClass("local", true, func(c *storagev1.StorageClass) { c.Provisioner = "kubernetes.io/no-provisioner" }), pv("pv1", "local", "20Gi", "a"), pv("pv2", "local", "8Gi", "a"), pv("pv3", "local", "9Gi", "a"), pvc("c1", "local", "6Gi"), pvc("c2", "local", "6Gi"), pvc("c3", "local", "6Gi"), pod("p1", claim("c1")), pod("p2", claim("c2")), pod("p3", claim("c3")))
	l.add("volume-late-two-claims", "two late claims in one pod", z, storageClass("gp3", true), pvc("c1", "gp3", "10Gi"), pvc("c2", "gp3", "10Gi"), pod("p", claim("c1"), claim("c2")))
	l.add("volume-late-and-bound", "a late claim beside a bound one", z, storageClass("gp3", true), pv("pv1", "gp3", "10Gi", "c", claimedBy("c1")), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pvc("c2", "gp3", "10Gi"), pod("p", claim("c1"), claim("c2")), pod("q", claim("c2")))
	l.add("volume-limit", "attach limit of the driver", zoned(2, 1, "8", "16Gi"), csiNode("n1", 2), csiNode("n2", 1), storageClass("gp3", false), pv("pv1", "gp3", "1Gi", "a", claimedBy("c1")), pvc("c1", "gp3", "1Gi", boundTo("pv1")), pv("pv2", "gp3", "1Gi", "a", claimedBy("c2")), pvc("c2", "gp3", "1Gi", boundTo("pv2")), pv("pv3", "gp3", "1Gi", "a", claimedBy("c3")), pvc("c3", "gp3", "1Gi", boundTo("pv3")), pv("pv4", "gp3", "1Gi", "a", claimedBy("c4")), pvc("c4", "gp3", "1Gi", boundTo("pv4")), pod("b", on("n1"), claim("c1")), pod("p2", claim("c2")), pod("p3", claim("c3")), pod("p4", claim("c4")))
	l.add("volume-limit-shared", "a volume that is on the node already does not count again", zoned(1, 1, "8", "16Gi"), csiNode("n1", 1), storageClass("gp3", false), pv("pv1", "gp3", "1Gi", "a", claimedBy("c1")), pvc("c1", "gp3", "1Gi", boundTo("pv1")), pod("b", on("n1"), claim("c1")), pod("p", claim("c1")))
	l.add("volume-limit-late", "a late claim counts by the class's provisioner", zoned(2, 1, "8", "16Gi"), csiNode("n1", 0), csiNode("n2", 1), storageClass("gp3", true), pvc("c1", "gp3", "1Gi"), pvc("c2", "gp3", "1Gi"), pod("p1", claim("c1")), pod("p2", claim("c2")))
	l.add("volume-once-pod", "ReadWriteOncePod is held by one pod; preemption can help", nodes(2, "8", "16Gi"), storageClass("gp3", false), pv("pv1", "gp3", "1Gi", "", claimedBy("c1"), rwop), pvc("c1", "gp3", "1Gi", boundTo("pv1"), func(c *corev1.PersistentVolumeClaim) {
		c.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod}
	}), pod("b", on("n1"), prio(5), claim("c1")), pod("p", prio(5), claim("c1")), pod("q", prio(10), claim("c1")))
	l.add("volume-no-class", "a claim without class that nobody bound", z, pvc("c1", "", "1Gi"), pod("p", claim("c1")))
	l.add("volume-claim-leaving", "a claim that is being deleted", z, storageClass("gp3", false), pv("pv1", "gp3", "1Gi", "", claimedBy("c1")), pvc("c1", "gp3", "1Gi", boundTo("pv1"), func(c *corev1.PersistentVolumeClaim) {
		c.DeletionTimestamp = ptr(metav1.NewTime(world.Epoch.Add(-time.Second)))
		c.Finalizers = []string{"kubernetes.io/pvc-protection"}
	}), pod("p", claim("c1")))
	l.add("volume-capacity", "storage capacity tracking of the driver", zoned(2, 2, "8", "16Gi"), &storagev1.CSIDriver{ObjectMeta: metav1.ObjectMeta{Name: "ebs.csi.aws.com"}, Spec: storagev1.CSIDriverSpec{StorageCapacity: ptr(true)}}, storageClass("gp3", true), &storagev1.CSIStorageCapacity{ObjectMeta: metav1.ObjectMeta{Name: "cap-a", Namespace: "kube-system"}, StorageClassName: "gp3", NodeTopology: &metav1.LabelSelector{MatchLabels: labels{zoneKey: "a"}}, Capacity: ptr(quantity("5Gi"))}, &storagev1.CSIStorageCapacity{ObjectMeta: metav1.ObjectMeta{Name: "cap-b", Namespace: "kube-system"}, StorageClassName: "gp3", NodeTopology: &metav1.LabelSelector{MatchLabels: labels{zoneKey: "b"}}, Capacity: ptr(quantity("50Gi"))}, pvc("c1", "gp3", "10Gi"), pvc("c2", "gp3", "100Gi"), pod("p", claim("c1")), pod("q", claim("c2")))
	l.add("volume-no-preemption", "where resources refuse first, a zone conflict shows only in preemption's dry run", zoned(2, 2, "1", "8Gi"), storageClass("gp3", true), pv("pv1", "gp3", "10Gi", "a", claimedBy("c1")), pvc("c1", "gp3", "10Gi", boundTo("pv1")), pod("v1", on("n1"), prio(50), cm("1", "1Gi")), pod("v2", on("n2"), prio(1), cm("1", "1Gi")), pod("p", prio(10), claim("c1"), cm("1", "1Gi")), pod("q", prio(60), claim("c1"), cm("1", "1Gi")))
}

func rwop(v *corev1.PersistentVolume) {
	v.Spec.AccessModes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod}
}

func gatesAndOrder(l *list) {
	l.add("gate-closed", "a gated pod is not tried", nodes(1, "4", "8Gi"), pod("p", gated("x.io/a"), gated("x.io/b")), pod("q"))
	l.add("gate-opened", "it enters the queue when the last gate goes", nodes(1, "4", "8Gi"), pod("p", gated("x.io/a"), gated("x.io/b")), opPatch(5, "pods", "default/p", `{"spec":{"schedulingGates":[{"name":"x.io/b"}]}}`), opPatch(8, "pods", "default/p", `{"spec":{"schedulingGates":null}}`))
	l.add("order-priority", "higher priority first, then the order of arrival", node("n1", "1", "8Gi"), pod("p1", cm("400m", "1Gi")), pod("p2", prio(5), cm("400m", "1Gi"), never), pod("p3", prio(5), cm("400m", "1Gi"), never), pod("p4", prio(-5), cm("400m", "1Gi")))
	l.add("order-other-scheduler", "pods of another scheduler are left alone but count once bound", node("n1", "1", "8Gi"), pod("p1", func(p *corev1.Pod) { p.Spec.SchedulerName = "other" }), pod("b", on("n1"), cm("800m", "1Gi"), func(p *corev1.Pod) { p.Spec.SchedulerName = "other" }), pod("p2", cm("400m", "1Gi")))
	l.add("order-deleting", "a pending pod with a deletion time is skipped", nodes(1, "4", "8Gi"), pod("p", leaving), pod("q"))
	l.add("order-affinity-chain", "pods that wait for each other settle by wake-ups", nodes(2, "4", "8Gi"), pod("a", app("a"), with(podTerm("b", hostKey))), pod("b", app("b"), with(podTerm("c", hostKey))), pod("c", app("c")))
	l.add("batch-default", "opportunistic batching on: with the system's default spread no pod is batched, so nothing changes", some(4, func(i int) *corev1.Node {
		return node(fmt.Sprintf("n%d", i), fmt.Sprintf("%dm", 1000+100*i), "8Gi")
	}), copies(4, "p", cm("900m", "1Gi")), batching)
	l.add("batch-no-spread", "without default constraints equal pods that each fill a node take the first one's ranking, unscored", some(4, func(i int) *corev1.Node {
		return node(fmt.Sprintf("n%d", i), fmt.Sprintf("%dm", 1000+100*i), "8Gi")
	}), copies(4, "p", cm("900m", "1Gi")), batching, noDefaultSpread)
	ranked := []*corev1.Node{node("n1", "1", "8Gi", nlabel("a", "1"), nlabel("b", "1")), node("n2", "1", "8Gi", nlabel("a", "1")), node("n3", "1", "2Gi"), node("n4", "2", "8Gi", nlabel("c", "1"))}
	l.add("batch-normalised", "a ranking that was normalised with the node that is now full", ranked, copies(3, "p", cm("900m", "1Gi"), prefers(90, expr("b", "Exists")), prefers(10, expr("a", "Exists")), prefers(4, expr("c", "Exists"))), batching, noDefaultSpread)
	l.add("batch-normalised-off", "the same without batching", ranked, copies(3, "p", cm("900m", "1Gi"), prefers(90, expr("b", "Exists")), prefers(10, expr("a", "Exists")), prefers(4, expr("c", "Exists"))), noDefaultSpread)
}
