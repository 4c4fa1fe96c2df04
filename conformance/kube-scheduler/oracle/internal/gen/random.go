package gen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
)

// drawer draws one scenario. Every feature is switched on or off for the whole scenario first, so that many scenarios
// show few features at once.
type drawer struct {
	*rand.Rand
	s     *scenario.Scenario
	on    map[string]bool
	zones int
	free  map[string][2]int64 // millicores and MiB left on each node, as far as the drawer cares
	names []string
	apps  []*workload
	late  int
	ports int32
}

type workload struct {
	name      string
	namespace string
	options   []podOption
	cpu, mem  int64
	count     int
}

var features = []struct {
	name    string
	percent int
}{
	{"zones", 75}, {"taints", 35}, {"soft-taints", 35}, {"cordons", 20}, {"gpu", 20}, {"images", 25}, {"selectors", 40}, {"preferences", 40},
	{"spread-hard", 35}, {"spread-soft", 30}, {"spread-policies", 15}, {"owners", 45}, {"affinity", 30}, {"anti-affinity", 35}, {"soft-affinity", 35}, {"namespaces", 25},
	{"ports", 15}, {"priorities", 45}, {"budgets", 20}, {"never", 15}, {"init", 20}, {"no-requests", 35}, {"odd-requests", 30}, {"gates", 10},
	{"full", 45}, {"profile", 15}, {"leaving", 10}, {"overhead", 10}, {"uneven-nodes", 50}, {"missing-labels", 15},
}

// Draw is a scenario drawn from a seed. Shapes: small, medium, large, huge, volumes, time, preempt, topology; mixed
// takes one of the first four and time by the seed.
func Draw(seed int64, shape string) *scenario.Scenario {
	d := &drawer{Rand: rand.New(rand.NewPCG(uint64(seed), 0x6b732d31)), s: &scenario.Scenario{Seed: seed}, on: map[string]bool{}, free: map[string][2]int64{}, ports: 30000}
	if shape == "mixed" {
		shape = []string{"small", "small", "small", "medium", "medium", "time", "time", "small", "medium", "large"}[seed%10]
	}
	d.s.ID = fmt.Sprintf("%s-%d", shape, seed)
	d.s.Features = append(d.s.Features, shape)
	forced := map[string]string{"preempt": "priorities budgets full", "topology": "zones affinity anti-affinity soft-affinity spread-hard spread-soft"}[shape]
	for _, f := range features {
		if d.IntN(100) < f.percent || slices.Contains(strings.Fields(forced), f.name) {
			d.on[f.name] = true
			d.s.Features = append(d.s.Features, f.name)
		}
	}
	between := func(low, high int) int { return low + d.IntN(high-low+1) }
	var nodeCount, podCount int
	switch shape {
	case "small", "volumes", "preempt", "topology":
		nodeCount, podCount = between(3, 12), between(10, 40)
	case "time":
		nodeCount, podCount = between(3, 10), between(10, 40)
	case "medium":
		nodeCount, podCount = between(10, 30), between(40, 130)
	case "large":
		nodeCount, podCount = between(30, 60), between(150, 400)
		d.s.Options.Detail = "best"
	case "huge":
		nodeCount, podCount = 500, 2000
		d.s.Options.Detail = "best"
		for _, f := range []string{"affinity", "anti-affinity", "budgets", "priorities", "full"} {
			delete(d.on, f)
		}
	default:
		panic("unknown shape " + shape)
	}
	d.zones = between(2, 4)
	for i := range nodeCount {
		put(d.s, d.node(fmt.Sprintf("node-%03d", i)))
	}
	if d.on["namespaces"] {
		for _, n := range []string{"default", "blue", "green"} {
			put(d.s, namespace(n, labels{"team": n, "kubernetes.io/metadata.name": n}))
		}
	} else {
		put(d.s, namespace("default", labels{"kubernetes.io/metadata.name": "default"}))
	}
	if shape == "volumes" {
		put(d.s, storageClass("late", true))
		put(d.s, storageClass("now", false))
		d.s.Features = append(d.s.Features, "volumes")
	}
	for range between(2, 3+podCount/12) {
		d.apps = append(d.apps, d.workload(len(d.apps)))
	}
	d.bound(podCount, nodeCount)
	for range podCount {
		put(d.s, d.pod(d.apps[d.IntN(len(d.apps))], shape == "volumes"))
	}
	if d.on["profile"] {
		d.profile()
	}
	if shape == "time" {
		d.ops(between(6, 16))
	}
	if shape == "preempt" && d.chance(30) {
		d.s.Options.Victims = "terminating"
	}
	return d.s
}

