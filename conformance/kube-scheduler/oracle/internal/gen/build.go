// Package gen makes scenarios: one per rule (Directed) and drawn ones (Draw).
package gen

import (
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
	"dovetail.dev/oracle/kube-scheduler/internal/world"
)

const (
	zoneKey = "topology.kubernetes.io/zone"
	hostKey = "kubernetes.io/hostname"
)

type (
	nodeOption = func(*corev1.Node)
	podOption  = func(*corev1.Pod)
	labels     = map[string]string
)

func ptr[T any](v T) *T { return &v }

func quantity(s string) resource.Quantity { return resource.MustParse(s) }

func node(name, cpu, memory string, options ...nodeOption) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels{hostKey: name}},
		Status: corev1.NodeStatus{Allocatable: corev1.ResourceList{
			corev1.ResourceCPU: quantity(cpu), corev1.ResourceMemory: quantity(memory), corev1.ResourcePods: quantity("110"),
			corev1.ResourceEphemeralStorage: quantity("100Gi")}},
	}
	for _, o := range options {
		o(n)
	}
	n.Status.Capacity = n.Status.Allocatable
	return n
}

func nlabel(key, value string) nodeOption { return func(n *corev1.Node) { n.Labels[key] = value } }
func zone(z string) nodeOption            { return nlabel(zoneKey, z) }
func unlabel(key string) nodeOption       { return func(n *corev1.Node) { delete(n.Labels, key) } }
func taint(key, value, effect string) nodeOption {
	return func(n *corev1.Node) {
		n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffect(effect)})
	}
}
func cordoned(n *corev1.Node) {
	n.Spec.Unschedulable = true
	n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: "node.kubernetes.io/unschedulable", Effect: "NoSchedule"})
}
func has(name, amount string) nodeOption {
	return func(n *corev1.Node) { n.Status.Allocatable[corev1.ResourceName(name)] = quantity(amount) }
}
func lacks(name string) nodeOption {
	return func(n *corev1.Node) { delete(n.Status.Allocatable, corev1.ResourceName(name)) }
}
func image(size int64, names ...string) nodeOption {
	return func(n *corev1.Node) {
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: names, SizeBytes: size})
	}
}

func pod(name string, options ...podOption) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: corev1.PodSpec{
			SchedulerName: "default-scheduler",
			Priority:      ptr[int32](0),
			Containers:    []corev1.Container{{Name: "main", Image: "app:1"}},
		},
	}
	for _, o := range options {
		o(p)
	}
	return p
}

