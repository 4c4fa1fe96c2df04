import type { ClusterEntry, UserEntry } from "./config.ts";

/** What a kubeconfig tells of the EKS cluster behind it: from its ARN, its address, or the arguments of `aws eks get-token`. */
export interface EksNames {
  readonly name?: string;
  readonly region?: string;
  readonly accountId?: string;
  readonly profile?: string;
}

/** Reads the names that `aws eks update-kubeconfig` and eksctl write. Empty when the cluster is not known to be one of EKS. */
export function eksNamesOf(cluster: ClusterEntry, user: UserEntry, context: string): EksNames {
  const profile = user.exec?.env.find((one) => one.name === "AWS_PROFILE")?.value ?? argumentOf(user, "--profile");
  const ofProfile = profile === undefined || profile === "" ? {} : { profile };
  for (const name of [cluster.name, context]) {
    const [, region, accountId, found] = /^arn:aws[\w-]*:eks:([\w-]+):(\d{12}):cluster\/(.+)$/.exec(name) ?? [];
    if (region !== undefined && accountId !== undefined && found !== undefined)
      return { region, accountId, name: found, ...ofProfile };
  }
  // eksctl names clusters `name.region.eksctl.io`.
  const eksctl = /^(.+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.eksctl\.io$/.exec(cluster.name);
  const name = argumentOf(user, "--cluster-name", "--cluster-id", "-i") ?? eksctl?.[1];
  const ofServer = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.eks\./.exec(cluster.server)?.[1];
  const region = argumentOf(user, "--region", "-r") ?? ofServer ?? eksctl?.[2];
  return { ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }), ...ofProfile };
}

/** The value behind a flag of the login command, `--flag value` or `--flag=value`. */
function argumentOf(user: UserEntry, ...flags: readonly string[]): string | undefined {
  const args = user.exec?.args ?? [];
  for (const [i, arg] of args.entries()) {
    if (flags.includes(arg)) return args[i + 1];
    const flag = flags.find((one) => arg.startsWith(`${one}=`));
    if (flag !== undefined) return arg.slice(flag.length + 1);
  }
  return undefined;
}
