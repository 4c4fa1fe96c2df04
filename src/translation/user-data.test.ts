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

  test("of Amazon Linux 2 fills in variables that stand in the script, and loses one label that is computed, not all", () => {
    const result = withUserData(
      [
        "#!/bin/bash",
        'TEAM=a; LABELS="team=$TEAM,tier=web"',
        "ID=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)",
        'if ! /etc/eks/bootstrap.sh test --kubelet-extra-args "--node-labels=$LABELS,id=${ID} --max-pods=20"; then reboot; fi',
      ].join("\n"),
      al2,
    );
    expect(templateOf(result)?.metadata?.labels).toEqual({ team: "a", tier: "web" });
    expect(specOf(result)["kubelet"]).toEqual({ maxPods: 20 });
    expect(printed(specOf(result)["userData"])).toContain("if ! :; then reboot; fi");
    expect(result.findings.find((one) => one.code === "DV2001")?.message).toContain("node-labels.id = ${ID} is lost");
  });

  test("that hands the bootstrap its arguments in the environment", () => {
    const result = withUserData(
      '#!/bin/bash\nexport KUBELET_EXTRA_ARGS="--max-pods=21"\nUSE_MAX_PODS=false /etc/eks/bootstrap.sh test\n',
      al2,
    );
    expect(specOf(result)["kubelet"]).toEqual({ maxPods: 21 });
    expect(specOf(result)["userData"]).toBeUndefined();
  });

  test("that leaves the number of pods to the kubelet has the kubelet's own", () => {
    const result = withUserData("#!/bin/bash\n/etc/eks/bootstrap.sh test --use-max-pods false\n", al2);
    expect(specOf(result)["kubelet"]).toEqual({ maxPods: 110 });
  });

  test("that calls the bootstrap in two ways keeps what both say", () => {
    const call = (labels: string): string =>
      `/etc/eks/bootstrap.sh test --use-max-pods true --kubelet-extra-args '--node-labels=${labels}'`;
    const result = withUserData(
      `#!/bin/bash\nif curl -s x; then\n  ${call("life=spot")}\nelse\n  ${call("life=od")}\nfi\n`,
      al2,
    );
    expect(templateOf(result)?.metadata?.labels).toBeUndefined();
    expect(result.findings.find((one) => one.code === "DV2001")?.message).toContain("in more than one way");
    expect(printed(specOf(result)["userData"])).not.toContain("bootstrap.sh");
  });

  test("in which a here-document holds the call is no call", () => {
    const text = "#!/bin/bash\ncat > /opt/later.sh <<'EOF'\n/etc/eks/bootstrap.sh test --use-max-pods false\nEOF\n";
    const result = withUserData(text, al2);
    expect(specOf(result)).toMatchObject({ userData: text });
    expect(specOf(result)["kubelet"]).toBeUndefined();
  });

  test("with two taints of one key has both", () => {
    const taints = "--register-with-taints=a=b:NoSchedule,a=b:NoExecute,c:NoSchedule,d=:PreferNoSchedule";
    const result = withUserData(`#!/bin/bash\n/etc/eks/bootstrap.sh test --kubelet-extra-args '${taints}'\n`, al2);
    expect(templateOf(result)?.spec.taints).toEqual([
      { key: "a", value: "b", effect: "NoSchedule" },
      { key: "a", value: "b", effect: "NoExecute" },
      { key: "c", effect: "NoSchedule" },
      { key: "d", effect: "PreferNoSchedule" },
    ]);
  });

  test.each([
    ["amazon-linux-extras", "amazon-linux-extras install -y docker", false],
    ["/etc/eks/eni-max-pods.txt", "cat /etc/eks/eni-max-pods.txt", false],
    ["Docker", "echo '{}' > /etc/docker/daemon.json", false],
    ["Docker", "systemctl restart docker.service", true],
    [
      "/etc/kubernetes/kubelet/kubelet-config.json",
      'sed -i s/a/b/ "/etc/kubernetes/kubelet/kubelet-config.json"',
      true,
    ],
  ])("for Amazon Linux 2 that needs %s is named on 2023: %s", (name, line, endsOnError) => {
    const text = `#!/bin/bash${endsOnError ? " -e" : ""}\n${line}\nyum install -y jq\n/etc/eks/bootstrap.sh test\n`;
    const moved = withUserData(text, al2, { amiAlias: "al2023@latest" });
    const found = moved.findings.find((one) => one.code === "DV2033");
    expect(found).toMatchObject({ severity: endsOnError ? "error" : "warning" });
    expect(found?.message).toContain(name);
    expect(printed(specOf(moved)["userData"])).toContain("yum install -y jq");
    expect(codes(withUserData(text, al2))).not.toContain("DV2033");
  });

  test("that edits the bootstrap by a profile: what was in force moves to the NodeConfig, and the lines go", () => {
    const text = [
      "#!/bin/bash",
      "cat <<-EOF > /etc/profile.d/bootstrap.sh",
      "export USE_MAX_PODS=false",
      'export KUBELET_EXTRA_ARGS="--max-pods=42 --node-labels=a=b"',
      "EOF",
      "sed -i '/^set -o errexit/a\\\\nsource /etc/profile.d/bootstrap.sh' /etc/eks/bootstrap.sh",
      "yum install -y jq",
    ].join("\n");
    const kept = withUserData(text, al2);
    expect(specOf(kept)).toMatchObject({ kubelet: { maxPods: 42 }, userData: `${text}\n` });
    expect(templateOf(kept)?.metadata?.labels).toEqual({ a: "b" });
    const moved = withUserData(text, al2, { amiAlias: "al2023@latest" });
    expect(specOf(moved)).toMatchObject({ kubelet: { maxPods: 42 } });
    expect(printed(specOf(moved)["userData"])).not.toContain("/etc/eks/bootstrap.sh");
  });

  test("moved to Bottlerocket loses its scripts with an error, and keeps what has fields", () => {
    const result = withUserData(
      "#!/bin/bash\nyum install -y jq\n/etc/eks/bootstrap.sh test --kubelet-extra-args '--node-labels=a=b'\n",
      al2,
      { amiAlias: "bottlerocket@latest" },
    );
    expect(specOf(result)["userData"]).toBeUndefined();
    expect(templateOf(result)?.metadata?.labels).toEqual({ a: "b" });
    expect(result.findings.find((one) => one.code === "DV2001" && one.severity === "error")?.message).toContain(
      "shell",
    );
  });

  test("as a cloud-config: the bootstrap in runcmd goes, files for other images are named, the rest stays", () => {
    const text = [
      "#cloud-config",
      "packages: [jq]",
      "write_files:",
      "  - path: /etc/docker/daemon.json",
      "    encoding: b64",
      `    content: ${btoa("{}")}`,
      "runcmd:",
      "  - [ sysctl, -w, vm.max_map_count=262144 ]",
      "  - /etc/eks/bootstrap.sh test --kubelet-extra-args '--node-labels=a=b --max-pods=31'",
    ].join("\n");
    const result = withUserData(text, al2);
    expect(templateOf(result)?.metadata?.labels).toEqual({ a: "b" });
    expect(specOf(result)["kubelet"]).toEqual({ maxPods: 31 });
    const kept = printed(specOf(result)["userData"]);
    expect(kept).toMatch(/^MIME-Version: 1\.0\n[^]*Content-Type: text\/cloud-config/);
    expect(kept).toContain("sysctl");
    expect(kept).not.toContain("bootstrap.sh");
    const moved = withUserData(text, al2, { amiAlias: "al2023@latest" });
    expect(moved.findings.find((one) => one.code === "DV2033")?.message).toContain("/etc/docker/daemon.json");
  });

  test("as a cloud-config without anything for Karpenter stays letter for letter", () => {
    const text = "#cloud-config\n# ours\npackages:   [ jq ]\n";
    expect(printed(specOf(withUserData(text, al2023))["userData"])).toContain(text);
  });

  test("in an archive of cloud-init's own is taken apart", () => {
    const text =
      "#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    packages: [jq]\n- |\n  #!/bin/sh\n  /etc/eks/bootstrap.sh test --kubelet-extra-args '--node-labels=a=b'\n";
    const result = withUserData(text, al2);
    expect(templateOf(result)?.metadata?.labels).toEqual({ a: "b" });
    expect(printed(specOf(result)["userData"])).toContain("packages: [jq]");
  });

  test("that loads more at boot is passed on and named", () => {
    const result = withUserData("#include\nhttps://example.com/boot.sh\n", al2);
    expect(codes(result)).toContain("DV2036");
    expect(printed(specOf(result)["userData"])).toContain("Content-Type: text/x-include-url");
  });

  test("that nothing on the image reads is lost", () => {
    const result = withUserData("yum install -y jq\n", al2);
    expect(specOf(result)["userData"]).toBeUndefined();
    expect(result.findings.find((one) => one.code === "DV2001")?.message).toContain("no effect today either");
  });

  test("with a part that cannot be unpacked is an error, and no stand-in reaches the manifest", () => {
    const text =
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\nH4sIAAAA\n--b\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho hi\n--b--\n';
    const result = withUserData(text, al2);
    expect(result.findings.find((one) => one.code === "DV2032")).toMatchObject({ severity: "error" });
    expect(specOf(result)["userData"]).toBe("#!/bin/sh\necho hi\n");
    for (const whole of ["<binary user data>", "<binary user data: it is a damaged gzip archive>"]) {
      const lost = withUserData(whole, al2);
      expect(specOf(lost)["userData"]).toBeUndefined();
      expect(codes(lost)).toContain("DV2032");
    }
  });

  test("of Amazon Linux 2023 with an expression for the pods, taints and a second document", () => {
    const result = withUserData(
      [
        "---",
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec:",
        "  kubelet:",
        "    maxPodsExpression: default_enis * 2",
        "    config:",
        "      registerWithTaints:",
        "        - {key: a, value: b, effect: NoSchedule}",
        "---",
        "apiVersion: node.eks.aws/v1alpha1",
        "kind: NodeConfig",
        "spec: {kubelet: {config: {maxPods: 9}}}",
      ].join("\n"),
      al2023,
    );
    expect(templateOf(result)?.spec.taints).toEqual([{ key: "a", value: "b", effect: "NoSchedule" }]);
    expect(specOf(result)["kubelet"]).toBeUndefined();
    expect(specOf(result)["userData"]).toBeUndefined();
    const said = result.findings.filter((one) => one.code === "DV2001").map((one) => one.message);
    expect(said.join("\n")).toContain("maxPodsExpression");
    expect(said.join("\n")).toContain("reads the first document");
  });

  test("of Bottlerocket loses what Karpenter would drop", () => {
    const result = withUserData(
      '[settings.kubernetes]\nhostname-override = "x"\nlog-level = 3\n[settings.motd]\na = 1\n[other]\nb = 2\n',
      bottlerocket,
    );
    expect(codecs.parseToml(printed(specOf(result)["userData"]))).toEqual({
      settings: { kubernetes: { "log-level": 3 }, motd: { a: 1 } },
    });
    expect(codes(result).filter((code) => code === "DV2001")).toHaveLength(2);
  });
});

