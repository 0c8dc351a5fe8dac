import type { User } from "../../../typescript/index";
import { mayManage } from "../names";
import { NotFound } from "../pages/not-found";
import { Notice } from "../parts/notice";
import { Page } from "../parts/page";
import { Tabs } from "../parts/tabs";
import { Keys } from "./keys";
import { Password } from "./password";
import { Profile } from "./profile";
import { ToolSecrets } from "./secrets";
import { Users } from "./users";
import { Webhooks } from "./webhooks";

const parts = [
  ["", "Profile"], ["webhooks", "Webhooks"], ["api-keys", "API keys"], ["secrets", "Secrets"], ["team", "Team"],
  ["password", "Password"],
] as const;

/** The account: who the merchant is, where events go, who and what has access. */
export function Settings({ part, user }: { part: string; user: User }) {
  const known = parts.find(([key]) => key === part);
  if (!known) return <NotFound />;
  return (
    <Page title="Settings">
      <Tabs label="Settings" base="/settings" parts={parts} part={part} />
      {!mayManage(user) && part !== "password" && (
        <Notice>Your role may read this. Owners and admins of your account may change it.</Notice>
      )}
      {part === "" && <Profile user={user} />}
      {part === "webhooks" && <Webhooks user={user} />}
      {part === "api-keys" && <Keys user={user} />}
      {part === "secrets" && <ToolSecrets user={user} />}
      {part === "team" && <Users user={user} />}
      {part === "password" && <Password />}
    </Page>
  );
}