func (d *drawer) chance(percent int) bool { return d.IntN(100) < percent }
func (d *drawer) has(feature string, percent int) bool {
	return d.on[feature] && d.chance(percent)
}

func pick[T any](d *drawer, list ...T) T { return list[d.IntN(len(list))] }

var sizes = []struct {
	kind     string
	cpu, mem int64
	pods     string
}{
	{"m.large", 1930, 7091, "29"}, {"m.xlarge", 3920, 14901, "58"}, {"m.2xlarge", 7910, 30533, "58"}, {"c.xlarge", 3920, 7050, "58"}, {"r.large", 1930, 15200, "29"}, {"t.small", 1930, 1480, "11"},
}

func (d *drawer) node(name string) *corev1.Node {
	size := sizes[0]
	if d.on["uneven-nodes"] {
		size = sizes[d.IntN(len(sizes))]
	} else if len(d.names) > 0 && d.chance(20) {
		size = sizes[1]
	}
	n := node(name, fmt.Sprintf("%dm", size.cpu), fmt.Sprintf("%dMi", size.mem), has("pods", size.pods), nlabel("node.kubernetes.io/instance-type", size.kind), nlabel("kubernetes.io/arch", pick(d, "amd64", "amd64", "arm64")), nlabel("capacity", pick(d, "spot", "on-demand")))
	if d.on["zones"] && !d.has("missing-labels", 15) {
		n.Labels[zoneKey] = "zone-" + string(rune('a'+d.IntN(d.zones)))
	}
	if d.has("missing-labels", 10) {
		delete(n.Labels, hostKey)
	}
	if d.chance(40) {
		n.Labels["disk"] = pick(d, "ssd", "hdd")
	}
	if d.chance(30) {
		n.Labels["generation"] = fmt.Sprint(3 + d.IntN(5))
	}
	if d.has("taints", 20) {
		taint("dedicated", pick(d, "batch", "web"), pick(d, "NoSchedule", "NoSchedule", "NoExecute"))(n)
	}
	if d.has("soft-taints", 30) {
		taint(pick(d, "old", "noisy"), "", "PreferNoSchedule")(n)
		if d.chance(30) {
			taint("slow", "", "PreferNoSchedule")(n)
		}
	}
	if d.has("cordons", 12) {
		cordoned(n)
	}
	if d.has("gpu", 30) {
		n.Status.Allocatable["nvidia.com/gpu"] = quantity(pick(d, "1", "4", "8"))
	}
	if d.on["images"] {
		for i := range 4 {
			if d.chance(40) {
				image(int64(20+i*i*130)<<20, fmt.Sprintf("registry.example/app%d:v1", i))(n)
			}
		}
	}
	n.Status.Capacity = n.Status.Allocatable
	d.free[name] = [2]int64{size.cpu, size.mem}
	d.names = append(d.names, name)
	return n
}

