package judge

import (
	"context"
	"fmt"
	"math"
	"sort"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	corev1helpers "k8s.io/component-helpers/scheduling/corev1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	"k8s.io/kubernetes/pkg/scheduler/framework/preemption"
	"k8s.io/kubernetes/pkg/scheduler/util"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
)

// recorder is the stock framework of a profile that writes down what passes through it. It also takes the
// two random choices away: equal totals, and equal preemption candidates, go to the smallest node name.
type recorder struct {
	framework.Framework
	run        *run
	preemption *defaultpreemption.DefaultPreemption // a second instance, to list all candidates
}

func (r *recorder) RunScorePlugins(ctx context.Context, state fwk.CycleState, pod *corev1.Pod, nodes []fwk.NodeInfo) ([]fwk.NodePluginScores, *fwk.Status) {
	scores, status := r.Framework.RunScorePlugins(ctx, state, pod, nodes)
	if !status.IsSuccess() {
		return scores, status
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return scores[order[a]].Name < scores[order[b]].Name })
	for rank, i := range order {
		scores[i].Randomizer = math.MaxInt32 - rank
	}
	r.run.scored(scores, order)
	return scores, status
}

func (r *recorder) GetNodeHint(ctx context.Context, pod *corev1.Pod, state fwk.CycleState, cycle int64) (string, fwk.PodSignature) {
	if !r.run.s.Options.Batching {
		return "", nil
	}
	return r.Framework.GetNodeHint(ctx, pod, state, cycle)
}

func (r *recorder) StoreScheduleResults(ctx context.Context, signature fwk.PodSignature, hinted, chosen string, others framework.SortedScoredNodes, cycle int64) {
	if r.run.s.Options.Batching {
		r.Framework.StoreScheduleResults(ctx, signature, hinted, chosen, others, cycle)
	}
}

func (r *recorder) RunPostBindPlugins(ctx context.Context, state fwk.CycleState, pod *corev1.Pod, node string) {
	r.Framework.RunPostBindPlugins(ctx, state, pod, node)
	r.run.bound <- nil
}

func (r *recorder) RunPostFilterPlugins(ctx context.Context, state fwk.CycleState, pod *corev1.Pod, statuses fwk.NodeToStatusReader) (*fwk.PostFilterResult, *fwk.Status) {
	found := &scenario.Preemption{}
	reader := statuses
	if candidates := r.candidates(ctx, state, pod, statuses); len(candidates) > 0 {
		for _, c := range candidates {
			found.Candidates = append(found.Candidates, describe(c))
		}
		sort.Slice(found.Candidates, func(a, b int) bool { return found.Candidates[a].Node < found.Candidates[b].Node })
		found.Best = best(candidates)
		stock := r.preemption.Evaluator.SelectCandidate(ctx, candidates).Name()
		if !contains(found.Best, stock) {
			r.run.fail(fmt.Errorf("%s: the stock choice %s is not among %v", pod.Name, stock, found.Best))
		}
		reader = only{statuses, found.Best[0]}
	}
	result, status := r.Framework.RunPostFilterPlugins(ctx, state, pod, reader)
	found.Message = status.Message()
	if result != nil && result.NominatingInfo != nil {
		found.Nominated = result.NominatedNodeName
	}
	if found.Nominated == "" {
		found.Best = nil
	} else if found.Nominated != found.Best[0] {
		r.run.fail(fmt.Errorf("%s: nominated %s, expected %s", pod.Name, found.Nominated, found.Best[0]))
	}
	if r.run.attempt != nil {
		r.run.attempt.Preemption = found
	}
	return result, status
}

func (r *recorder) candidates(ctx context.Context, state fwk.CycleState, pod *corev1.Pod, statuses fwk.NodeToStatusReader) []preemption.Candidate {
	if r.preemption == nil {
		return nil
	}
	latest, err := r.preemption.Evaluator.PodLister.Pods(pod.Namespace).Get(pod.Name)
	if err != nil {
		return nil
	}
	if ok, _ := r.preemption.PodEligibleToPreemptOthers(ctx, latest, statuses.Get(latest.Status.NominatedNodeName)); !ok {
		return nil
	}
	nodes, err := statuses.NodesForStatusCode(r.SnapshotSharedLister().NodeInfos(), fwk.Unschedulable)
	if err != nil || len(nodes) == 0 {
		return nil
	}
	var budgets []*policyv1.PodDisruptionBudget
	for _, b := range r.run.world.List("podDisruptionBudgets") {
		budgets = append(budgets, b.(*policyv1.PodDisruptionBudget))
	}
	candidates, _, err := r.preemption.Evaluator.DryRunPreemption(ctx, state, latest, nodes, budgets, 0, int32(len(nodes)))
	if err != nil {
		r.run.fail(fmt.Errorf("%s: %w", pod.Name, err))
	}
	return candidates
}

// only lets preemption look at one node.
type only struct {
	fwk.NodeToStatusReader
	node string
}

func (o only) NodesForStatusCode(lister fwk.NodeInfoLister, code fwk.Code) ([]fwk.NodeInfo, error) {
	if code != fwk.Unschedulable {
		return o.NodeToStatusReader.NodesForStatusCode(lister, code)
	}
	info, err := lister.Get(o.node)
	return []fwk.NodeInfo{info}, err
}

func describe(c preemption.Candidate) scenario.Candidate {
	out := scenario.Candidate{Node: c.Name(), Victims: []string{}, Violations: int(c.Victims().NumPDBViolations)}
	for _, v := range c.Victims().Pods {
		out.Victims = append(out.Victims, v.Namespace+"/"+v.Name)
	}
	return out
}

// best are the candidates between which only chance decides, sorted; written from the rules, and checked against the
// stock choice every time.
func best(candidates []preemption.Candidate) []string {
	key := func(c preemption.Candidate) [5]int64 {
		pods := c.Victims().Pods
		var sum int64
		for _, p := range pods {
			sum += int64(corev1helpers.PodPriority(p)) + int64(math.MaxInt32) + 1
		}
		return [5]int64{c.Victims().NumPDBViolations, int64(corev1helpers.PodPriority(pods[0])), sum, int64(len(pods)),
			-util.GetEarliestPodStartTime(c.Victims()).UnixNano()}
	}
	var names []string
	var least [5]int64
	for _, c := range candidates {
		k := key(c)
		switch compare(k, least) {
		case 0:
			if names != nil {
				names = append(names, c.Name())
				continue
			}
			fallthrough
		default:
			if names == nil || compare(k, least) < 0 {
				names, least = []string{c.Name()}, k
			}
		}
	}
	sort.Strings(names)
	return names
}

func compare(a, b [5]int64) int {
	for i := range a {
		if a[i] != b[i] {
			if a[i] < b[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

func contains(list []string, one string) bool {
	for _, x := range list {
		if x == one {
			return true
		}
	}
	return false
}
