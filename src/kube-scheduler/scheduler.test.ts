import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Node, Pod, PodSpec } from "../kube/objects.ts";
import { nameOf } from "../kube/pod.ts";
import { defaultSchedulerRelease, schedulerReleases } from "./releases.ts";
import { KubeScheduler } from "./scheduler.ts";
import { defaultSchedulerSettings } from "./settings.ts";
import type { SchedulerState } from "./save.ts";

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const startMs = Date.UTC(2026, 0, 1);

function nodeNamed(name: string, { cpu = 4, inZone = "a", taint = false } = {}): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { [hostname]: name, [zone]: inZone } },
    spec: taint ? { taints: [{ key: "dedicated", effect: "PreferNoSchedule" }] } : {},
    status: { allocatable: { cpu: String(cpu), memory: "16Gi", pods: "10" } },
  };
}

function podNamed(name: string, spec: Partial<PodSpec> = {}, uid = name): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid, labels: { app: "web" } },
    spec: { containers: [{ name: "c", resources: { requests: { cpu: "1", memory: "1Gi" } } }], ...spec },
  };
}

/** The API server and the kubelets around a scheduler: what it asks for is done at once, and shown to it. */
class Surroundings {
  readonly scheduler: KubeScheduler;
  readonly pods = new Map<string, Pod>();
  readonly log: string[] = [];
  nowMs = startMs;

  constructor(scheduler = new KubeScheduler()) {
    this.scheduler = scheduler;
  }

  add(...nodes: readonly Node[]): this {
    for (const node of nodes) this.scheduler.put("nodes", node, this.nowMs);
    return this;
  }

  show(...pods: readonly Pod[]): this {
    for (const pod of pods) {
      this.nowMs += 1;
      this.pods.set(nameOf(pod), pod);
      this.scheduler.put("pods", pod, this.nowMs);
    }
    return this;
  }

  /** Attempts until no pod is ready, at most so many. */
  drain(most = 10_000): this {
    for (let count = 0; count < most; count++) {
      const attempt = this.scheduler.attempt(this.nowMs);
      if (attempt === undefined) break;
      this.log.push(`${attempt.pod} ${attempt.outcome} ${attempt.nodeName ?? attempt.message}`);
      for (const action of attempt.actions) {
        if (action.kind === "preempt") {
          this.pods.delete(action.victim);
          this.scheduler.delete("pods", action.victim, this.nowMs);
        }
        const pod = "pod" in action ? this.pods.get(action.pod) : undefined;
        if (pod === undefined) continue;
        if (action.kind === "bind") this.show({ ...pod, spec: { ...pod.spec, nodeName: action.nodeName } });
        if (action.kind === "patch-status" && action.nominatedNodeName !== undefined)
          this.show({ ...pod, status: { ...pod.status, nominatedNodeName: action.nominatedNodeName } });
      }
    }
    return this;
  }

  pass(ms: number): this {
    this.nowMs += ms;
    this.scheduler.advance(this.nowMs);
    return this.drain();
  }

  placeOf(name: string): string | undefined {
    return this.pods.get(`shop/${name}`)?.spec.nodeName;
  }
}

describe("a scheduler in its surroundings", () => {
  test("a pod of the same name as one that is gone unseen waits as a new one", () => {
    const world = new Surroundings()
      .add(nodeNamed("one"))
      .show(podNamed("web-0", {}, "first"))
      .drain();
    expect(world.placeOf("web-0")).toBe("one");
    world.show(podNamed("web-0", {}, "second"));
    expect(world.scheduler.cluster.node("one")?.pods).toEqual([]);
    expect(world.drain().placeOf("web-0")).toBe("one");
  });

  test("the more important pod takes the place of a less important one, which waits", () => {
    const world = new Surroundings()
      .add(nodeNamed("one", { cpu: 1 }))
      .show(podNamed("low", { priority: 1 }))
      .drain();
    world
      .show(podNamed("high", { priority: 2 }))
      .drain()
      .pass(2000);
    expect(world.placeOf("high")).toBe("one");
    expect(world.pods.has("shop/low")).toBe(false);
  });

  test("a refused pod waits until room is made, and then out its back-off", () => {
    const world = new Surroundings()
      .add(nodeNamed("one", { cpu: 1 }))
      .show(podNamed("old"), podNamed("new"))
      .drain();
    expect(world.scheduler.placeOf("shop/new")).toBe("waiting");
    world.pods.delete("shop/old");
    world.scheduler.delete("pods", "shop/old", world.nowMs);
    expect(world.scheduler.placeOf("shop/new")).toBe("backoff");
    expect(world.pass(2000).placeOf("new")).toBe("one");
  });

  test("a pod behind a gate is not tried before the gate is gone", () => {
    const world = new Surroundings().add(nodeNamed("one"));
    world.show(podNamed("gated", { schedulingGates: [{ name: "quota" }] })).pass(600_000);
    expect(world.log).toEqual([]);
    world.show(podNamed("gated")).drain();
    expect(world.placeOf("gated")).toBe("one");
  });
});

