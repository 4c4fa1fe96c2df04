import { keysOf } from "../../kube/json.ts";
import { aliasParameters } from "../../karpenter/aws/image-parameters.ts";
import type { Alias } from "../../karpenter/aws/families.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { type ResourceName, resources } from "../../kube/resources.ts";
import type { Account } from "../../aws/account.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { asStored, keyOfObject, type Stored, withMetadata } from "../store/objects.ts";
import type { StoreState } from "../store/store.ts";
import { Random } from "../time/random.ts";
import { emptyTwin, type TwinState } from "../world/state.ts";
import { accountState } from "./account.ts";

/** What is said beside a snapshot. */
export interface FromSnapshot {
  readonly clusterName: string;
  readonly account: Account;
  /** AMI aliases of the EC2NodeClasses that are to come: the world's SSM must know their images. */
  readonly aliases: readonly Alias[];
}

/** A world that begins as a snapshot tells its cluster and account: nobody in it has acted yet. */
export function twinFromSnapshot(snapshot: Snapshot, { clusterName, account, aliases }: FromSnapshot): TwinState {
  const minor = snapshot.kubernetesVersion ?? "1.34";
  const name = clusterName;
  const aws = accountState({ account, clusterName, nodes: snapshot.objects.nodes ?? [] });
  addImages(aws.tables, aliases, minor);
  const dice = (what: string): TwinState["dice"]["store"] => Random.of(`${name} ${what}`).state;
  const state = emptyTwin({
    name,
    seed: 1,
    kubernetesVersion: `${minor}.0`,
    aws,
    bornMs: Date.parse(snapshot.readAt),
    dice: { store: dice("store"), account: dice("account") },
  });
  return { ...state, store: storeOf(snapshot) };
}

// News and heartbeats are of a time that is over.
const leftOut = new Set<ResourceName>(["events", "leases"]);

function storeOf(snapshot: Snapshot): StoreState {
  const objects: { [R in ResourceName]?: readonly Stored[] } = {};
  let version = 1000;
  const kept = (resource: ResourceName, object: KubeObject): Stored => {
    version += 1;
    const { kind } = resources[resource];
    const key = `${resource} ${keyOfObject(resource, object)}`;
    return withMetadata(
      { ...asStored(object), kind },
      {
        ...object.metadata,
        uid: object.metadata.uid ?? Random.of(key).uuid(),
        creationTimestamp: object.metadata.creationTimestamp ?? snapshot.readAt,
        generation: object.metadata.generation ?? 1,
        resourceVersion: `${version}`,
      },
    );
  };
  for (const resource of keysOf(resources)) {
    const list: readonly KubeObject[] | undefined = snapshot.objects[resource];
    if (list !== undefined && !leftOut.has(resource)) objects[resource] = list.map((one) => kept(resource, one));
  }
  objects.namespaces = [
    ...(objects.namespaces ?? []),
    ...missingNamespaces(objects).map((one) => kept("namespaces", one)),
  ];
  return { version, objects, applied: {} };
}

function missingNamespaces(objects: { readonly [R in ResourceName]?: readonly Stored[] }): readonly KubeObject[] {
  const there = new Set((objects.namespaces ?? []).map(({ metadata }) => metadata.name));
  const used = new Set(["default", "kube-system"]);
  for (const list of Object.values(objects))
    for (const { metadata } of list) if (metadata.namespace !== undefined) used.add(metadata.namespace);
  return [...used]
    .filter((name) => !there.has(name))
    .toSorted()
    .map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    }));
}

function addImages(tables: TwinState["aws"]["tables"], aliases: readonly Alias[], minor: string): void {
  const parameters = (tables["ssm.parameters"] ??= {});
  const images = (tables["ec2.images"] ??= {});
  for (const alias of aliases) {
    for (const { name } of aliasParameters(alias, minor)) {
      const arch = /arm64/.test(name) ? "arm64" : "x86_64";
      const id = `ami-0${Random.of(name).hex(16)}`;
      parameters[name] = { Name: name, Type: "String", Value: id, Version: 1, DataType: "text" };
      images[id] = {
        ImageId: id,
        Name: name.replace(/^.*\/([^/]+)\/image_id$/, "$1"),
        Architecture: arch,
        State: "available",
        CreationDate: "2026-01-01T00:00:00.000Z",
      };
    }
  }
}