func (d *drawer) workload(i int) *workload {
	w := &workload{name: fmt.Sprintf("app%d", i), namespace: "default"}
	if d.has("namespaces", 50) {
		w.namespace = pick(d, "blue", "green")
	}
	add := func(o ...podOption) { w.options = append(w.options, o...) }
	add(in(w.namespace), app(w.name), plabel("tier", pick(d, "front", "back", "data")))
	w.cpu, w.mem = pick[int64](d, 50, 100, 250, 500, 500, 1000, 1500), pick[int64](d, 64, 128, 256, 512, 1024, 2048)
	switch {
	case d.has("no-requests", 30):
		w.cpu, w.mem = 0, 0
	case d.has("no-requests", 20):
		w.mem = 0
		add(req("cpu", fmt.Sprintf("%dm", w.cpu)))
	case d.has("odd-requests", 60):
		w.cpu, w.mem = int64(1+d.IntN(1700)), int64(1+d.IntN(3000))
		add(cm(fmt.Sprintf("%dm", w.cpu), fmt.Sprint(w.mem<<20+int64(d.IntN(1<<20)))))
	default:
		add(cm(fmt.Sprintf("%dm", w.cpu), fmt.Sprintf("%dMi", w.mem)))
	}
	name := fmt.Sprintf("registry.example/app%d:v1", i%4)
	add(func(p *corev1.Pod) { p.Spec.Containers[0].Image = name })
	if d.chance(15) {
		add(another("proxy", "cpu", "10m", "memory", "32Mi"))
	}
	if d.has("gpu", 25) {
		n := pick(d, "1", "2")
		add(func(p *corev1.Pod) {
			if p.Spec.Containers[0].Resources.Requests == nil {
				p.Spec.Containers[0].Resources.Requests = corev1.ResourceList{}
			}
			p.Spec.Containers[0].Resources.Requests["nvidia.com/gpu"] = quantity(n)
		})
	}
	if d.has("init", 50) {
		add(initial("setup", false, "cpu", fmt.Sprintf("%dm", 100*(1+d.IntN(12)))))
		if d.chance(50) {
			add(initial("mesh", true, "cpu", "60m", "memory", "48Mi"))
		}
	}
	if d.has("overhead", 40) {
		add(overhead("cpu", "120m", "memory", "160Mi"))
	}
	d.placement(w, add)
	d.neighbours(w, add)
	if d.has("priorities", 70) {
		add(prio(pick[int32](d, -10, 5, 10, 10, 100, 1000)))
		if d.has("never", 40) {
			add(never)
		}
	}
	if d.has("budgets", 50) {
		b := budget(w.name, w.name, int32(d.IntN(3)))
		b.Namespace = w.namespace
		put(d.s, b)
	}
	if d.has("owners", 70) {
		d.owner(w, add)
	}
	return w
}

func (d *drawer) placement(w *workload, add func(...podOption)) {
	if d.has("taints", 35) {
		if d.chance(50) {
			add(tolerate("dedicated", "Exists", "", ""))
		} else {
			add(tolerate("dedicated", "Equal", pick(d, "batch", "web"), pick(d, "NoSchedule", "")))
		}
	}
	if d.has("soft-taints", 30) {
		add(tolerate(pick(d, "old", "slow"), "Exists", "", pick(d, "", "PreferNoSchedule", "NoSchedule")))
	}
	if d.has("selectors", 40) {
		switch d.IntN(6) {
		case 0:
			add(selects("kubernetes.io/arch", "amd64"))
		case 1:
			add(requires(term(expr("disk", "In", "ssd")), term(expr("capacity", "In", "spot"))))
		case 2:
			add(requires(term(expr("disk", "Exists"), expr("kubernetes.io/arch", "NotIn", "arm64"))))
		case 3:
			add(requires(term(expr("generation", pick(d, "Gt", "Lt"), "5"))))
		case 4:
			add(requires(term(expr("disk", "DoesNotExist"))))
		case 5:
			add(selects("capacity", "spot"), requires(term(expr(zoneKey, "In", "zone-a", "zone-b"))))
		}
	}
	if d.has("preferences", 50) {
		add(prefers(int32(1+d.IntN(100)), expr("disk", "In", "ssd")))
		if d.chance(50) {
			add(prefers(int32(1+d.IntN(100)), expr("capacity", "In", pick(d, "spot", "on-demand"))))
		}
		if d.chance(40) {
			add(prefers(int32(1+d.IntN(100)), expr(zoneKey, "NotIn", "zone-a"), expr("generation", "Exists")))
		}
	}
	if d.has("ports", 30) {
		d.ports++
		add(port(d.ports, "TCP", ""))
	}
}

func (d *drawer) key() string {
	if d.on["zones"] && d.chance(60) {
		return zoneKey
	}
	return hostKey
}

func (d *drawer) other(w *workload) string {
	if len(d.apps) == 0 || d.chance(40) {
		return w.name
	}
	return d.apps[d.IntN(len(d.apps))].name
}