func in(namespace string) podOption { return func(p *corev1.Pod) { p.Namespace = namespace } }
func on(node string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.NodeName = node
		p.Status.Phase = corev1.PodRunning
		if p.Status.StartTime == nil {
			p.Status.StartTime = ptr(metav1.NewTime(world.Epoch.Add(-time.Hour)))
		}
	}
}
func started(secondsAgo int) podOption {
	return func(p *corev1.Pod) {
		p.Status.StartTime = ptr(metav1.NewTime(world.Epoch.Add(-time.Duration(secondsAgo) * time.Second)))
	}
}
func plabel(key, value string) podOption {
	return func(p *corev1.Pod) {
		if p.Labels == nil {
			p.Labels = labels{}
		}
		p.Labels[key] = value
	}
}
func app(name string) podOption { return plabel("app", name) }
func resources(list ...string) corev1.ResourceList {
	out := corev1.ResourceList{}
	for i := 0; i < len(list); i += 2 {
		out[corev1.ResourceName(list[i])] = quantity(list[i+1])
	}
	return out
}
func req(list ...string) podOption {
	return func(p *corev1.Pod) { p.Spec.Containers[0].Resources.Requests = resources(list...) }
}
func cm(cpu, memory string) podOption { return req("cpu", cpu, "memory", memory) }
func another(name string, list ...string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: name, Image: "app:1", Resources: corev1.ResourceRequirements{Requests: resources(list...)}})
	}
}
func initial(name string, sidecar bool, list ...string) podOption {
	return func(p *corev1.Pod) {
		c := corev1.Container{Name: name, Image: "app:1", Resources: corev1.ResourceRequirements{Requests: resources(list...)}}
		if sidecar {
			c.RestartPolicy = ptr(corev1.ContainerRestartPolicyAlways)
		}
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
	}
}
func prio(value int32) podOption { return func(p *corev1.Pod) { p.Spec.Priority = ptr(value) } }
func never(p *corev1.Pod)        { p.Spec.PreemptionPolicy = ptr(corev1.PreemptNever) }
func tolerate(key, operator, value, effect string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Tolerations = append(p.Spec.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOperator(operator), Value: value, Effect: corev1.TaintEffect(effect)})
	}
}
func selects(key, value string) podOption {
	return func(p *corev1.Pod) {
		if p.Spec.NodeSelector == nil {
			p.Spec.NodeSelector = labels{}
		}
		p.Spec.NodeSelector[key] = value
	}
}
func affinity(p *corev1.Pod) *corev1.Affinity {
	if p.Spec.Affinity == nil {
		p.Spec.Affinity = &corev1.Affinity{}
	}
	return p.Spec.Affinity
}
func expr(key, operator string, values ...string) corev1.NodeSelectorRequirement {
	return corev1.NodeSelectorRequirement{Key: key, Operator: corev1.NodeSelectorOperator(operator), Values: values}
}
func requires(terms ...[]corev1.NodeSelectorRequirement) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.NodeAffinity == nil {
			a.NodeAffinity = &corev1.NodeAffinity{}
		}
		selector := &corev1.NodeSelector{}
		for _, t := range terms {
			selector.NodeSelectorTerms = append(selector.NodeSelectorTerms, corev1.NodeSelectorTerm{MatchExpressions: t})
		}
		a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = selector
	}
}
func term(list ...corev1.NodeSelectorRequirement) []corev1.NodeSelectorRequirement { return list }
func requiresFields(list ...corev1.NodeSelectorRequirement) podOption {
	return func(p *corev1.Pod) {
		affinity(p).NodeAffinity = &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchFields: list}}}}
	}
}
func prefers(weight int32, list ...corev1.NodeSelectorRequirement) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.NodeAffinity == nil {
			a.NodeAffinity = &corev1.NodeAffinity{}
		}
		a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = append(a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution,
			corev1.PreferredSchedulingTerm{Weight: weight, Preference: corev1.NodeSelectorTerm{MatchExpressions: list}})
	}
}
func selector(app string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: labels{"app": app}}
}

type termOption = func(*corev1.PodAffinityTerm)

func podTerm(app, key string, options ...termOption) corev1.PodAffinityTerm {
	t := corev1.PodAffinityTerm{LabelSelector: selector(app), TopologyKey: key}
	for _, o := range options {
		o(&t)
	}
	return t
}
func namespaces(list ...string) termOption {
	return func(t *corev1.PodAffinityTerm) { t.Namespaces = list }
}
func namespaceSelector(l labels) termOption {
	return func(t *corev1.PodAffinityTerm) { t.NamespaceSelector = &metav1.LabelSelector{MatchLabels: l} }
}
func with(t corev1.PodAffinityTerm) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.PodAffinity == nil {
			a.PodAffinity = &corev1.PodAffinity{}
		}
		a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution = append(a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution, t)
	}
}
func without(t corev1.PodAffinityTerm) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.PodAntiAffinity == nil {
			a.PodAntiAffinity = &corev1.PodAntiAffinity{}
		}
		a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution = append(a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution, t)
	}
}
func near(weight int32, t corev1.PodAffinityTerm) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.PodAffinity == nil {
			a.PodAffinity = &corev1.PodAffinity{}
		}
		a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution = append(a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution,
			corev1.WeightedPodAffinityTerm{Weight: weight, PodAffinityTerm: t})
	}
}
func away(weight int32, t corev1.PodAffinityTerm) podOption {
	return func(p *corev1.Pod) {
		a := affinity(p)
		if a.PodAntiAffinity == nil {
			a.PodAntiAffinity = &corev1.PodAntiAffinity{}
		}
		a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution = append(a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution,
			corev1.WeightedPodAffinityTerm{Weight: weight, PodAffinityTerm: t})
	}
}

