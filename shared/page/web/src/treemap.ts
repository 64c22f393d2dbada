// A rectangle for each part of a whole, as large as its share.

export type Box<Item> = { item: Item; x: number; y: number; width: number; height: number };

type Area = { x: number; y: number; width: number; height: number };

/** Fills an area with boxes in rows, each as near to a square as the order allows. */
export function treemap<Item>(items: Item[], size: (item: Item) => number, area: Area): Box<Item>[] {
  const sorted = items.filter((it) => size(it) > 0).toSorted((left, right) => size(right) - size(left));
  const total = sorted.reduce((sum, it) => sum + size(it), 0);
  if (total === 0 || area.width <= 0 || area.height <= 0) return [];
  const scale = (area.width * area.height) / total;
  const boxes: Box<Item>[] = [];
  let { x, y, width, height } = area;
  let at = 0;
  while (at < sorted.length) {
    const side = Math.min(width, height);
    let end = at + 1;
    let sum = size(sorted[at]!) * scale;
    const worst = (total: number, last: number) => {
      const thick = total / side;
      const [most, least] = [size(sorted[at]!) * scale, size(sorted[last]!) * scale].map((it) => it / thick) as [number, number];
      return Math.max(most / thick, thick / least);
    };
    while (end < sorted.length) {
      const more = sum + size(sorted[end]!) * scale;
      if (worst(more, end) > worst(sum, end - 1)) break;
      sum = more;
      end += 1;
    }
    const thick = sum / side;
    let along = 0;
    for (const item of sorted.slice(at, end)) {
      const long = (size(item) * scale) / thick;
      boxes.push(
        width >= height
          ? { item, x, y: y + along, width: thick, height: long }
          : { item, x: x + along, y, width: long, height: thick },
      );
      along += long;
    }
    if (width >= height) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
    at = end;
  }
  return boxes;
}
