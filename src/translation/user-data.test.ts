import { describe, expect, test } from "vitest";
import { joinedGroup, launchTemplate } from "../../test/support/node-groups.ts";
import type { JsonObject } from "../kube/objects.ts";
import { printed } from "../kube/json.ts";
import type { TranslateOptions } from "./input.ts";
import { translate } from "./translate.ts";
import type { Translation } from "./types.ts";
import { codecs } from "../app/translate/codecs.ts";

/** A self-managed group whose launch template has this user data and image name. */
function withUserData(userData: string, imageName: string, options: TranslateOptions = {}): Translation {
  const group = joinedGroup(
    { kind: "self-managed" },
    { template: launchTemplate({ ImageId: "ami-1", InstanceType: "m5.large", UserData: userData }) },
  );
  const image: JsonObject = { ImageId: "ami-1", Name: imageName, ImageOwnerAlias: "amazon", Architecture: "x86_64" };
  const account = { region: "eu-west-1", images: [image] };
  return translate({ nodeGroups: [group], clusterName: "test", kubernetesVersion: "1.31", account, codecs }, options);
}

const specOf = (result: Translation): JsonObject => result.groups[0]?.nodeClass.spec ?? {};
const templateOf = (result: Translation) => result.groups[0]?.nodePool.spec.template;
const codes = (result: Translation): string[] => result.findings.map((finding) => finding.code);

const al2 = "amazon-eks-node-1.31-v20240807";
const al2023 = "amazon-eks-node-al2023-x86_64-standard-1.31-v20240807";
const bottlerocket = "bottlerocket-aws-k8s-1.31-x86_64-v1.20.4-7af20e0e";