type spreadOption = func(*corev1.TopologySpreadConstraint)

func spread(app, key string, skew int32, hard bool, options ...spreadOption) podOption {
	return func(p *corev1.Pod) {
		c := corev1.TopologySpreadConstraint{MaxSkew: skew, TopologyKey: key, WhenUnsatisfiable: corev1.ScheduleAnyway, LabelSelector: selector(app)}
		if hard {
			c.WhenUnsatisfiable = corev1.DoNotSchedule
		}
		for _, o := range options {
			o(&c)
		}
		p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, c)
	}
}
func minDomains(n int32) spreadOption {
	return func(c *corev1.TopologySpreadConstraint) { c.MinDomains = ptr(n) }
}
func policies(affinityPolicy, taintsPolicy string) spreadOption {
	return func(c *corev1.TopologySpreadConstraint) {
		if affinityPolicy != "" {
			c.NodeAffinityPolicy = ptr(corev1.NodeInclusionPolicy(affinityPolicy))
		}
		if taintsPolicy != "" {
			c.NodeTaintsPolicy = ptr(corev1.NodeInclusionPolicy(taintsPolicy))
		}
	}
}
func labelKeys(keys ...string) spreadOption {
	return func(c *corev1.TopologySpreadConstraint) { c.MatchLabelKeys = keys }
}
func port(host int32, protocol, ip string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Containers[0].Ports = append(p.Spec.Containers[0].Ports, corev1.ContainerPort{ContainerPort: host, HostPort: host, Protocol: corev1.Protocol(protocol), HostIP: ip})
	}
}
func images(list ...string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Containers = nil
		for i, name := range list {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: fmt.Sprintf("c%d", i), Image: name})
		}
	}
}
func claim(name string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}})
	}
}
func gated(name string) podOption {
	return func(p *corev1.Pod) {
		p.Spec.SchedulingGates = append(p.Spec.SchedulingGates, corev1.PodSchedulingGate{Name: name})
	}
}
func overhead(list ...string) podOption {
	return func(p *corev1.Pod) { p.Spec.Overhead = resources(list...) }
}
func nominated(node string) podOption {
	return func(p *corev1.Pod) { p.Status.NominatedNodeName = node }
}
func leaving(p *corev1.Pod) {
	p.DeletionTimestamp = ptr(metav1.NewTime(world.Epoch.Add(-time.Second)))
	p.Finalizers = []string{"dovetail.dev/stay"}
}
func owned(kind, name string) podOption {
	return func(p *corev1.Pod) {
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, UID: "owner", Controller: ptr(true)}}
	}
}

