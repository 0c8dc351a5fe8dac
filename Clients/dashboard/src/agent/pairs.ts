/** Names with values, as rows hold them until they make a map. */

import type { FieldViolation } from "../../../typescript/index";

/** A name and what it stands for. */
export interface Pair {
  name: string;
  value: string;
}

function isBlank(row: { name: string; value?: string }): boolean {
  return row.name === "" && row.value === "";
}

/** The map of rows; those in which nothing was typed are left out. */
export function mapOf(rows: Pair[]): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => !isBlank(row)).map(({ name, value }) => [name, value]));
}

/** The rows of a map. */
export function pairsOf(map: Record<string, string> | undefined): Pair[] {
  return Object.entries(map ?? {}).map(([name, value]) => ({ name, value }));
}

/** Names of rows that a map could not hold, or that are not as `pattern`, whose `rule` is told. */
export function nameFaults(
  rows: readonly { name: string; value?: string }[], at: string, pattern: RegExp, rule: string,
): FieldViolation[] {
  const seen = new Set<string>();
  return rows.flatMap((row, index) => {
    if (isBlank(row)) return [];
    const field = `${at}[${index}].name`;
    if (!pattern.test(row.name)) return [{ field, description: rule }];
    if (seen.has(row.name)) return [{ field, description: "is the name of an earlier one" }];
    seen.add(row.name);
    return [];
  });
}
