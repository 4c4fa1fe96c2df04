// Command oracle asks the stock kube-scheduler what it decides: see README.md.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"k8s.io/klog/v2"

	"dovetail.dev/oracle/kube-scheduler/internal/bench"
	"dovetail.dev/oracle/kube-scheduler/internal/gen"
	"dovetail.dev/oracle/kube-scheduler/internal/judge"
	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
)

func main() {
	quiet()
	if len(os.Args) < 2 {
		fatal(fmt.Errorf("usage: oracle run|check|directed|gen|redraw|stats|bench [flags]"))
	}
	command, args := os.Args[1], os.Args[2:]
	f := flag.NewFlagSet(command, flag.ExitOnError)
	in := f.String("in", "", "scenarios, one JSON object a line (.gz too)")
	out := f.String("out", "", "where the judged scenarios go")
	runs := f.Int("runs", 2, "how often each scenario is run")
	workers := f.Int("workers", 8, "scenarios at a time")
	only := f.String("only", "", "only the scenario with this id")
	seed := f.Int64("seed", 1, "first seed")
	count := f.Int("count", 10, "scenarios to draw")
	shape := f.String("shape", "mixed", "shape of the drawn scenarios")
	nodes := f.Int("nodes", 500, "nodes of the benchmark")
	pods := f.Int("pods", 10000, "pods of the benchmark")
	parallelism := f.Int("parallelism", 16, "parallelism of the benchmark")
	percent := f.Int("percent", 0, "percentageOfNodesToScore of the benchmark (0: adaptive)")
	batching := f.Bool("batching", false, "run with opportunistic batching on")
	spread := f.Bool("spread", false, "benchmark pods with a zone spread and an anti-affinity")
	_ = f.Parse(args)

	switch command {
	case "run":
		list := read(*in, *only)
		for _, s := range list {
			s.Options.Batching = s.Options.Batching || *batching
		}
		fatal(judgeAll(list, *out, *runs, *workers))
	case "directed":
		var list []*scenario.Scenario
		for _, s := range gen.Directed() {
			if *only == "" || s.ID == *only {
				list = append(list, s)
			}
		}
		fatal(judgeAll(list, *out, *runs, *workers))
	case "redraw": // the scenarios of a file drawn anew, with the file's expectations
		list := read(*in, *only)
		for _, s := range list {
			fresh := gen.Draw(s.Seed, s.Features[0])
			fresh.Expect, fresh.Stable = s.Expect, s.Stable
			*s = *fresh
		}
		fatal(write(list, make([]error, len(list)), *out))
	case "gen":
		var list []*scenario.Scenario
		for i := range *count {
			list = append(list, gen.Draw(*seed+int64(i), *shape))
		}
		fatal(judgeAll(list, *out, *runs, *workers))
	case "check":
		fatal(check(read(*in, *only), *workers))
	case "stats":
		stats(f.Args())
	case "bench":
		fatal(bench.Run(*nodes, *pods, *parallelism, *percent, *spread))
	default:
		fatal(fmt.Errorf("unknown command %q", command))
	}
}

func quiet() {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("alsologtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
	if os.Getenv("KS_LOG") == "" {
		klog.SetOutput(io.Discard)
	} else {
		_ = flags.Set("logtostderr", "true")
		_ = flags.Set("v", os.Getenv("KS_LOG"))
	}
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path, only string) []*scenario.Scenario {
	file, err := os.Open(path)
	fatal(err)
	defer file.Close()
	var reader io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		reader, err = gzip.NewReader(file)
		fatal(err)
	}
	var list []*scenario.Scenario
	lines := bufio.NewReaderSize(reader, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			s := &scenario.Scenario{}
			fatal(json.Unmarshal(line, s))
			if only == "" || s.ID == only {
				list = append(list, s)
			}
		}
		if err != nil {
			return list
		}
	}
}

func judgeAll(list []*scenario.Scenario, out string, runs, workers int) error {
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	next := make(chan int)
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				errs[i] = judge.Judge(list[i], runs)
			}
		}()
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	return write(list, errs, out)
}

func write(list []*scenario.Scenario, errs []error, out string) error {
	var writer io.Writer = os.Stdout
	if out != "" {
		file, err := os.Create(out)
		if err != nil {
			return err
		}
		defer file.Close()
		writer = file
		if strings.HasSuffix(out, ".gz") {
			packed, _ := gzip.NewWriterLevel(file, gzip.BestCompression)
			defer packed.Close()
			writer = packed
		}
	}
	bad := 0
	for i, s := range list {
		if errs[i] != nil {
			bad++
			fmt.Fprintln(os.Stderr, errs[i])
			continue
		}
		line, err := gen.Line(s)
		if err != nil {
			return err
		}
		if _, err := writer.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d scenarios, %d failed\n", len(list), bad)
	return nil
}

// check judges every scenario of a file anew, from what the file says, and compares.
func check(list []*scenario.Scenario, workers int) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	differ := 0
	next := make(chan *scenario.Scenario)
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for s := range next {
				before, _ := json.Marshal(s.Expect)
				err := judge.Judge(s, 1)
				after, _ := json.Marshal(s.Expect)
				if err != nil || string(before) != string(after) {
					mu.Lock()
					differ++
					fmt.Println(s.ID, "differs", err)
					mu.Unlock()
				}
			}
		}()
	}
	for _, s := range list {
		next <- s
	}
	close(next)
	wg.Wait()
	fmt.Println(len(list), "scenarios,", differ, "differ")
	return nil
}

func stats(paths []string) {
	results, plugins, reasons, features, stable := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	scorers := map[string]int{}
	attempts, ties, scenarios, preempting, victims := 0, 0, 0, 0, 0
	for _, path := range paths {
		for _, s := range read(path, "") {
			scenarios++
			stable[s.Stable]++
			for _, f := range s.Features {
				features[f]++
			}
			for _, a := range s.Expect.Attempts {
				attempts++
				results[a.Result]++
				if len(a.Best) > 1 {
					ties++
				}
				for name, column := range a.Scores {
					if _, varies := column.([]any); varies {
						scorers[name]++
					}
				}
				for _, p := range a.Plugins {
					plugins[p]++
				}
				for _, r := range a.Refusals {
					for _, reason := range r.Reasons {
						reasons[reason] += r.N
					}
				}
				if a.Preemption != nil && a.Preemption.Nominated != "" {
					preempting++
					for _, c := range a.Preemption.Candidates {
						if c.Node == a.Preemption.Nominated {
							victims += len(c.Victims)
						}
					}
				}
			}
		}
	}
	print := func(name string, v any) {
		raw, _ := json.Marshal(v)
		fmt.Printf("%s: %s\n", name, raw)
	}
	print("scenarios", scenarios)
	print("stable", stable)
	print("attempts", attempts)
	print("results", results)
	print("attempts with more than one best node", ties)
	print("scores that differ between nodes", scorers)
	print("refusing plugins (attempts)", plugins)
	print("reasons (nodes)", reasons)
	print("preemptions", preempting)
	print("victims", victims)
	print("features", features)
}
