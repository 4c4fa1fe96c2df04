// Package judge runs the stock kube-scheduler over a scenario, one pod at a time, and writes down what it does.
package judge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	goruntime "runtime"
	"sort"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/tools/events"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
	configv1 "k8s.io/kube-scheduler/config/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/features"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/feature"
	"k8s.io/kubernetes/pkg/scheduler/profile"
	clocktesting "k8s.io/utils/clock/testing"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
	"dovetail.dev/oracle/kube-scheduler/internal/world"
)

type run struct {
	s       *scenario.Scenario
	world   *world.World
	sched   *scheduler.Scheduler
	queue   *internalqueue.PriorityQueue
	clock   *clocktesting.FakeClock
	gates   []fwk.PreEnqueuePlugin
	bound   chan error
	attempt *scenario.Attempt
	picked  scheduler.ScheduleResult
	pickErr error
	tried   bool
	errored map[string]bool
	expect  *scenario.Expect
	err     error
	seen    map[string]bool
}

func (r *run) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Config reads a KubeSchedulerConfiguration without apiVersion and kind, and fills in the defaults.
func Config(raw json.RawMessage) (*config.KubeSchedulerConfiguration, error) {
	body := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &body); err != nil {
			return nil, err
		}
	}
	body["apiVersion"], body["kind"] = configv1.SchemeGroupVersion.String(), "KubeSchedulerConfiguration"
	full, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	obj, _, err := scheme.Codecs.UniversalDecoder().Decode(full, nil, nil)
	if err != nil {
		return nil, err
	}
	return obj.(*config.KubeSchedulerConfiguration), nil
}

type silent struct{}

func (silent) Eventf(runtime.Object, runtime.Object, string, string, string, string, ...any) {}
func (silent) WithLogger(klog.Logger) events.EventRecorderLogger                             { return silent{} }

var gatesMu sync.RWMutex

