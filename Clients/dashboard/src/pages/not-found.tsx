import { Empty } from "../parts/empty";
import { Link } from "../parts/link";
import { Page } from "../parts/page";

/** For a path that names no page. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty title="Nothing is here" action={<Link to="/" className="button primary">To the start</Link>}>
        The address may be mistyped, or what it showed is gone.
      </Empty>
    </Page>
  );
}
