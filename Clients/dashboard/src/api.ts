/** The server's services, as the user who is logged in. */

import {
  AccountService, AgentService, AnalyticsService, ApiError, AuthService, CallService, ComplianceService,
  KnowledgeService, LiveService, PhoneNumberService, SecretService, Transport, WebhookService,
} from "../../typescript/index";
import type { CallOptions, Route } from "../../typescript/index";
import { accessToken, renew } from "./session";

/** Sends the access token, and asks once more with a new one where the old one is refused. */
class SessionTransport extends Transport {
  constructor() {
    super({ headers: async () => ({ authorization: `Bearer ${await accessToken()}` }) });
  }

  protected override async request(route: Route, accept: string, options: CallOptions): Promise<Response> {
    try {
      return await super.request(route, accept, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      await renew();
      return super.request(route, accept, options);
    }
  }
}

/** Has something deleted. What is not there any more is: the answer was lost, or somebody else was faster. */
export async function deleted(deleting: Promise<unknown>): Promise<void> {
  await deleting.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== "NOT_FOUND") throw error;
  });
}

const transport = new SessionTransport();

/** One client for each service. */
export const api = {
  accounts: new AccountService(transport),
  agents: new AgentService(transport),
  analytics: new AnalyticsService(transport),
  auth: new AuthService(transport),
  calls: new CallService(transport),
  compliance: new ComplianceService(transport),
  knowledge: new KnowledgeService(transport),
  live: new LiveService(transport),
  numbers: new PhoneNumberService(transport),
  secrets: new SecretService(transport),
  webhooks: new WebhookService(transport),
};
