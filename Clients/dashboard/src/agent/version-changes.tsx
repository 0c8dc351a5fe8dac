import type { AgentVersion } from "../../../typescript/index";
import { api } from "../api";
import { useLoaded } from "../loaded";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Dialog } from "../parts/dialog";
import { differences } from "./differences";
import type { Difference } from "./differences";

/** What a version says otherwise than the one before it; the first one, all that it says. */
export function VersionChanges({ version, onClose }: { version: AgentVersion; onClose: () => void }) {
  const { agentId = "", version: number = 0 } = version;
  const changes = useLoaded(async (signal) => {
    const read = async (which: number) =>
      which === 0 ? {} : (await api.agents.getAgentVersion({ agentId, version: which }, { signal })).agent ?? {};
    return differences(...await Promise.all([read(number - 1), read(number)]));
  }, [agentId, number]);
  return (
    <Dialog title={number === 1 ? "What version 1 says" : `What version ${number} changed`} onClose={onClose}>
      <Await of={changes}>
        {(all) => all.length === 0 ? <p className="faint">It says the same as the version before.</p> : (
          <dl className="changes">{all.map((each) => <Change key={each.name} of={each} />)}</dl>
        )}
      </Await>
      <div className="dialog-actions"><Button onClick={onClose}>Close</Button></div>
    </Dialog>
  );
}

function Change({ of: { name, before, after } }: { of: Difference }) {
  return (
    <div>
      <dt>{name}</dt>
      {before.length > 0 && <dd><del>{before.join("\n")}</del></dd>}
      {after.length > 0 && <dd><ins>{after.join("\n")}</ins></dd>}
    </div>
  );
}