// Run judges one scenario.
func Run(s *scenario.Scenario) (*scenario.Expect, error) {
	if len(s.Options.FeatureGates) > 0 {
		gatesMu.Lock()
		defer gatesMu.Unlock()
		before := map[string]bool{}
		for name := range s.Options.FeatureGates {
			before[name] = utilfeature.DefaultFeatureGate.Enabled(featuregate.Feature(name))
		}
		if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(s.Options.FeatureGates); err != nil {
			return nil, err
		}
		defer func() { _ = utilfeature.DefaultMutableFeatureGate.SetFromMap(before) }()
	} else {
		gatesMu.RLock()
		defer gatesMu.RUnlock()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := &run{s: s, clock: clocktesting.NewFakeClock(world.Epoch), bound: make(chan error, 1), errored: map[string]bool{},
		expect: &scenario.Expect{Attempts: []*scenario.Attempt{}, Pods: map[string]string{}}, seen: map[string]bool{}}
	r.world = world.New(r.clock)
	r.world.Terminating = s.Options.Victims == "terminating"
	r.world.Ungated = !utilfeature.DefaultFeatureGate.Enabled(features.SchedulerAsyncPreemption)
	cfg, err := Config(s.Options.Config)
	if err != nil {
		return nil, err
	}
	hundred := int32(100)
	r.sched, err = scheduler.New(ctx, r.world.Client(), r.world.Factory, nil,
		profile.RecorderFactory(func(string) events.EventRecorder { return silent{} }),
		scheduler.WithProfiles(cfg.Profiles...), scheduler.WithParallelism(1),
		scheduler.WithPercentageOfNodesToScore(&hundred), scheduler.WithClock(r.clock),
		scheduler.WithPodInitialBackoffSeconds(cfg.PodInitialBackoffSeconds), scheduler.WithPodMaxBackoffSeconds(cfg.PodMaxBackoffSeconds))
	if err != nil {
		return nil, err
	}
	r.queue = r.sched.SchedulingQueue.(*internalqueue.PriorityQueue)
	if err := r.wrap(ctx, cfg); err != nil {
		return nil, err
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	r.drain(ctx)
	r.play(ctx)
	r.finish()
	return r.expect, r.err
}

func (r *run) wrap(ctx context.Context, cfg *config.KubeSchedulerConfiguration) error {
	for _, p := range cfg.Profiles {
		rec := &recorder{Framework: r.sched.Profiles[p.SchedulerName], run: r}
		for _, c := range p.PluginConfig {
			args, ok := c.Args.(*config.DefaultPreemptionArgs)
			if !ok {
				continue
			}
			var err error
			rec.preemption, err = defaultpreemption.New(ctx, args, rec.Framework, feature.NewSchedulerFeaturesFromGates(utilfeature.DefaultFeatureGate))
			if err != nil {
				return err
			}
		}
		for _, g := range rec.PreEnqueuePlugins() {
			if g.Name() == defaultpreemption.Name {
				r.gates = append(r.gates, g)
			}
		}
		r.sched.Profiles[p.SchedulerName] = rec
	}
	next := r.sched.NextPod
	r.sched.NextPod = func(logger klog.Logger) (*framework.QueuedPodInfo, error) {
		info, err := next(logger)
		if err == nil && info != nil {
			key := keyOf(info.Pod)
			delete(r.errored, key)
			r.attempt = &scenario.Attempt{Pod: key, AtMs: r.now(), N: info.Attempts, Nominated: info.Pod.Status.NominatedNodeName}
			r.world.Begin(key)
			r.tried = false
		}
		return info, err
	}
	pick := r.sched.SchedulePod
	r.sched.SchedulePod = func(ctx context.Context, f framework.Framework, state fwk.CycleState, pod *corev1.Pod) (scheduler.ScheduleResult, error) {
		r.tried = true
		r.picked, r.pickErr = pick(ctx, f, state, pod)
		return r.picked, r.pickErr
	}
	failure := r.sched.FailureHandler
	r.sched.FailureHandler = func(ctx context.Context, f framework.Framework, info *framework.QueuedPodInfo, status *fwk.Status, nominating *fwk.NominatingInfo, start time.Time) {
		r.refused(info, status)
		failure(ctx, f, info, status, nominating, start)
		r.bound <- errors.New(status.Message())
	}
	return nil
}

func keyOf(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Name }

func (r *run) now() int64 { return r.clock.Now().Sub(world.Epoch).Milliseconds() }

func (r *run) load() error {
	raw, err := json.Marshal(r.s.Objects)
	if err != nil {
		return err
	}
	lists := map[string][]json.RawMessage{}
	if err := json.Unmarshal(raw, &lists); err != nil {
		return err
	}
	for _, kind := range world.Kinds {
		var later []runtime.Object
		for _, one := range lists[kind] {
			obj, _ := world.NewObject(kind)
			if err := json.Unmarshal(one, obj); err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			if pod, ok := obj.(*corev1.Pod); ok {
				r.seen[keyOf(pod)] = true
				if pod.Spec.NodeName == "" {
					later = append(later, obj)
					continue
				}
			}
			if err := r.world.Put(kind, obj); err != nil {
				return err
			}
		}
		for _, obj := range later {
			r.clock.Step(time.Millisecond)
			if err := r.world.Put(kind, obj); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) idle() bool {
	if len(r.queue.PodsInActiveQ()) > 0 {
		return false
	}
	if !utilfeature.DefaultFeatureGate.Enabled(features.SchedulerPopFromBackoffQ) {
		return true
	}
	for _, pod := range r.queue.PodsInBackoffQ() {
		if !r.errored[keyOf(pod)] {
			return false
		}
	}
	return true
}

const maxAttemptsPerPod = 30

func (r *run) drain(ctx context.Context) {
	step := time.Millisecond * time.Duration(max(1, r.s.Options.AttemptMs))
	for !r.idle() {
		if len(r.expect.Attempts) > maxAttemptsPerPod*max(10, len(r.seen)) {
			r.fail(errors.New("too many attempts"))
			return
		}
		before := r.places()
		r.attemptOne(ctx)
		r.woke(before)
		r.advance(r.clock.Now().Add(step))
	}
}

// advance moves the clock and lets the queue's timers act on the way.
func (r *run) advance(to time.Time) {
	for {
		next := r.clock.Now().Truncate(time.Second).Add(time.Second)
		if next.After(to) {
			break
		}
		r.clock.SetTime(next)
		flushBackoffQCompleted(r.queue, klog.Background())
		if next.Unix()%30 == 0 {
			flushUnschedulablePodsLeftover(r.queue, klog.Background())
		}
	}
	if to.After(r.clock.Now()) {
		r.clock.SetTime(to)
	}
}

func (r *run) attemptOne(ctx context.Context) {
	r.sched.ScheduleOne(ctx)
	a := r.attempt
	if a == nil {
		r.fail(errors.New("an empty queue was popped"))
		return
	}
	r.world.End()
	if !r.tried {
		a.Result = "skipped"
	} else if err := <-r.bound; err == nil {
		a.Result, a.Node = "scheduled", r.picked.SuggestedHost
		a.FeasibleN = r.picked.FeasibleNodes
		r.expect.Pods[a.Pod] = a.Node
	} else {
		r.settlePreemption()
	}
	r.world.Settle()
	if p := a.Preemption; p != nil && strings.HasSuffix(a.Message, p.Message) {
		p.Message = ""
		if p.Nominated == "" && p.Candidates == nil {
			a.Preemption = nil
		}
	}
	r.expect.Attempts = append(r.expect.Attempts, a)
	r.attempt = nil
}

func (r *run) settlePreemption() {
	if r.attempt.Preemption == nil || r.attempt.Preemption.Nominated == "" {
		return
	}
	obj, ok := r.world.Get("pods", r.attempt.Pod)
	if !ok {
		return
	}
	for _, g := range r.gates {
		for !g.PreEnqueue(context.Background(), obj.(*corev1.Pod)).IsSuccess() {
			time.Sleep(50 * time.Microsecond)
		}
	}
}

func (r *run) places() map[string]string {
	if r.s.Options.Detail == "best" {
		return nil
	}
	out := map[string]string{}
	for _, p := range r.queue.PodsInActiveQ() {
		out[keyOf(p)] = "active"
	}
	for _, p := range r.queue.PodsInBackoffQ() {
		out[keyOf(p)] = "backoff"
	}
	for _, p := range r.queue.UnschedulablePods() {
		out[keyOf(p)] = "waiting"
	}
	return out
}

func moved(before, after map[string]string) map[string]string {
	var out map[string]string
	for pod, place := range after {
		if before[pod] == "waiting" && place != "waiting" {
			if out == nil {
				out = map[string]string{}
			}
			out[pod] = place
		}
	}
	return out
}

func (r *run) woke(before map[string]string) {
	if before == nil || len(r.expect.Attempts) == 0 {
		return
	}
	last := r.expect.Attempts[len(r.expect.Attempts)-1]
	after := r.places()
	last.Woke = moved(before, after)
	if place, ok := after[last.Pod]; ok && place != "waiting" {
		if last.Woke == nil {
			last.Woke = map[string]string{}
		}
		last.Woke[last.Pod] = place
	}
}

func (r *run) play(ctx context.Context) {
	at := func(seconds float64) time.Time {
		return world.Epoch.Add(time.Duration(math.Round(seconds * float64(time.Second))))
	}
	until := r.s.Options.UntilS
	for i, op := range r.s.Ops {
		r.passTo(ctx, at(op.AtS))
		before := r.places()
		err := r.apply(op)
		if err != nil && !errors.Is(err, world.ErrGone) {
			r.fail(fmt.Errorf("op %d: %w", i, err))
			return
		}
		r.expect.Ops = append(r.expect.Ops, scenario.OpResult{Op: i, AtS: op.AtS, Gone: err != nil, Woken: moved(before, r.places())})
		if i+1 == len(r.s.Ops) || r.s.Ops[i+1].AtS > op.AtS {
			r.drain(ctx)
		}
	}
	if until > 0 {
		r.passTo(ctx, at(until))
	}
}

// passTo lets time pass second by second and schedules what the timers bring back.
func (r *run) passTo(ctx context.Context, to time.Time) {
	for r.clock.Now().Before(to) {
		next := r.clock.Now().Truncate(time.Second).Add(time.Second)
		if next.After(to) {
			next = to
		}
		before := r.places()
		r.advance(next)
		if woken := moved(before, r.places()); woken != nil {
			r.expect.Ops = append(r.expect.Ops, scenario.OpResult{Op: -1, AtS: float64(r.now()) / 1000, Woken: woken})
		}
		r.drain(ctx)
	}
}

func (r *run) apply(op scenario.Op) error {
	switch op.Do {
	case "add":
		obj, err := world.NewObject(op.Kind)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(op.Object, obj); err != nil {
			return err
		}
		if pod, ok := obj.(*corev1.Pod); ok {
			r.seen[keyOf(pod)] = true
			r.clock.Step(time.Millisecond)
		}
		return r.world.Put(op.Kind, obj)
	case "patch":
		return r.world.Patch(op.Kind, op.Key, op.Patch)
	case "delete":
		return r.world.Delete(op.Kind, op.Key)
	}
	return fmt.Errorf("unknown op %q", op.Do)
}

func (r *run) scored(scores []fwk.NodePluginScores, order []int) {
	a := r.attempt
	if a == nil {
		return
	}
	var names []string
	totals := make([]int64, 0, len(order))
	byPlugin := map[string][]int64{}
	for _, i := range order {
		s := scores[i]
		names = append(names, s.Name)
		totals = append(totals, s.TotalScore)
		for _, p := range s.Scores {
			byPlugin[p.Name] = append(byPlugin[p.Name], p.Score)
		}
	}
	top := totals[0]
	for _, t := range totals {
		top = max(top, t)
	}
	var best []string
	for i, t := range totals {
		if t == top {
			best = append(best, names[i])
		}
	}
	a.BestScore, a.FeasibleN = top, len(names)
	a.Best = best
	if r.s.Options.Detail == "best" {
		if len(best) > 4 {
			a.Best, a.BestN = best[:4], len(best)
		}
		return
	}
	a.Feasible = names
	if len(names) == len(r.world.List("nodes")) {
		a.Feasible = []string{"*"}
	}
	a.Total = column(totals)
	a.Scores = map[string]any{}
	for plugin, list := range byPlugin {
		a.Scores[plugin] = column(list)
	}
}

func column(list []int64) any {
	for _, x := range list {
		if x != list[0] {
			return list
		}
	}
	return list[0]
}

func (r *run) refused(info *framework.QueuedPodInfo, status *fwk.Status) {
	a := r.attempt
	if a == nil {
		return
	}
	a.Message = status.Message()
	a.Result = "unschedulable"
	if !status.IsRejected() {
		a.Result = "error"
	}
	fit, ok := status.AsError().(*framework.FitError)
	// Without a plugin to blame the pod goes to the queue that only time empties.
	r.errored[a.Pod] = !ok || fit.Diagnosis.UnschedulablePlugins.Len()+fit.Diagnosis.PendingPlugins.Len() == 0
	if !ok {
		return
	}
	for plugin := range fit.Diagnosis.UnschedulablePlugins {
		a.Plugins = append(a.Plugins, plugin)
	}
	for plugin := range fit.Diagnosis.PendingPlugins {
		a.Plugins = append(a.Plugins, plugin+" (pending)")
	}
	sort.Strings(a.Plugins)
	groups := map[string]*scenario.Refusal{}
	fit.Diagnosis.NodeToStatus.ForEachExplicitNode(func(node string, s *fwk.Status) {
		final := s.Code() == fwk.UnschedulableAndUnresolvable
		key := fmt.Sprint(s.Plugin(), final, s.Reasons())
		g := groups[key]
		if g == nil {
			g = &scenario.Refusal{Plugin: s.Plugin(), Final: final, Reasons: s.Reasons()}
			groups[key] = g
		}
		g.Nodes = append(g.Nodes, node)
	})
	for _, g := range groups {
		sort.Strings(g.Nodes)
		a.Refusals = append(a.Refusals, *g)
	}
	sort.Slice(a.Refusals, func(i, j int) bool { return a.Refusals[i].Nodes[0] < a.Refusals[j].Nodes[0] })
	for i := range a.Refusals {
		g := &a.Refusals[i]
		g.N = len(g.Nodes)
		if r.s.Options.Detail == "best" || len(a.Refusals) == 1 && fit.Diagnosis.NodeToStatus.Len() == fit.NumAllNodes {
			g.Nodes = nil
		}
	}
}

func (r *run) finish() {
	place := map[string]string{}
	for _, p := range r.queue.PodsInActiveQ() {
		place[keyOf(p)] = "active"
	}
	for _, p := range r.queue.PodsInBackoffQ() {
		place[keyOf(p)] = "backoff"
	}
	for _, p := range r.queue.UnschedulablePods() {
		place[keyOf(p)] = "waiting"
	}
	for key := range r.seen {
		obj, ok := r.world.Get("pods", key)
		if !ok {
			r.expect.Gone = append(r.expect.Gone, key)
			delete(r.expect.Pods, key)
			continue
		}
		pod := obj.(*corev1.Pod)
		if pod.Spec.NodeName != "" {
			continue
		}
		p := scenario.Pending{Queue: place[key], Nominated: pod.Status.NominatedNodeName}
		name := strings.SplitN(key, "/", 2)
		if info, ok := r.queue.GetPod(name[1], name[0]); ok {
			p.Attempts = info.Attempts
			p.Gate = info.GatingPlugin
			for plugin := range info.UnschedulablePlugins {
				p.Plugins = append(p.Plugins, plugin)
			}
			sort.Strings(p.Plugins)
		}
		if r.expect.Pending == nil {
			r.expect.Pending = map[string]scenario.Pending{}
		}
		r.expect.Pending[key] = p
	}
	sort.Strings(r.expect.Gone)
}

// Judge runs the scenario some times and fills in the expectation.
func Judge(s *scenario.Scenario, runs int) error {
	var first []byte
	s.Stable = "exact"
	for i := range max(1, runs) {
		expect, err := inTime(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.ID, err)
		}
		raw, err := json.Marshal(expect)
		if err != nil {
			return err
		}
		if i == 0 {
			first, s.Expect = raw, expect
		} else if !bytes.Equal(raw, first) {
			s.Stable = "varies"
			if os.Getenv("KS_DEBUG") != "" {
				fmt.Fprintf(os.Stderr, "%s\n%s\n%s\n", s.ID, first, raw)
			}
		}
	}
	return nil
}

// timeLimit bounds one run: a scheduler that hangs is reported, not waited for.
var timeLimit = 10 * time.Minute

func inTime(s *scenario.Scenario) (*scenario.Expect, error) {
	type outcome struct {
		expect *scenario.Expect
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		expect, err := Run(s)
		done <- outcome{expect, err}
	}()
	select {
	case o := <-done:
		return o.expect, o.err
	case <-time.After(timeLimit):
		if os.Getenv("KS_DEBUG") != "" {
			buffer := make([]byte, 1<<20)
			fmt.Fprintln(os.Stderr, string(buffer[:goruntime.Stack(buffer, true)]))
		}
		return nil, errors.New("hangs")
	}
}