describe("user data", () => {
  test("of Amazon Linux 2: the bootstrap call goes, its settings find their fields, other lines stay", () => {
    const result = withUserData(
      [
        "#!/bin/bash",
        "sysctl -w vm.max_map_count=262144",
        "/etc/eks/bootstrap.sh test \\",
        "  --kubelet-extra-args '--node-labels=team=a,lifecycle=od --register-with-taints=team=a:NoSchedule \\",
        "    --max-pods=29 --kube-reserved=cpu=100m,memory=300Mi --eviction-hard=memory.available<200Mi' \\",
        "  --dns-cluster-ip 172.20.0.10 --use-max-pods false --local-disks raid0",
      ].join("\n"),
      al2,
    );
    expect(specOf(result)).toMatchObject({
      amiSelectorTerms: [{ alias: "al2@v20240807" }],
      instanceStorePolicy: "RAID0",
      userData: "#!/bin/bash\nsysctl -w vm.max_map_count=262144\n",
      kubelet: {
        maxPods: 29,
        clusterDNS: ["172.20.0.10"],
        kubeReserved: { cpu: "100m", memory: "300Mi" },
        evictionHard: { "memory.available": "200Mi" },
      },
    });
    expect(templateOf(result)?.metadata?.labels).toEqual({ team: "a", lifecycle: "od" });
    expect(templateOf(result)?.spec.taints).toEqual([{ key: "team", value: "a", effect: "NoSchedule" }]);
  });

  test("with the bootstrap call alone leaves none", () => {
    expect(specOf(withUserData("#!/bin/bash\nset -ex\n/etc/eks/bootstrap.sh test\n", al2))["userData"]).toBeUndefined();
  });

  test("with a secret taken out is an error until somebody puts it back", () => {
    const result = withUserData("#!/bin/bash\n./agent --token <redacted>\n/etc/eks/bootstrap.sh test\n", al2);
    expect(result.findings.find((finding) => finding.code === "DV2015")?.message).toContain("one value");
    expect(codes(withUserData("#!/bin/bash\necho hi\n/etc/eks/bootstrap.sh test\n", al2))).not.toContain("DV2015");
  });

  test("that computes a value at boot loses it, and commands after the bootstrap are named", () => {
    const result = withUserData(
      '#!/bin/bash\n/etc/eks/bootstrap.sh test --kubelet-extra-args "--max-pods=$PODS"\nsystemctl restart x\n',
      al2,
    );
    expect(specOf(result)["kubelet"]).toBeUndefined();
    expect(codes(result)).toEqual(expect.arrayContaining(["DV2001", "DV2010"]));
  });

  test("of Amazon Linux 2 moved to 2023 hands kubelet flags without a field to nodeadm", () => {
    const result = withUserData(
      "#!/bin/bash\necho hi\n/etc/eks/bootstrap.sh test --kubelet-extra-args '--max-pods=20 --serialize-image-pulls=false'\n",
      al2,
      { amiAlias: "al2023@latest" },
    );
    expect(specOf(result)).toMatchObject({ amiSelectorTerms: [{ alias: "al2023@latest" }], kubelet: { maxPods: 20 } });
    const text = printed(specOf(result)["userData"]);
    expect(text).toContain("MIME-Version: 1.0");
    expect(text).toContain("Content-Type: text/x-shellscript");
    expect(text).toContain("Content-Type: application/node.eks.aws");
    expect(text).toContain("- --serialize-image-pulls=false");
    expect(text).not.toContain("bootstrap.sh");
  });

  test("of Amazon Linux 2023: the cluster goes, kubelet settings find their fields, the rest of the NodeConfig stays", () => {
    const result = withUserData(
      [
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="//"',
        "",
        "--//",
        "Content-Type: application/node.eks.aws",
        "",
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec:",
        "  cluster:",
        "    name: test",
        "    apiServerEndpoint: https://x",
        "  kubelet:",
        "    config:",
        "      maxPods: 40",
        "      shutdownGracePeriod: 30s",
        "    flags:",
        '      - "--node-labels=team=b"',
        "  instance:",
        "    localStorage:",
        "      strategy: RAID0",
        "--//",
        'Content-Type: text/x-shellscript; charset="us-ascii"',
        "",
        "#!/bin/bash",
        "echo hello",
        "--//--",
      ].join("\n"),
      al2023,
    );
    expect(specOf(result)).toMatchObject({ instanceStorePolicy: "RAID0", kubelet: { maxPods: 40 } });
    expect(templateOf(result)?.metadata?.labels).toEqual({ team: "b" });
    const text = printed(specOf(result)["userData"]);
    expect(text).toContain("shutdownGracePeriod: 30s");
    expect(text).toContain("echo hello");
    expect(text).not.toMatch(/apiServerEndpoint|RAID0|node-labels|maxPods/);
  });

  test("of Bottlerocket: Kubernetes settings find their fields, the rest stays TOML", () => {
    const result = withUserData(
      [
        "[settings.kubernetes]",
        'cluster-name = "test"',
        'api-server = "https://x"',
        'cluster-certificate = "abc"',
        "max-pods = 58",
        'cluster-dns-ip = "172.20.0.10"',
        'allowed-unsafe-sysctls = ["net.core.somaxconn"]',
        "[settings.kubernetes.node-labels]",
        'team = "c"',
        "[settings.kubernetes.node-taints]",
        'dedicated = "c:NoExecute"',
        "[settings.kernel.sysctl]",
        '"vm.max_map_count" = "262144"',
      ].join("\n"),
      bottlerocket,
    );
    expect(specOf(result)).toMatchObject({
      amiSelectorTerms: [{ alias: "bottlerocket@v1.20.4" }],
      kubelet: { maxPods: 58, clusterDNS: ["172.20.0.10"] },
    });
    expect(templateOf(result)?.spec.taints).toEqual([{ key: "dedicated", value: "c", effect: "NoExecute" }]);
    expect(codecs.parseToml(printed(specOf(result)["userData"]))).toEqual({
      settings: {
        kernel: { sysctl: { "vm.max_map_count": "262144" } },
        kubernetes: { "allowed-unsafe-sysctls": ["net.core.somaxconn"] },
      },
    });
  });

  test("that is malformed is passed on as it is, with a finding", () => {
    const text = "[settings.kubernetes\nmax-pods = 1\n[settings.kernel]\n";
    const result = withUserData(text, bottlerocket);
    expect(specOf(result)["userData"]).toBe(text);
    expect(codes(result)).toContain("DV2014");
  });

  test("in base64 is read too", () => {
    const packed = btoa("#!/bin/bash\n/etc/eks/bootstrap.sh test --kubelet-extra-args '--max-pods=7'\n");
    expect(specOf(withUserData(packed, al2))["kubelet"]).toEqual({ maxPods: 7 });
  });

  test("of an image of one's own is passed on whole, and the image is pinned by its id", () => {
    const result = withUserData("#!/bin/bash\n/opt/start.sh\n", "our-image-17");
    expect(specOf(result)).toMatchObject({
      amiFamily: "Custom",
      amiSelectorTerms: [{ id: "ami-1" }],
      userData: "#!/bin/bash\n/opt/start.sh\n",
    });
    expect(codes(result)).toContain("DV2009");
  });
});