const windows = "Windows_Server-2022-English-Core-EKS_Optimized-1.31-2025.08.12";

describe("user data of Windows", () => {
  const call = (args: string): string =>
    `<powershell>\r\n[string]$EKSBinDir = "$env:ProgramFiles\\Amazon\\EKS"\r\n[string]$File = "$EKSBinDir\\Start-EKSBootstrap.ps1"\r\n& $File -EKSClusterName test ${args} 3>&1 4>&1\r\nWrite-Host hi\r\n</powershell>\r\n`;

  test("has its arguments in their fields, and its own lines without tags", () => {
    const result = withUserData(
      call(
        "-DNSClusterIP '172.20.0.10' -ServiceCIDR 172.20.0.0/16 -ContainerRuntime containerd `\r\n -KubeletExtraArgs \"--node-labels='a=b',c=d --register-with-taints=os=windows:NoSchedule --max-pods=60\"",
      ),
      windows,
    );
    expect(specOf(result)).toMatchObject({
      userData: "Write-Host hi\n",
      kubelet: { maxPods: 60, clusterDNS: ["172.20.0.10"] },
    });
    expect(templateOf(result)?.metadata?.labels).toEqual({ a: "b", c: "d" });
    expect(templateOf(result)?.spec.taints).toEqual([{ key: "os", value: "windows", effect: "NoSchedule" }]);
    expect(codes(result)).toEqual(["DV2003"]);
  });

  test("names the arguments that Karpenter does not pass, each by itself", () => {
    const result = withUserData(call("-ServiceCIDR 10.4.0.0/16 -ExcludedSnatCIDRs 10.0.0.0/8"), windows);
    const said = result.findings
      .filter((one) => one.code === "DV2001")
      .map((one) => one.message)
      .join("\n");
    expect(said).toContain("ServiceCIDR = 10.4.0.0/16");
    expect(said).toContain("ExcludedSnatCIDRs = 10.0.0.0/8");
  });

  test("loses a batch block and what should run at every boot", () => {
    const result = withUserData("<script>echo hi</script>\n<persist>true</persist>\n", windows);
    expect(specOf(result)["userData"]).toBeUndefined();
    expect(result.findings.filter((one) => one.code === "DV2001").map((one) => one.severity)).toEqual([
      "error",
      "warning",
    ]);
  });
});