const podSpecs: fc.Arbitrary<Partial<PodSpec>> = fc.record({
  priority: fc.constantFrom(0, 0, 0, 5, 10),
  containers: fc
    .record({ cpu: fc.constantFrom("0", "100m", "300m", "1", "1500m"), memory: fc.constantFrom("0", "64Mi", "3Gi") })
    .map((requests) => [{ name: "c", resources: { requests } }]),
  topologySpreadConstraints: fc.constantFrom(
    [],
    [
      {
        maxSkew: 1,
        topologyKey: zone,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "web" } },
      },
    ],
    [
      {
        maxSkew: 1,
        topologyKey: hostname,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { app: "web" } },
      },
    ],
  ),
});
const nodes = fc
  .array(
    fc.record({ cpu: fc.integer({ min: 1, max: 4 }), inZone: fc.constantFrom("a", "b", "c"), taint: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((list) => list.map((facts, at) => nodeNamed(`n${at}`, facts)));
const pods = fc
  .array(podSpecs, { minLength: 1, maxLength: 25 })
  .map((list) => list.map((spec, at) => podNamed(`p${at}`, spec)));
const release = fc.constantFrom(...schedulerReleases);

describe("whatever the pods and nodes", () => {
  test("the order in which nodes came changes no choice", () => {
    fc.assert(
      fc.property(
        nodes.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        pods,
        release,
        ([list, other], waiting, behaviour) => {
          const settings = defaultSchedulerSettings(behaviour);
          const run = (order: readonly Node[]): readonly string[] =>
            new Surroundings(new KubeScheduler(settings))
              .add(...order)
              .show(...waiting)
              .drain()
              .pass(20_000).log;
          expect(run(other)).toEqual(run(list));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("no node is ever given more than it has", () => {
    fc.assert(
      fc.property(nodes, pods, (list, waiting) => {
        const world = new Surroundings()
          .add(...list)
          .show(...waiting)
          .drain()
          .pass(20_000);
        for (const { allocatable, requested, pods: placed } of world.scheduler.cluster.nodes) {
          expect(requested.milliCpu).toBeLessThanOrEqual(allocatable.milliCpu);
          expect(requested.memoryBytes).toBeLessThanOrEqual(allocatable.memoryBytes);
          expect(placed.length).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a scheduler that was saved goes on as the one that was not", () => {
    fc.assert(
      fc.property(nodes, pods, fc.nat({ max: 20 }), (list, waiting, attempts) => {
        const settings = defaultSchedulerSettings(defaultSchedulerRelease);
        const one = new Surroundings(new KubeScheduler(settings))
          .add(...list)
          .show(...waiting)
          .drain(attempts);
        const state = JSON.parse(JSON.stringify(one.scheduler.save())) as SchedulerState;
        const two = new Surroundings(new KubeScheduler(settings, state));
        for (const [name, pod] of one.pods) two.pods.set(name, pod);
        two.nowMs = one.nowMs;
        const said = one.log.length;
        expect(two.drain().pass(20_000).log).toEqual(one.drain().pass(20_000).log.slice(said));
      }),
      { numRuns: 60 },
    );
  });
});