func (d *drawer) term(of string, key string) corev1.PodAffinityTerm {
	t := podTerm(of, key)
	if d.chance(15) {
		t.LabelSelector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: metav1.LabelSelectorOpIn, Values: []string{"data", "back"}}}}
	}
	if d.on["namespaces"] {
		switch d.IntN(4) {
		case 0:
			t.Namespaces = []string{"blue", "default"}
		case 1:
			t.NamespaceSelector = &metav1.LabelSelector{MatchLabels: labels{"team": "green"}}
		case 2:
			t.NamespaceSelector = &metav1.LabelSelector{}
		}
	}
	return t
}

func (d *drawer) neighbours(w *workload, add func(...podOption)) {
	policy := func(c *corev1.TopologySpreadConstraint) {
		if d.on["spread-policies"] {
			policies(pick(d, "", "Honor", "Ignore"), pick(d, "", "Honor", "Ignore"))(c)
			if c.WhenUnsatisfiable == corev1.DoNotSchedule && d.chance(40) {
				minDomains(int32(1 + d.IntN(5)))(c)
			}
		}
	}
	if d.has("spread-hard", 45) {
		add(spread(w.name, d.key(), int32(1+d.IntN(3)), true, policy))
	}
	if d.has("spread-soft", 45) {
		key := d.key()
		add(spread(w.name, key, int32(1+d.IntN(3)), false, policy))
		if d.chance(35) {
			other := hostKey
			if key == hostKey {
				other = zoneKey
			}
			add(spread(w.name, other, int32(1+d.IntN(2)), false, policy))
		}
	}
	if d.has("affinity", 25) {
		add(with(d.term(d.other(w), d.key())))
	}
	if d.has("anti-affinity", 35) {
		of, key := w.name, hostKey
		if d.chance(30) {
			of = d.other(w)
		}
		if d.chance(10) {
			key = zoneKey
		}
		add(without(d.term(of, key)))
	}
	if d.has("soft-affinity", 50) {
		for range 1 + d.IntN(2) {
			if d.chance(50) {
				add(near(int32(1+d.IntN(100)), d.term(d.other(w), d.key())))
			} else {
				add(away(int32(1+d.IntN(100)), d.term(d.other(w), d.key())))
			}
		}
	}
}

func (d *drawer) owner(w *workload, add func(...podOption)) {
	uid := types.UID("uid-" + w.name)
	meta := metav1.ObjectMeta{Name: w.name, Namespace: w.namespace, UID: uid}
	kind := "ReplicaSet"
	switch d.IntN(3) {
	case 0:
		put(d.s, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: w.name, Namespace: w.namespace}, Spec: corev1.ServiceSpec{Selector: labels{"app": w.name}}})
	case 1:
		put(d.s, &appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Selector: selector(w.name)}})
	case 2:
		kind = "StatefulSet"
		put(d.s, &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Selector: selector(w.name)}})
	}
	add(func(p *corev1.Pod) {
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: w.name, UID: uid, Controller: ptr(true)}}
	})
}

func (d *drawer) pod(w *workload, volumes bool) *corev1.Pod {
	w.count++
	name := fmt.Sprintf("%s-%d", w.name, w.count)
	options := w.options
	if volumes && d.chance(40) {
		d.volume(w, name)
		options = append(append([]podOption{}, options...), claim("data-"+name))
	}
	p := pod(name, options...)
	if d.has("gates", 8) {
		gated("dovetail.dev/hold")(p)
	}
	if d.has("leaving", 3) {
		leaving(p)
	}
	return p
}

func (d *drawer) volume(w *workload, pod string) {
	name := "data-" + pod
	c := pvc(name, "late", fmt.Sprintf("%dGi", 1+d.IntN(50)))
	c.Namespace = w.namespace
	c.UID = types.UID("uid-" + w.namespace + "-" + name)
	switch {
	case d.late < 4 && d.chance(40):
		d.late++
	case d.chance(10):
		c.Spec.StorageClassName = ptr("now")
	default:
		zoneName := ""
		if d.on["zones"] {
			zoneName = "zone-" + string(rune('a'+d.IntN(d.zones)))
		}
		v := pv("pv-"+w.namespace+"-"+name, "late", "50Gi", zoneName)
		v.Spec.ClaimRef = &corev1.ObjectReference{Kind: "PersistentVolumeClaim", Namespace: c.Namespace, Name: c.Name, UID: c.UID}
		v.Status.Phase = corev1.VolumeBound
		boundTo(v.Name)(c)
		put(d.s, v)
	}
	put(d.s, c)
}

