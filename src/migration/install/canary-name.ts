/** The canary's pool, pod and taint carry one name. */
export const canaryName = "dovetail-canary";
