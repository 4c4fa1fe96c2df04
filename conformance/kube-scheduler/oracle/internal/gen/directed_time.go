package gen

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"dovetail.dev/oracle/kube-scheduler/internal/world"
)

func preemptions(l *list) {
	one := nodes(1, "4", "8Gi")
	l.add("preempt-lowest", "the least important pods go", one, pod("v1", on("n1"), prio(1), cm("2", "1Gi")), pod("v2", on("n1"), prio(2), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-equal", "equal priority is not preempted", one, pod("v1", on("n1"), prio(10), cm("4", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-never", "preemptionPolicy Never", one, pod("v1", on("n1"), cm("4", "1Gi")), pod("p", prio(10), never, cm("2", "1Gi")))
	l.add("preempt-several", "as few as needed, least important first to go", one, pod("v1", on("n1"), prio(1), cm("1", "1Gi")), pod("v2", on("n1"), prio(2), cm("1", "1Gi")), pod("v3", on("n1"), prio(3), cm("1", "1Gi")), pod("v4", on("n1"), prio(4), cm("1", "1Gi")), pod("p", prio(10), cm("2500m", "1Gi")))
	l.add("preempt-reprieve-big", "pods are put back from the most important on: a large less important one may go although smaller would do", one, pod("v1", on("n1"), prio(1), cm("3", "1Gi")), pod("v2", on("n1"), prio(2), cm("1", "1Gi")), pod("p", prio(10), cm("500m", "1Gi")))
	l.add("preempt-reprieve-older", "of equal priority the one that started first is put back first", one, pod("v1", on("n1"), started(100), cm("2", "1Gi")), pod("v2", on("n1"), started(200), cm("2", "1Gi")), pod("p", prio(10), cm("1", "1Gi")))
	l.add("preempt-not-enough", "no node would be free enough", nodes(2, "4", "8Gi"), pod("v1", on("n1"), prio(1), cm("1", "1Gi")), pod("h", on("n1"), prio(100), cm("3", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-no-victims", "nodes without less important pods", nodes(2, "1", "8Gi"), pod("p", prio(10), cm("2", "1Gi")))
	two := nodes(2, "2", "8Gi")
	l.add("preempt-choice-budget", "1: fewest budget violations", two, budget("b", "web", 0), pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("v2", on("n2"), prio(5), app("db"), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-highest", "2: lowest most important victim", two, pod("v1", on("n1"), prio(5), cm("2", "1Gi")), pod("v2", on("n2"), prio(4), cm("1", "1Gi")), pod("v3", on("n2"), prio(4), cm("1", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-sum", "3: smallest sum of priorities, each plus 2^31", two, pod("v1", on("n1"), prio(5), cm("1", "1Gi")), pod("v1b", on("n1"), prio(3), cm("1", "1Gi")), pod("v2", on("n2"), prio(5), cm("1", "1Gi")), pod("v2b", on("n2"), prio(2), cm("1", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-negative", "3: so fewer pods beat more with negative priorities", two, pod("v1", on("n1"), prio(-5), cm("2", "1Gi")), pod("v2", on("n2"), prio(-5), cm("1", "1Gi")), pod("v2b", on("n2"), prio(-100), cm("1", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-start", "5: the latest start of the most important victims", two, pod("v1", on("n1"), prio(5), started(100), cm("2", "1Gi")), pod("v2", on("n2"), prio(5), started(50), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-start-earliest", "5: with several of them their earliest counts", two, pod("v1", on("n1"), prio(5), started(100), cm("1", "1Gi")), pod("v1b", on("n1"), prio(5), started(10), cm("1", "1Gi")), pod("v2", on("n2"), prio(5), started(90), cm("1", "1Gi")), pod("v2b", on("n2"), prio(5), started(80), cm("1", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-choice-tie", "6: chance", nodes(3, "2", "8Gi"), some(3, func(i int) *corev1.Pod {
		return pod(fmt.Sprintf("v%d", i), on(fmt.Sprintf("n%d", i)), cm("2", "1Gi"))
	}), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-budget-spared", "victims under a budget are put back first", one, budget("b", "web", 0), pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("v2", on("n1"), prio(5), app("db"), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-budget-violated", "a budget does not forbid", one, budget("b", "web", 0), pod("v1", on("n1"), prio(1), app("web"), cm("4", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-budget-counted", "the budget's allowance is used up in order of importance", one, budget("b", "web", 1), pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("v2", on("n1"), prio(5), app("web"), cm("2", "1Gi")), pod("p", prio(10), cm("4", "1Gi")))
	l.add("preempt-budget-two", "two budgets over one pod", one, budget("b1", "web", 5), budget("b2", "web", 0), pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("v2", on("n1"), prio(5), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	processed := budget("b", "web", 0)
	processed.Status.DisruptedPods = map[string]metav1Time{"v1": metav1.NewTime(world.Epoch)}
	l.add("preempt-budget-processed", "a pod whose eviction the budget has noted is no violation", one, processed, pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("v2", on("n1"), prio(5), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-nominated", "the nominated pod is tried on its node first, others of lower priority leave it the room", nodes(2, "4", "8Gi"), terminating, pod("v1", on("n1"), prio(1), cm("4", "1Gi")), pod("h", on("n2"), prio(100), cm("4", "1Gi")), pod("p", prio(10), cm("3", "1Gi")), pod("q", prio(5), cm("1", "1Gi")), pod("r", prio(5), cm("2", "1Gi")), opDelete(3, "pods", "default/v1"))
	l.add("preempt-waits-for-victim", "no second preemption while the victim is leaving", nodes(2, "4", "8Gi"), terminating, pod("v1", on("n1"), prio(1), cm("4", "1Gi")), pod("v2", on("n2"), prio(2), cm("4", "1Gi")), pod("p", prio(10), cm("3", "1Gi")), opPatch(2, "nodes", "n2", `{"metadata":{"labels":{"touched":"yes"}}}`), opPatch(4, "pods", "default/p", `{"metadata":{"labels":{"touched":"yes"}}}`), opDelete(6, "pods", "default/v1"), until(8))
	l.add("preempt-leaving-anyway", "a pod that is leaving for another reason is a victim like any other", one, pod("v1", on("n1"), prio(1), cm("2", "1Gi"), leaving), pod("v2", on("n1"), prio(5), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-nominated-higher", "a more important pod takes the nominated room and clears the nomination", one, terminating, pod("v1", on("n1"), prio(1), cm("4", "1Gi")), pod("p", prio(10), cm("3", "1Gi")), opAdd(1, pod("big", prio(50), cm("3", "1Gi"))), opDelete(3, "pods", "default/v1"), until(20))
	l.add("preempt-nominated-counts", "a nominated pod counts for pods of equal or lower priority", nodes(1, "4", "8Gi"), pod("nom", prio(10), nominated("n1"), gated("x.io/hold"), cm("3", "1Gi")), pod("low", prio(5), cm("2", "1Gi")), pod("high", prio(20), cm("2", "1Gi")))
	l.add("preempt-nominated-start", "a pending pod that arrives with a nominated node is tried there first", nodes(3, "4", "8Gi"), pod("b", on("n2"), cm("3", "6Gi")), pod("p", nominated("n2"), cm("500m", "1Gi")), pod("q", nominated("n9"), cm("500m", "1Gi")))
	l.add("preempt-chain", "preempted pods of a set come back and go elsewhere", nodes(2, "2", "8Gi"), pod("v1", on("n1"), prio(5), cm("2", "1Gi")), pod("v2", on("n2"), prio(1), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")), opAdd(1, pod("v2x", prio(1), cm("2", "1Gi"))), opAdd(2, pod("v5", prio(7), cm("2", "1Gi"))))
	l.add("preempt-two-at-once", "two preemptors of equal priority", nodes(2, "2", "8Gi"), pod("v1", on("n1"), prio(1), cm("2", "1Gi")), pod("v2", on("n2"), prio(2), cm("2", "1Gi")), copies(2, "p", prio(10), cm("2", "1Gi")))
	l.add("preempt-two-terminating", "two preemptors while victims are leaving", nodes(2, "2", "8Gi"), terminating, pod("v1", on("n1"), prio(1), cm("2", "1Gi")), pod("v2", on("n2"), prio(2), cm("2", "1Gi")), copies(2, "p", prio(10), cm("2", "1Gi")), opDelete(2, "pods", "default/v2"), opDelete(3, "pods", "default/v1"))
	l.add("preempt-extended", "extended resources are preempted for", nodes(1, "4", "8Gi", has("nvidia.com/gpu", "2")), pod("v1", on("n1"), prio(1), req("nvidia.com/gpu", "1")), pod("v2", on("n1"), prio(2), req("nvidia.com/gpu", "1")), pod("p", prio(10), req("nvidia.com/gpu", "1")))
	l.add("preempt-pods-slot", "so are places for pods", nodes(1, "4", "8Gi", has("pods", "1")), pod("v1", on("n1"), prio(1)), pod("p", prio(10)))
	l.add("preempt-affinity-to-victim", "a node is no candidate when the newcomer needs the victim beside it", nodes(1, "2", "8Gi"), pod("v1", on("n1"), prio(1), app("web"), cm("2", "1Gi")), pod("p", prio(10), cm("1", "1Gi"), with(podTerm("web", hostKey))))
	l.add("preempt-too-big", "a pod larger than the node's whole capacity: final", nodes(1, "2", "8Gi"), pod("v1", on("n1"), prio(1), cm("2", "1Gi")), pod("p", prio(10), cm("3", "1Gi")))
	l.add("preempt-same-start", "equal priority, equal start: order of arrival on the node", one, pod("v1", on("n1"), cm("2", "1Gi")), pod("v2", on("n1"), cm("2", "1Gi")), pod("p", prio(10), cm("2", "1Gi")))
	l.add("preempt-daemon-like", "a pod tied to one node preempts there only", nodes(3, "1", "8Gi"), some(3, func(i int) *corev1.Pod {
		return pod(fmt.Sprintf("v%d", i), on(fmt.Sprintf("n%d", i)), prio(int32(i)), cm("1", "1Gi"))
	}), pod("p", prio(10), cm("1", "1Gi"), requiresFields(expr("metadata.name", "In", "n3"))))
	l.add("preempt-sync", "the same with asynchronous preemption off (the way of 1.32 and older)", one, pod("v1", on("n1"), prio(1), cm("2", "1Gi")), pod("v2", on("n1"), prio(2), cm("2", "1Gi")), pod("p", prio(10), cm("4", "1Gi")), gate("SchedulerAsyncPreemption", false))
}

func over(l *list) {
	full := []any{nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", cm("500m", "1Gi"))}
	with := func(more ...any) []any { return append(append([]any{}, full...), more...) }
	l.add("time-pod-deleted", "a pod that goes frees room: wakes those that resources refused", with(opDelete(5, "pods", "default/b"))...)
	l.add("time-pod-ended", "so does one that ends", with(opPatch(5, "pods", "default/b", `{"status":{"phase":"Succeeded"}}`))...)
	l.add("time-pod-other-node-added", "a pod bound elsewhere does not", with(opAdd(5, pod("x", on("n1"), cm("1m", "1Mi"))))...)
	l.add("time-node-added", "a node that would fit", with(opAdd(5, node("n2", "4", "8Gi")))...)
	l.add("time-node-added-small", "a node that is too small wakes nobody", with(opAdd(5, node("n2", "100m", "8Gi")))...)
	l.add("time-node-added-tainted", "a tainted node that would fit: resources wake it, the taint refuses", with(opAdd(5, node("n2", "4", "8Gi", taint("a", "", "NoSchedule"))), opPatch(7, "nodes", "n2", `{"spec":{"taints":null}}`))...)
	l.add("time-node-allocatable", "more allocatable", with(opPatch(5, "nodes", "n1", `{"status":{"allocatable":{"cpu":"1100m"}}}`), opPatch(6, "nodes", "n1", `{"status":{"allocatable":{"cpu":"1500m"}}}`))...)
	l.add("time-node-label-no-help", "a label change does not help a pod that lacks cpu", with(opPatch(5, "nodes", "n1", `{"metadata":{"labels":{"x":"y"}}}`))...)
	l.add("time-node-deleted", "a node that goes wakes nobody here", with(opDelete(5, "nodes", "n1"))...)
	l.add("time-scale-down", "a running pod resized in place", with(opPatch(5, "pods", "default/b", `{"spec":{"containers":[{"name":"main","image":"app:1","resources":{"requests":{"cpu":"400m","memory":"1Gi"}}}]}}`))...)
	l.add("time-label", "a label that makes the selector match", nodes(2, "4", "8Gi"), pod("p", selects("disk", "ssd")), opPatch(3, "nodes", "n1", `{"metadata":{"labels":{"other":"x"}}}`), opPatch(5, "nodes", "n2", `{"metadata":{"labels":{"disk":"ssd"}}}`))
	l.add("time-label-gone", "a label that goes and was not missing", nodes(2, "4", "8Gi", nlabel("a", "1")), pod("p", selects("disk", "ssd")), opPatch(3, "nodes", "n1", `{"metadata":{"labels":{"a":null}}}`))
	l.add("time-taint", "an untaint", nodes(1, "4", "8Gi", taint("a", "", "NoSchedule")), pod("p"), opPatch(3, "nodes", "n1", `{"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"b","effect":"NoSchedule"}]}}`), opPatch(5, "nodes", "n1", `{"spec":{"taints":null}}`))
	l.add("time-toleration", "a toleration added to the pending pod", nodes(1, "4", "8Gi", taint("a", "", "NoSchedule")), pod("p"), opPatch(3, "pods", "default/p", `{"spec":{"tolerations":[{"key":"a","operator":"Exists"}]}}`))
	l.add("time-uncordon", "an uncordoned node", nodes(1, "4", "8Gi", cordoned), pod("p"), opPatch(3, "nodes", "n1", `{"spec":{"unschedulable":null,"taints":null}}`))
	l.add("time-affinity-arrives", "the pod that another waits to be beside", zoned(2, 2, "4", "8Gi"), pod("p", with2("web")), opAdd(3, pod("x", app("db"))), opAdd(5, pod("w", app("web"))))
	l.add("time-affinity-label", "a running pod gets the label", zoned(2, 2, "4", "8Gi"), pod("b", on("n2")), pod("p", with2("web")), opPatch(5, "pods", "default/b", `{"metadata":{"labels":{"app":"web"}}}`))
	l.add("time-anti-affinity-leaves", "the pod that repelled goes", nodes(1, "4", "8Gi"), pod("b", on("n1"), app("web")), pod("p", without(podTerm("web", hostKey))), opDelete(5, "pods", "default/b"))
	l.add("time-anti-affinity-existing-leaves", "a pod refused by the anti-affinity of a running pod is not woken when that pod goes; only the five-minute sweep brings it back", nodes(1, "4", "8Gi"), pod("b", on("n1"), app("db"), without(podTerm("web", hostKey))), pod("p", app("web")), opDelete(5, "pods", "default/b"), until(400))
	l.add("time-anti-affinity-two-terms", "with two anti-affinity terms only the leaving of a pod that matches both wakes", nodes(1, "4", "8Gi"), pod("b", on("n1"), app("web")), pod("c", on("n1"), app("web"), plabel("tier", "x")), pod("p", without(podTerm("web", hostKey)), without(corev1.PodAffinityTerm{TopologyKey: hostKey, LabelSelector: &metav1.LabelSelector{MatchLabels: labels{"tier": "x"}}})), opDelete(5, "pods", "default/c"), opDelete(7, "pods", "default/b"), until(400))
	l.add("time-spread-node-deleted", "a node that goes takes its empty domain along", zoned(2, 2, "4", "8Gi"), pod("b1", on("n1"), app("web")), pod("f", on("n2"), cm("4", "1Gi")), pod("p", app("web"), cm("1", "1Gi"), spread("web", zoneKey, 1, true)), opDelete(4, "nodes", "n2"))
	l.add("time-attempts-take-time", "a busy scheduler: attempts of 400 ms, back-off expiries move pods back at whole seconds", nodes(2, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), copies(8, "p", cm("600m", "1Gi")), slow(400), opAdd(0.5, node("n3", "1", "8Gi")), opAdd(1, node("n4", "1", "8Gi")), opAdd(2, node("n5", "4", "8Gi")), until(30))
	l.add("time-spread-helped", "a pod elsewhere raises the minimum", zoned(2, 2, "1", "8Gi"), pod("b1", on("n1"), app("web"), cm("100m", "1Gi")), pod("f", on("n2"), cm("1", "1Gi")), pod("p", app("web"), cm("500m", "1Gi"), spread("web", zoneKey, 1, true)), opDelete(4, "pods", "default/b1"))
	l.add("time-spread-new-zone", "a new zone", zoned(1, 1, "4", "8Gi"), pod("b1", on("n1"), app("web")), pod("p", app("web"), spread("web", zoneKey, 1, true, minDomains(2))), opAdd(4, node("n2", "4", "8Gi", zone("b"))))
	l.add("time-port-freed", "a host port is freed; another pod's leaving does not wake", nodes(1, "4", "8Gi"), pod("b", on("n1"), port(80, "TCP", "")), pod("c", on("n1"), port(81, "TCP", "")), pod("p", port(80, "TCP", "")), opDelete(3, "pods", "default/c"), opDelete(5, "pods", "default/b"))
	l.add("time-claim-appears", "claim and class arrive", zoned(2, 2, "4", "8Gi"), pod("p", claim("c1")), opAdd(3, pvc("c1", "gp3", "1Gi")), opAdd(5, storageClass("gp3", true)))
	l.add("time-claim-bound", "an Immediate claim gets its volume", zoned(2, 2, "4", "8Gi"), storageClass("gp2", false), pvc("c1", "gp2", "1Gi"), pod("p", claim("c1")), opAdd(3, pv("pv1", "gp2", "1Gi", "b", claimedBy("c1"))), opPatch(5, "persistentVolumeClaims", "default/c1", `{"spec":{"volumeName":"pv1"},"status":{"phase":"Bound"},"metadata":{"annotations":{"pv.kubernetes.io/bind-completed":"yes"}}}`))
	l.add("time-volume-limit-freed", "a pod with a volume goes", zoned(1, 1, "8", "16Gi"), csiNode("n1", 1), storageClass("gp3", false), pv("pv1", "gp3", "1Gi", "a", claimedBy("c1")), pvc("c1", "gp3", "1Gi", boundTo("pv1")), pv("pv2", "gp3", "1Gi", "a", claimedBy("c2")), pvc("c2", "gp3", "1Gi", boundTo("pv2")), pod("b", on("n1"), claim("c1")), pod("c", on("n1")), pod("p", claim("c2")), opDelete(3, "pods", "default/c"), opDelete(5, "pods", "default/b"))
	l.add("time-budget", "a budget's status wakes nobody", nodes(1, "1", "8Gi"), budget("b", "web", 0), pod("h", on("n1"), prio(100), cm("1", "1Gi")), pod("p", prio(10), cm("500m", "1Gi")), opPatch(4, "podDisruptionBudgets", "default/b", `{"status":{"disruptionsAllowed":3}}`))
	l.add("time-leftover", "after five minutes every waiting pod is tried again; timer every 30 s", with(until(700))...)
	l.add("time-no-nodes", "a cluster without nodes: the first node wakes nobody, the back-off does", pod("p", cm("1", "1Gi")), opAdd(5, node("n1", "4", "8Gi")), until(20))
	l.add("time-backoff-order", "pods woken together come in the order of their back-off windows, then priority and arrival", nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p1", cm("600m", "1Gi")), pod("p2", prio(0), cm("600m", "1Gi")), pod("p3", prio(3), never, cm("600m", "1Gi")),
		opAdd(2, node("n2", "4", "8Gi", taint("a", "", "NoSchedule"))), opAdd(2.5, pod("p4", cm("600m", "1Gi"))), opAdd(4, node("n3", "700m", "8Gi")))
	l.add("time-backoff-repeated", "each fruitless attempt doubles the back-off, up to 10 s; an idle scheduler does not wait for it", nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", cm("600m", "1Gi")),
		some(6, func(i int) scenarioOp {
			return opAdd(float64(i), node(fmt.Sprintf("t%d", i), "4", "8Gi", taint("a", "", "NoSchedule")))
		}), opAdd(7, pod("q", cm("100m", "1Gi"))), opAdd(8, node("n2", "4", "8Gi")))
	l.add("time-backoff-waits", "without popping from the back-off queue (the way of 1.32 and older) a woken pod waits 1, 2, 4, 8, 10 s", nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", cm("600m", "1Gi")),
		some(6, func(i int) scenarioOp {
			return opAdd(0.2+float64(12*(i-1)), node(fmt.Sprintf("t%d", i), "4", "8Gi", taint("a", "", "NoSchedule")))
		}), until(90), gate("SchedulerPopFromBackoffQ", false))
	l.add("time-gated-then-full", "a gated pod that opens onto a full cluster", nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", gated("x.io/a"), cm("1", "1Gi")), opPatch(2, "pods", "default/p", `{"spec":{"schedulingGates":null}}`), opDelete(4, "pods", "default/b"))
	l.add("time-deleted-pending", "a pending pod that is deleted", nodes(1, "1", "8Gi"), pod("b", on("n1"), cm("1", "1Gi")), pod("p", cm("1", "1Gi")), opDelete(2, "pods", "default/p"), opDelete(4, "pods", "default/b"))
	l.add("time-nominated-deleted", "a nominated pod that is deleted frees its room", nodes(1, "4", "8Gi"), terminating, pod("v1", on("n1"), prio(1), cm("4", "1Gi")), pod("p", prio(10), cm("3", "1Gi")), pod("q", prio(5), never, cm("2", "1Gi")), opDelete(2, "pods", "default/p"), opDelete(4, "pods", "default/v1"), until(6))
	l.add("time-scale-up", "nodes arrive one by one under a heap of pods", nodes(1, "2", "8Gi"), copies(6, "p", cm("900m", "1Gi")), opAdd(10, node("m1", "2", "8Gi")), opAdd(20, node("m2", "1", "8Gi")), opAdd(30, node("m3", "4", "8Gi")))
	l.add("time-node-ready", "a new node with its not-ready taint, then without", nodes(1, "100m", "8Gi"), copies(2, "p", cm("900m", "1Gi")), opAdd(10, node("m1", "2", "8Gi", taint("node.kubernetes.io/not-ready", "", "NoSchedule"))), opPatch(20, "nodes", "m1", `{"spec":{"taints":null},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`))
	l.add("time-drain", "cordon, evict, replace", nodes(2, "2", "8Gi"), pod("w1", on("n1"), cm("1", "1Gi"), app("web")), pod("w2", on("n1"), cm("1", "1Gi"), app("web")), pod("w3", on("n2"), cm("1500m", "1Gi"), app("web")),
		opPatch(1, "nodes", "n1", `{"spec":{"unschedulable":true,"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}]}}`), opDelete(2, "pods", "default/w1"), opAdd(2, pod("w4", cm("1", "1Gi"), app("web"))), opDelete(3, "pods", "default/w2"), opAdd(3, pod("w5", cm("1", "1Gi"), app("web"))), opDelete(5, "nodes", "n1"), opAdd(8, node("n3", "2", "8Gi")))
}

func slow(ms int) func(*scenarioOptions) { return func(o *scenarioOptions) { o.AttemptMs = ms } }

func with2(name string) podOption { return with(podTerm(name, zoneKey)) }
