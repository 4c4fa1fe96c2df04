import { expect, test } from "vitest";
import { redactObject } from "./redact.ts";
import { withoutSecrets } from "./secret-text.ts";

test.each([
  ["export DB_PASSWORD=hunter2", "export DB_PASSWORD=<redacted>"],
  ['"apiKey": "abc123"', '"apiKey": "<redacted>"'],
  ["curl -H 'Authorization: Bearer abcdefghijkl' x", "curl -H 'Authorization: Bearer <redacted>' x"],
  ["mysql://root:pw@db/x", "mysql://root:<redacted>@db/x"],
  ["agent --token s3cr3t --verbose", "agent --token <redacted> --verbose"],
  ["AWS=AKIAABCDEFGHIJKLMNOP", "AWS=<redacted>"],
  [
    'TOKEN=$(curl -X PUT "http://169.254.169.254/latest/api/token")',
    'TOKEN=$(curl -X PUT "http://169.254.169.254/latest/api/token")',
  ],
  ["--kubelet-extra-args '--node-labels=a=b --max-pods=29'", "--kubelet-extra-args '--node-labels=a=b --max-pods=29'"],
  ["curl -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600'", "curl -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600'"],
  ["get-secret-value --secret-id prod/agent", "get-secret-value --secret-id prod/agent"],
  ["login --password-stdin registry.example.com", "login --password-stdin registry.example.com"],
  ["A_TOKEN_FILE=/run/a SECRET_ARN=arn:aws:x:::secret:a", "A_TOKEN_FILE=/run/a SECRET_ARN=arn:aws:x:::secret:a"],
  ["token_ttl: 300", "token_ttl: 300"],
  ["AGENT_KEY=3f9c8a7b6d", "AGENT_KEY=<redacted>"],
  ["docker run -u 1000:1000 x", "docker run -u 1000:1000 x"],
  ["-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nnext", "<redacted>\nnext"],
])("%s", (text, expected) => expect(withoutSecrets(text)).toBe(expected));

const secret = "pl4nted";

test("no value of an environment variable, applied annotation, ConfigMap or probe header survives", () => {
  const podSpec = {
    containers: [
      {
        name: "app",
        env: [
          { name: "DB", value: secret },
          { name: "AWS_REGION", value: "eu-west-1" },
        ],
        args: ["--password", secret, `--api-key=${secret}`, secret],
        readinessProbe: { httpGet: { httpHeaders: [{ name: "X", value: secret }] } },
      },
    ],
  };
  const metadata = {
    name: "a",
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": secret,
      "karpenter.sh/do-not-disrupt": "true",
      note: secret,
    },
  };
  const objects = [
    { apiVersion: "v1", kind: "Pod", metadata, spec: podSpec },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template: { metadata, spec: podSpec } } },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: { jobTemplate: { spec: { template: { spec: podSpec } } } },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: secret }, binaryData: { b: secret } },
    { apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", metadata, spec: { userData: `PASSWORD=${secret}\nx` } },
  ];
  const text = JSON.stringify(objects.map(redactObject));
  expect(text).not.toContain(secret);
  expect(text).toContain("eu-west-1");
  expect(text).toContain('"karpenter.sh/do-not-disrupt":"true"');
});

test("a ConfigMap that is read keeps its data, and redacting twice changes nothing", () => {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "aws-auth" },
    data: { mapRoles: "- rolearn: x" },
  };
  expect(redactObject(map).data).toEqual(map.data);
  expect(redactObject(redactObject(map))).toEqual(redactObject(map));
});

test("the programs that are read keep what they are told, without secrets", () => {
  const container = { name: "cluster-autoscaler", image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.32.0" };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [{ ...container, command: ["./cluster-autoscaler", "--v=4", `--token=${secret}`] }] },
  };
  const [kept] = redactObject(pod).spec.containers;
  expect(kept?.command).toEqual(["./cluster-autoscaler", "--v=4", "--token=<redacted>"]);
});
