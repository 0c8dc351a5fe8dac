import type { Node } from "react";
import type { Pages } from "../loaded";
import { Await } from "./await";
import { Pager, Table } from "./table";
import type { Column } from "./table";

/** A list read by pages: a table of what there is, or `empty` where there is nothing. */
export function PagedTable<T>({ of, caption, columns, rowKey, empty }: {
  of: Pages<T>; caption: string; columns: Column<T>[]; rowKey: (row: T) => string; empty?: Node;
}) {
  return (
    <Await of={of} lines={8}>
      {({ items }) => empty !== undefined && items.length + of.page === 1 ? empty : (
        <>
          <Table caption={caption} columns={columns} rows={items} rowKey={rowKey} />
          <Pager page={of.page} onNext={of.onNext} onPrevious={of.onPrevious} />
        </>
      )}
    </Await>
  );
}