func pvc(name, class, size string, options ...func(*corev1.PersistentVolumeClaim)) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: "uid-" + "pvc-" + typesUID(name)},
		Spec: corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: ptr(class),
			VolumeMode: ptr(corev1.PersistentVolumeFilesystem),
			Resources:  corev1.VolumeResourceRequirements{Requests: resources("storage", size)}},
		Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
	}
	for _, o := range options {
		o(c)
	}
	return c
}
func boundTo(volume string) func(*corev1.PersistentVolumeClaim) {
	return func(c *corev1.PersistentVolumeClaim) {
		c.Spec.VolumeName = volume
		c.Status.Phase = corev1.ClaimBound
		c.Annotations = labels{"pv.kubernetes.io/bind-completed": "yes"}
	}
}
func pv(name, class, size, zoneName string, options ...func(*corev1.PersistentVolume)) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeSpec{AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: class,
			VolumeMode: ptr(corev1.PersistentVolumeFilesystem), Capacity: resources("storage", size),
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "ebs.csi.aws.com", VolumeHandle: name}}},
		Status: corev1.PersistentVolumeStatus{Phase: corev1.VolumeAvailable},
	}
	if zoneName != "" {
		v.Spec.NodeAffinity = &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchExpressions: []corev1.NodeSelectorRequirement{expr(zoneKey, "In", zoneName)}}}}}
	}
	for _, o := range options {
		o(v)
	}
	return v
}
func claimedBy(c string) func(*corev1.PersistentVolume) {
	return func(v *corev1.PersistentVolume) {
		v.Spec.ClaimRef = &corev1.ObjectReference{Kind: "PersistentVolumeClaim", Namespace: "default", Name: c, UID: "uid-" + "pvc-" + typesUID(c)}
		v.Status.Phase = corev1.VolumeBound
	}
}
func storageClass(name string, late bool, options ...func(*storagev1.StorageClass)) *storagev1.StorageClass {
	c := &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Provisioner: "ebs.csi.aws.com", VolumeBindingMode: ptr(storagev1.VolumeBindingImmediate)}
	if late {
		c.VolumeBindingMode = ptr(storagev1.VolumeBindingWaitForFirstConsumer)
	}
	for _, o := range options {
		o(c)
	}
	return c
}
func csiNode(name string, limit int32) *storagev1.CSINode {
	return &storagev1.CSINode{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: storagev1.CSINodeSpec{Drivers: []storagev1.CSINodeDriver{{
		Name: "ebs.csi.aws.com", NodeID: name, TopologyKeys: []string{zoneKey}, Allocatable: &storagev1.VolumeNodeResources{Count: ptr(limit)}}}}}
}
func budget(name, app string, allowed int32) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec:   policyv1.PodDisruptionBudgetSpec{Selector: selector(app), MinAvailable: ptr(intstr.FromInt32(1))},
		Status: policyv1.PodDisruptionBudgetStatus{DisruptionsAllowed: allowed}}
}
func namespace(name string, l labels) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: l}}
}

func raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return clean(data)
}

func kindOf(obj runtime.Object) string {
	switch obj.(type) {
	case *corev1.Pod:
		return "pods"
	case *corev1.Node:
		return "nodes"
	case *corev1.PersistentVolumeClaim:
		return "persistentVolumeClaims"
	case *corev1.PersistentVolume:
		return "persistentVolumes"
	case *storagev1.StorageClass:
		return "storageClasses"
	case *storagev1.CSINode:
		return "csiNodes"
	case *policyv1.PodDisruptionBudget:
		return "podDisruptionBudgets"
	case *corev1.Namespace:
		return "namespaces"
	}
	panic(fmt.Sprintf("%T", obj))
}

func opAdd(at float64, obj runtime.Object) scenario.Op {
	return scenario.Op{AtS: at, Do: "add", Kind: kindOf(obj), Object: raw(obj)}
}
func opDelete(at float64, kind, key string) scenario.Op {
	return scenario.Op{AtS: at, Do: "delete", Kind: kind, Key: key}
}
func opPatch(at float64, kind, key, patch string) scenario.Op {
	return scenario.Op{AtS: at, Do: "patch", Kind: kind, Key: key, Patch: json.RawMessage(patch)}
}

// Line is the scenario's line in a vector file: without the empty fields that Go's types print.
func Line(s *scenario.Scenario) ([]byte, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return clean(data), nil
}

func clean(data []byte) []byte {
	var v any
	decoder := json.NewDecoder(bytesReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		panic(err)
	}
	out, err := json.Marshal(prune(v))
	if err != nil {
		panic(err)
	}
	return out
}

// Fields that mean nothing when empty; an empty labelSelector or namespaceSelector does mean something.
var dull = map[string]bool{"status": true, "resources": true, "strategy": true, "loadBalancer": true, "spec": true}

func prune(v any) any {
	switch t := v.(type) {
	case map[string]any:
		for key, value := range t {
			if key == "patch" {
				continue // a null in a merge patch deletes
			}
			value = prune(value)
			t[key] = value
			inner, isMap := value.(map[string]any)
			if value == nil && key != "deletionTimestamp" || isMap && len(inner) == 0 && dull[key] {
				delete(t, key)
			}
		}
		// Capacity says nothing to the scheduler beside allocatable.
		if _, ok := t["allocatable"]; ok {
			for _, key := range []string{"capacity", "nodeInfo", "daemonEndpoints"} {
				delete(t, key)
			}
		}
		return t
	case []any:
		for i := range t {
			t[i] = prune(t[i])
		}
		return t
	}
	return v
}