// bound puts pods on nodes where there is room, without asking about anything else.
func (d *drawer) bound(pods, nodes int) {
	count := d.IntN(2*nodes + 1)
	if d.on["full"] {
		count = nodes * (3 + d.IntN(8))
	}
	if count > 400 {
		count = 400
	}
	if d.s.Options.Detail == "" && count > 160 {
		count = 160
	}
	for range count {
		w := d.apps[d.IntN(len(d.apps))]
		node := d.names[d.IntN(len(d.names))]
		left := d.free[node]
		if left[0] < w.cpu+200 || left[1] < w.mem+250 {
			continue
		}
		d.free[node] = [2]int64{left[0] - w.cpu - 150, left[1] - w.mem - 100}
		p := d.pod(w, false)
		p.Spec.SchedulingGates = nil
		started(600 + len(d.s.Objects.Pods)*13 + d.IntN(12))(p)
		on(node)(p)
		put(d.s, p)
	}
}

func (d *drawer) profile() {
	put(d.s, pick(d, mostAllocated,
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":{"type":"RequestedToCapacityRatio","resources":[{"name":"cpu","weight":2},{"name":"memory","weight":1}],"requestedToCapacityRatio":{"shape":[{"utilization":0,"score":0},{"utilization":70,"score":10},{"utilization":100,"score":4}]}}}}]}]}`),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"PodTopologySpread","args":{"defaultingType":"List","defaultConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"ScheduleAnyway"}]}}]}]}`),
		config(`{"profiles":[{"schedulerName":"default-scheduler","plugins":{"score":{"disabled":[{"name":"ImageLocality"},{"name":"NodeResourcesBalancedAllocation"}]}}}]}`),
		config(`{"profiles":[{"schedulerName":"default-scheduler","pluginConfig":[{"name":"InterPodAffinity","args":{"hardPodAffinityWeight":40}}]}]}`)))
}

func (d *drawer) ops(n int) {
	at := 1.0
	for i := range n {
		at += float64(1+d.IntN(12)) / pick(d, 1.0, 2.0, 4.0)
		anyPod := d.s.Objects.Pods[d.IntN(len(d.s.Objects.Pods))]
		anyNode := d.names[d.IntN(len(d.names))]
		key := anyPod.Namespace + "/" + anyPod.Name
		var op scenario.Op
		switch d.IntN(11) {
		case 0, 1, 2:
			op = opDelete(at, "pods", key)
		case 3, 4:
			op = opAdd(at, d.pod(d.apps[d.IntN(len(d.apps))], false))
		case 5, 6:
			op = opAdd(at, d.node(fmt.Sprintf("late-%02d", i)))
		case 7:
			op = opPatch(at, "nodes", anyNode, pick(d, `{"metadata":{"labels":{"disk":"ssd","generation":"7"}}}`, `{"metadata":{"labels":{"capacity":"spot"}}}`, `{"status":{"allocatable":{"cpu":"8"}}}`, `{"status":{"allocatable":{"nvidia.com/gpu":"4"}}}`))
		case 8:
			op = opPatch(at, "nodes", anyNode, pick(d, `{"spec":{"taints":null,"unschedulable":null}}`, `{"spec":{"taints":[{"key":"old","effect":"PreferNoSchedule"}]}}`, `{"spec":{"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}],"unschedulable":true}}`))
		case 9:
			op = opPatch(at, "pods", key, pick(d, `{"metadata":{"labels":{"tier":"data"}}}`, `{"spec":{"tolerations":[{"operator":"Exists"}]}}`, `{"spec":{"schedulingGates":null}}`))
		case 10:
			op = opDelete(at, "nodes", anyNode)
		}
		d.s.Ops = append(d.s.Ops, op)
	}
	d.s.Options.UntilS = at + 5
	if d.chance(30) {
		d.s.Options.Victims = "terminating"
	}
}
