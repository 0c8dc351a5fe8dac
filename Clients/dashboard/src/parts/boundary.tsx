import { Component } from "react";
import type { Node } from "react";

/** Says so when the page itself breaks, instead of showing nothing. */
export class Boundary extends Component<{ children: Node }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): Node {
    if (!this.state.isBroken) return this.props.children;
    return (
      <main className="alone">
        <h1>This page broke</h1>
        <p>That is our mistake, and nothing that you entered caused it. Loading the page again usually helps.</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>Load again</button>
      </main>
    );
  }
}
