import { objectAt } from "../kube/json.ts";
import { isResourceName } from "../kube/resources.ts";
import { type ServedAnswer, type ApiRequest, json } from "./answer.ts";
import { bodyOf } from "./body.ts";

/** Answers what a client asks about itself: it may do everything that the sandbox serves. Undefined for another path. */
export function reviewAnswer(path: string, request: ApiRequest): ServedAnswer | undefined {
  switch (path) {
    case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {
      const body = bodyOf(request);
      const asked = objectAt(body, "spec", "resourceAttributes");
      const resource = typeof asked["resource"] === "string" ? asked["resource"] : "";
      const isKnown = resource === "" || resource === "*" || isResourceName(resource);
      const reason = isKnown ? "" : `the sandbox serves no ${resource}`;
      return json({ ...body, status: { allowed: isKnown, ...(isKnown ? {} : { reason }) } }, 201);
    }
    case "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": {
      const rules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
      const status = { incomplete: false, resourceRules: rules, nonResourceRules: [] };
      return json({ ...bodyOf(request), status }, 201);
    }
    case "/apis/authentication.k8s.io/v1/selfsubjectreviews":
      return json(
        { ...bodyOf(request), status: { userInfo: { username: "sandbox-admin", groups: ["system:masters"] } } },
        201,
      );
    default:
      return undefined;
  }
}
