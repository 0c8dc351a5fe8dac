import { useEffect, useSyncExternalStore } from "react";
import type { Node } from "react";
import type { User } from "../../typescript/index";
import { AgentPage } from "./agent/agent-page";
import { CreateAgent } from "./agent/create-agent";
import { Compliance } from "./compliance/compliance";
import { Agents } from "./pages/agents";
import { Analytics } from "./pages/analytics";
import { CallPage } from "./pages/call";
import { Calls } from "./pages/calls";
import { Login, LoginAgain } from "./pages/login";
import { NewCall } from "./pages/new-call";
import { NotFound } from "./pages/not-found";
import { Numbers } from "./pages/numbers";
import { Button } from "./parts/button";
import { Layout } from "./parts/layout";
import { Toast } from "./parts/toast";
import { useLocation } from "./router";
import { restore, session } from "./session";
import { Settings } from "./settings/settings";

/** The page that a path names. */
function page(path: string, query: URLSearchParams, user: User): Node {
  const [area = "", id = "", part = ""] = path.slice(1).split("/");
  if (path === "/" || path === "/analytics") return <Analytics />;
  if (path === "/agents") return <Agents user={user} />;
  if (path === "/agents/new") return <CreateAgent user={user} />;
  if (area === "agents" && id) return <AgentPage key={id} agentId={id} part={part} user={user} />;
  if (path === "/calls") return <Calls user={user} query={query} />;
  if (path === "/calls/new") return <NewCall agentId={query.get("agent") ?? ""} user={user} />;
  if (area === "calls" && id && !part) return <CallPage key={id} callId={id} user={user} />;
  if (path === "/numbers") return <Numbers user={user} />;
  if (area === "compliance") return <Compliance part={id} id={part} user={user} query={query} />;
  if (area === "settings" && !part) return <Settings part={id} user={user} />;
  return <NotFound />;
}

/** The whole dashboard: who is logged in decides between the login and the pages. */
export function App() {
  const { standing, user, notice } = useSyncExternalStore(session.subscribe, session.read);
  const { path, query } = useLocation();
  useEffect(() => void restore(), []);
  if (standing === "restoring") return <div className="splash" role="status" aria-label="Loading" />;
  if (standing === "unreachable") return <Unreachable />;
  if (standing === "out" || !user) return <Login notice={notice} />;
  return (
    <>
      <Layout key={user.userId ?? ""} path={path} user={user}>{page(path, query, user)}</Layout>
      {standing === "ended" && <LoginAgain user={user} />}
      <Toast />
    </>
  );
}

function Unreachable() {
  return (
    <main className="alone">
      <h1>The server cannot be reached</h1>
      <p>You are still logged in. Check your connection and try again.</p>
      <Button kind="primary" onClick={() => void restore()}>Try again</Button>
    </main>
  );
}
