import { globs } from "./selector-term.ts";

/** A filter of EC2's describe calls: values alternate, filters conjoin. */
export interface Ec2Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

/** Filters for a selector's tags: `*` asks for the key alone. */
export function tagFilters(tags: Readonly<Record<string, string>> | undefined): Ec2Filter[] {
  return Object.entries(tags ?? {}).map(([key, value]) =>
    value === "*" ? { Name: "tag-key", Values: [key] } : { Name: `tag:${key}`, Values: [value] },
  );
}

/** Whether EC2 would return an object with these attributes and tags; `*` and `?` in values are its wildcards. */
export function filtersAdmit(
  filters: readonly Ec2Filter[],
  attributes: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): boolean {
  return filters.every(({ Name: name, Values: values }) => {
    const any = (text: string | undefined): boolean =>
      text !== undefined && values.some((pattern) => globs(pattern, text));
    if (name === "tag-key") return Object.keys(tags).some(any);
    if (name.startsWith("tag:")) return any(tags[name.slice("tag:".length)]);
    return any(attributes[name]);
  });
}
