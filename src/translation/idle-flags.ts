/** Knobs of Cluster Autoscaler's own loop. */
export const loopFlags = `
  scan-interval frequent-loops-enabled estimator max-nodes-per-scaleup max-nodegroup-binpacking-duration
  max-binpacking-time parallel-scale-up salvo-scale-up fastpath-binpacking-enabled
  unremovable-node-recheck-timeout scale-down-candidates-pool-ratio scale-down-candidates-pool-min-count
  scale-down-non-empty-candidates-count scale-down-simulation-timeout scale-down-delay-type-local
  max-bulk-soft-taint-count max-bulk-soft-taint-time node-deletion-batcher-interval node-delete-delay-after-taint
  dynamic-node-delete-delay-after-taint-enabled node-info-cache-expire-time predicate-parallelism
  cluster-snapshot-parallelism parallel-drain async-node-groups enable-proactive-scaleup pod-injection-limit
  node-deletion-candidate-ttl pending-pods-batching-timeout graceful-degradation-enabled
`;

/** How Cluster Autoscaler itself runs, logs and reports. */
export const programFlags = `
  leader-elect leader-elect-lease-duration leader-elect-renew-deadline leader-elect-retry-period
  leader-elect-resource-lock leader-elect-resource-name leader-elect-resource-namespace address v vmodule
  alsologtostderr logtostderr stderrthreshold log-file log-dir logging-format skip-headers add-dir-header
  one-output profiling max-inactivity max-failing-time max-startup-time kube-client-qps kube-client-burst
  kube-api-content-type emit-per-nodegroup-metrics record-duplicated-events debugging-snapshot-enabled user-agent
  feature-gates write-status-configmap status-config-map-name skip-log-headers log-file-max-size
  scheduler-verbosity regional
`;
