import type { Translation } from "../../../translation/types.ts";
import { cloudFormation } from "./cloudformation.ts";
import { commentsOn } from "./comments.ts";
import { fileName } from "./file-name.ts";
import { eksctlConfig } from "./eksctl.ts";
import { shellScript } from "./shell.ts";
import { terraform } from "./terraform.ts";
import { yamlOf } from "../yaml.ts";
import type { EmitContext, EmitFormat, EmitSource, EmittedFile } from "./types.ts";

/** A translation with the reasons for its choices as comments. */
export function withReasons(translation: Translation): EmitSource {
  return { ...translation, comments: (manifest) => commentsOn(manifest, translation) };
}

/** Manifests in the wanted form, as files in a stable order. */
export function emit(source: EmitSource, format: EmitFormat, context: EmitContext): readonly EmittedFile[] {
  const { manifests } = source;
  const files = manifests.map((manifest) => ({
    name: fileName(manifest),
    text: yamlOf(manifest, source.comments?.(manifest)),
  }));
  switch (format) {
    case "yaml":
      return files;
    case "kustomize":
      return [{ name: "kustomization.yaml", text: kustomization(files) }, ...files];
    case "terraform":
      return [{ name: "karpenter-nodes.tf", text: terraform(manifests, context) }];
    case "cloudformation":
      return [{ name: "karpenter-nodes.cloudformation.yaml", text: cloudFormation(manifests, context) }];
    case "eksctl":
      return [{ name: "cluster.eksctl.yaml", text: eksctlConfig(source, context) }, ...files];
    case "shell":
      return [{ name: "apply-nodes.sh", text: shellScript(files) }];
  }
}

function kustomization(files: readonly EmittedFile[]): string {
  const resources = files.map((file) => `  - ${file.name}`).join("\n");
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}\n`;
}
