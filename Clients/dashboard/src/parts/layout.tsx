import { useState } from "react";
import type { Node } from "react";
import type { User } from "../../../typescript/index";
import { roles } from "../names";
import { leave } from "../router";
import { logout } from "../session";
import { Icon } from "./icon";
import { Leaving } from "./leaving";
import { Link } from "./link";

const places = [
  ["analytics", "Analytics"], ["agents", "Agents"], ["calls", "Calls"], ["numbers", "Numbers"],
  ["compliance", "Compliance"], ["settings", "Settings"],
] as const;

/** What stands around every page: where one can go, and who one is. */
export function Layout({ path, user, children }: { path: string; user: User; children: Node }) {
  const area = path.split("/")[1] || "analytics";
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div className="layout">
      <a
        className="skip" href="#content"
        onClick={(event) => {
          // A fragment would be one more step of the history.
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        Skip to the page
      </a>
      <aside className="side">
        <Link to="/" className="brand"><Mark />PayAid Voice</Link>
        <nav aria-label="Main">
          {places.map(([place, label]) => (
            <Link key={place} to={`/${place}`} className="place" current={area === place}>
              <Icon name={place} />{label}
            </Link>
          ))}
        </nav>
        <div className="who">
          <span className="who-name">{user.name || user.email}</span>
          <span className="who-role">{roles[user.role ?? "ROLE_UNSPECIFIED"]}</span>
          <button
            type="button" className="button quiet" disabled={isLeaving}
            onClick={() => leave(() => {
              setLeaving(true);
              void logout();
            })}
          >
            <Icon name="logout" />Log out
          </button>
        </div>
      </aside>
      {children}
      <Leaving />
    </div>
  );
}

/** The product's mark. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M9 13v6m4.7-9v12m4.6-10v8m4.7-5v2" />
    </svg>
  );
}
