/** Ids for things whose names a format cannot hold as they are: where two come out alike, the later ones are numbered. */
export function distinct<Item>(items: readonly Item[], idOf: (item: Item) => string): ReadonlyMap<Item, string> {
  const taken = new Set<string>();
  return new Map(
    items.map((item) => {
      const wish = idOf(item);
      let id = wish;
      for (let number = 2; taken.has(id); number += 1) id = `${wish}${number}`;
      taken.add(id);
      return [item, id] as const;
    }),
  );
}
