import type { Node } from "react";

/** A column: its heading and what a row has under it. */
export interface Column<T> {
  title: string;
  cell: (row: T) => Node;
  /** Figures stand at the right. */
  isFigure?: boolean;
  /** Phone numbers, times and the like stay on one line. */
  isWhole?: boolean;
  /** A column of buttons has a heading that is read out only. */
  isHidden?: boolean;
}

/** Rows; where there is little room each becomes a block of lines. */
export function Table<T>({ caption, columns, rows, rowKey }: {
  caption: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string;
}) {
  return (
    <div className="table-box">
      <table className="table">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isFigure, isHidden }) => (
              <th key={title} scope="col" className={isFigure ? "figure" : ""}>
                <span className={isHidden ? "unseen" : ""}>{title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ title, cell, isFigure, isWhole, isHidden }) => (
                <td
                  key={title} data-title={isHidden ? "" : title} className={isFigure ? "figure" : isWhole ? "nowrap" : ""}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The way to the pages of a list before and after; nothing when there is one page. */
export function Pager({ page, onNext, onPrevious }: {
  page: number; onNext: (() => void) | undefined; onPrevious: (() => void) | undefined;
}) {
  if (!onNext && !onPrevious) return null;
  return (
    <nav className="pager" aria-label="Pages">
      <button type="button" className="button plain" disabled={!onPrevious} onClick={onPrevious}>Previous</button>
      <span aria-live="polite">Page {page}</span>
      <button type="button" className="button plain" disabled={!onNext} onClick={onNext}>Next</button>
    </nav>
  );
}
