package gen

import (
	"fmt"

	"dovetail.dev/oracle/kube-scheduler/internal/scenario"
)

// Bench is a cluster of equal nodes in three zones and pods of three sizes; with neighbours, the pods of 20 workloads
// also spread over zones (hard) and hosts (soft) and keep away from their own kind (preferred).
func Bench(nodes, pods int, neighbours bool) scenario.Objects {
	s := &scenario.Scenario{}
	put(s, namespace("default", nil))
	for i := range nodes {
		put(s, node(fmt.Sprintf("node-%05d", i), "15890m", "60Gi", has("pods", "110"), zone(string(rune('a'+i%3)))))
	}
	for i := range pods {
		size := [][2]string{{"250m", "256Mi"}, {"100m", "512Mi"}, {"500m", "1Gi"}}[i%3]
		name := fmt.Sprintf("app%d", i%20)
		options := []podOption{cm(size[0], size[1]), app(name)}
		if neighbours {
			options = append(options, spread(name, zoneKey, 5, true), spread(name, hostKey, 1, false), away(10, podTerm(name, hostKey)))
		}
		put(s, pod(fmt.Sprintf("pod-%05d", i), options...))
	}
	return s.Objects
}
