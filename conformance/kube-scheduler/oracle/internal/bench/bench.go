// Package bench times the stock scheduler: ScheduleOne in a loop, binding in its own goroutines as in a real process,
// an API that answers at once.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/profile"
	clocktesting "k8s.io/utils/clock/testing"

	"dovetail.dev/oracle/kube-scheduler/internal/gen"
	"dovetail.dev/oracle/kube-scheduler/internal/judge"
	"dovetail.dev/oracle/kube-scheduler/internal/world"
)

type silent struct{}

func (silent) Eventf(runtime.Object, runtime.Object, string, string, string, string, ...any) {}
func (silent) WithLogger(klog.Logger) events.EventRecorderLogger                             { return silent{} }

// Run schedules the pods onto the nodes and prints one JSON line.
func Run(nodes, pods, parallelism, percent int, spread bool) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := world.New(clocktesting.NewFakeClock(world.Epoch))
	cfg, err := judge.Config(nil)
	if err != nil {
		return err
	}
	share := int32(percent)
	sched, err := scheduler.New(ctx, w.Client(), w.Factory, nil,
		profile.RecorderFactory(func(string) events.EventRecorder { return silent{} }),
		scheduler.WithProfiles(cfg.Profiles...), scheduler.WithParallelism(int32(parallelism)), scheduler.WithPercentageOfNodesToScore(&share))
	if err != nil {
		return err
	}
	objects := gen.Bench(nodes, pods, spread)
	if err := w.Put("namespaces", objects.Namespaces[0]); err != nil {
		return err
	}
	for _, n := range objects.Nodes {
		if err := w.Put("nodes", n); err != nil {
			return err
		}
	}
	for _, p := range objects.Pods {
		if err := w.Put("pods", p); err != nil {
			return err
		}
	}
	start, before := time.Now(), processor()
	for len(sched.SchedulingQueue.PodsInActiveQ()) > 0 {
		for range min(1000, len(sched.SchedulingQueue.PodsInActiveQ())) {
			sched.ScheduleOne(ctx)
		}
	}
	bound := func() int {
		n := 0
		for _, p := range w.List("pods") {
			if p.(*corev1.Pod).Spec.NodeName != "" {
				n++
			}
		}
		return n
	}
	waiting := len(sched.SchedulingQueue.UnschedulablePods()) + len(sched.SchedulingQueue.PodsInBackoffQ())
	for bound()+waiting < pods && time.Since(start) < 10*time.Minute {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(start)
	cpu := processor() - before
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"nodes": nodes, "pods": pods, "bound": bound(), "parallelism": parallelism,
		"percentageOfNodesToScore": percent, "spread": spread, "seconds": fmt.Sprintf("%.2f", took.Seconds()), "podsPerSecond": int(float64(pods) / took.Seconds()), "cpuSeconds": fmt.Sprintf("%.2f", cpu), "podsPerCPUSecond": int(float64(pods) / cpu)})
}

// processor is the processor time this process has used, in seconds.
func processor() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
