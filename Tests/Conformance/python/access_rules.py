"""Who may call what, written down a second time, so that the server's own table is held to it.

Each method is open, for logins (users whatever their role), or for a least role and a key's scope.
"""

OPEN, LOGIN = "open", "login"
ROLES = ("viewer", "member", "admin", "owner")

RULES = {
    "AccountService": {
        "GetMerchant": ("viewer", "account.read"),
        "UpdateMerchant": ("admin", "account.write"),
        "CreateApiKey": ("admin", "keys.write"),
        "ListApiKeys": ("admin", "keys.read"),
        "RevokeApiKey": ("admin", "keys.write"),
        "RotateApiKey": ("admin", "keys.write"),
        "CreateUser": ("admin", "users.write"),
        "ListUsers": ("viewer", "users.read"),
        "UpdateUser": ("admin", "users.write"),
        "DeleteUser": ("admin", "users.write"),
    },
    "AuthService": {"Login": OPEN, "RefreshSession": OPEN, "Logout": LOGIN, "ChangePassword": LOGIN},
    "AgentService": {
        "CreateAgent": ("member", "agents.write"),
        "GetAgent": ("viewer", "agents.read"),
        "ListAgents": ("viewer", "agents.read"),
        "UpdateAgent": ("member", "agents.write"),
        "ReplaceAgent": ("member", "agents.write"),
        "DeleteAgent": ("member", "agents.write"),
        "PublishAgent": ("member", "agents.write"),
        "ListAgentVersions": ("viewer", "agents.read"),
        "GetAgentVersion": ("viewer", "agents.read"),
        "RollbackAgent": ("member", "agents.write"),
        "ListVoices": ("viewer", "agents.read"),
    },
    "PhoneNumberService": {
        "ListPhoneNumbers": ("viewer", "numbers.read"),
        "GetPhoneNumber": ("viewer", "numbers.read"),
        "SearchPhoneNumbers": ("viewer", "numbers.read"),
        "BuyPhoneNumber": ("admin", "numbers.write"),
        "AssignPhoneNumber": ("member", "numbers.write"),
        "ReleasePhoneNumber": ("admin", "numbers.write"),
    },
    "SecretService": {
        "SetSecret": ("admin", "secrets.write"),
        "ListSecrets": ("viewer", "secrets.read"),
        "DeleteSecret": ("admin", "secrets.write"),
    },
    "CallService": {
        "CreateCall": ("member", "calls.write"),
        "GetCall": ("viewer", "calls.read"),
        "ListCalls": ("viewer", "calls.read"),
        "EndCall": ("member", "calls.write"),
        "WatchCall": ("viewer", "calls.read"),
        "GetRecording": ("viewer", "calls.read"),
    },
    "LiveService": {"Converse": ("member", "calls.write")},
    "CarrierCallbackService": {"ReceiveExotelCallback": OPEN},
    "AnalyticsService": {
        "GetDashboard": ("viewer", "analytics.read"),
        "GetRevenue": ("viewer", "analytics.read"),
        "ExportCallRecords": ("viewer", "analytics.read"),
    },
    "ComplianceService": {
        "CheckCall": ("viewer", "compliance.read"),
        "GetDecision": ("viewer", "compliance.read"),
        "ListDecisions": ("viewer", "compliance.read"),
        "CreateConsent": ("member", "compliance.write"),
        "GetConsent": ("viewer", "compliance.read"),
        "ListConsents": ("viewer", "compliance.read"),
        "WithdrawConsent": ("member", "compliance.write"),
        "CreateConsentForm": ("member", "compliance.write"),
        "GetConsentForm": ("viewer", "compliance.read"),
        "ListConsentForms": ("viewer", "compliance.read"),
        "CreateSuppression": ("member", "compliance.write"),
        "ListSuppressions": ("viewer", "compliance.read"),
        "CreateErasure": ("admin", "erasures.write"),
        "GetErasure": ("admin", "erasures.read"),
        "ListErasures": ("admin", "erasures.read"),
        "CreateA2pDeclaration": ("admin", "compliance.write"),
        "ListA2pDeclarations": ("viewer", "compliance.read"),
        "CreateCallTemplate": ("admin", "compliance.write"),
        "GetCallTemplate": ("viewer", "compliance.read"),
        "ListCallTemplates": ("viewer", "compliance.read"),
        "DeleteCallTemplate": ("admin", "compliance.write"),
        "DeleteA2pDeclaration": ("admin", "compliance.write"),
        "ListAuditLogs": ("viewer", "compliance.read"),
        "ListAuditEntries": ("viewer", "compliance.read"),
        "GetAuditEntry": ("viewer", "compliance.read"),
        "GetAuditCheckpoint": ("viewer", "compliance.read"),
        "GetAuditConsistency": ("viewer", "compliance.read"),
    },
    "KnowledgeService": {
        "UploadDocument": ("member", "knowledge.write"),
        "ListDocuments": ("viewer", "knowledge.read"),
        "GetDocument": ("viewer", "knowledge.read"),
        "DeleteDocument": ("member", "knowledge.write"),
        "SearchKnowledge": ("viewer", "knowledge.read"),
    },
    "WebhookService": {
        "CreateWebhookEndpoint": ("admin", "webhooks.write"),
        "ListWebhookEndpoints": ("viewer", "webhooks.read"),
        "UpdateWebhookEndpoint": ("admin", "webhooks.write"),
        "DeleteWebhookEndpoint": ("admin", "webhooks.write"),
        "RotateWebhookSecret": ("admin", "webhooks.write"),
        "TestWebhookEndpoint": ("admin", "webhooks.write"),
        "ListWebhookDeliveries": ("viewer", "webhooks.read"),
        "ReplayWebhookDelivery": ("admin", "webhooks.write"),
    },
}

# What changes something and so is refused to a suspended merchant: whatever needs a scope to write.
def writes(rule):
    return isinstance(rule, tuple) and rule[1].endswith(".write")


def allows(rule, who):
    """Whether a rule lets somebody in: a role, `key` (all scopes), or `key:SCOPE`."""
    if rule == OPEN:
        return True
    if who == "nobody":
        return False
    if who.startswith("key"):
        return rule != LOGIN and (who == "key" or who.removeprefix("key:") == rule[1])
    return rule == LOGIN or ROLES.index(who) >= ROLES.index(rule[0])
