/** The parts of React that the dashboard uses; Debian packages React without its types. */

declare module "react" {
  export type Key = string | number;
  export type Node = JSX.Element | string | number | boolean | null | undefined | Node[];
  export interface Ref<T> {
    current: T;
  }
  export type SetState<S> = (next: S | ((before: S) => S)) => void;

  export function useState<S>(initial: S | (() => S)): [S, SetState<S>];
  export function useEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
  /** Cleans up before what was shown goes. */
  export function useLayoutEffect(run: () => void | (() => void), inputs?: readonly unknown[]): void;
  export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
  export function useCallback<F>(callback: F, inputs: readonly unknown[]): F;
  export function useRef<T>(initial: T): Ref<T>;
  export function useId(): string;
  export function useSyncExternalStore<T>(
    subscribe: (changed: () => void) => () => void, read: () => T): T;
  export class Component<P, S> {
    constructor(props: P);
    props: P;
    state: S;
    setState(next: Partial<S>): void;
    render(): Node;
  }
}

declare module "react-dom/client" {
  import type { Node } from "react";
  export function createRoot(element: Element): { render(node: Node): void };
}

declare module "react/jsx-runtime" {
  export const jsx: unknown, jsxs: unknown, Fragment: unknown;
}

declare namespace JSX {
  type Node = import("react").Node;

  interface Element {
    readonly type: unknown;
  }
  interface ElementClass {
    render(): Node;
  }
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicAttributes {
    key?: import("react").Key;
  }

  /** An event as React hands it on; `target` is what the dashboard reads of the elements it listens to. */
  interface UIEvent {
    preventDefault(): void;
    readonly target: HTMLElement & {
      value: string;
      checked: boolean;
      files: FileList | null;
    };
    readonly currentTarget: HTMLElement;
    readonly key: string;
    readonly metaKey: boolean;
    readonly ctrlKey: boolean;
    readonly shiftKey: boolean;
    readonly button: number;
    readonly dataTransfer: DataTransfer;
  }
  type Listener = (event: UIEvent) => void;
  type Value = string | number | boolean | undefined;

  interface Attributes {
    children?: Node;
    key?: import("react").Key;
    ref?: import("react").Ref<any> | ((element: any) => void);
    style?: { [property: string]: string | number };
    onChange?: Listener;
    onClick?: Listener;
    onSubmit?: Listener;
    onKeyDown?: Listener;
    onDragOver?: Listener;
    onDragLeave?: Listener;
    onDrop?: Listener;
    onCancel?: Listener;
    onClose?: Listener;
    onBlur?: Listener;
    onToggle?: Listener;
    /** Every other attribute is a text, a number or a flag. */
    [attribute: string]: any;
  }

  interface IntrinsicElements {
    [tag: string]: Attributes;
  }
}
