internal import Domain
package import RPCCore
package import RPCProtobuf

/// The rule of every method. What has none is refused, so a method that is added without one cannot
/// be called by accident; ``check(_:)`` finds it when the server starts.
package struct AccessTable: Sendable {
  private let rules: [String: AccessRule]

  /// A table of rules by full name, `payaid.voice.v1.AgentService/GetAgent`.
  package init(_ rules: [String: AccessRule]) {
    self.rules = Dictionary(uniqueKeysWithValues: rules.map { ("/" + $0.key, $0.value) })
  }

  /// The rule of a method; nil refuses everybody.
  package func rule(for method: MethodDescriptor) -> AccessRule? { rules[method.path] }

  /// Throws `internal`, naming them, when methods of `bindings` have no rule.
  package func check(_ bindings: [ServiceBinding]) throws {
    let missing = bindings.flatMap(\.methods).map(\.method).filter { rule(for: $0) == nil }
    guard missing.isEmpty else {
      let names = missing.map(\.fullName).joined(separator: ", ")
      throw RPCError(.internal, "no rule in AccessTable says who may call \(names)")
    }
  }

  /// What an API key's scopes may be: those that some rule asks for.
  package var scopes: Set<String> { Set(rules.values.compactMap(\.scope)) }

  /// The rules of this product.
  package static let product = AccessTable(
    Dictionary(
      uniqueKeysWithValues: services.flatMap { service, rules in
        rules.map { ("payaid.voice.v1.\(service)/\($0.key)", $0.value) }
      }))

  private static let services: [String: [String: AccessRule]] = [
    "AccountService": [
      "GetMerchant": .read("account.read"),
      "UpdateMerchant": .write("account.write", .admin),
      "CreateApiKey": .write("keys.write", .admin),
      "ListApiKeys": .read("keys.read", .admin),
      "RevokeApiKey": .write("keys.write", .admin),
      "RotateApiKey": .write("keys.write", .admin),
      "CreateUser": .write("users.write", .admin),
      "ListUsers": .read("users.read"),
      "UpdateUser": .write("users.write", .admin),
      "DeleteUser": .write("users.write", .admin),
    ],
    "AuthService": [
      "Login": .open,
      "RefreshSession": .open,
      "Logout": .login,
      "ChangePassword": .login,
    ],
    "AgentService": [
      "CreateAgent": .write("agents.write"),
      "GetAgent": .read("agents.read"),
      "ListAgents": .read("agents.read"),
      "UpdateAgent": .write("agents.write"),
      "ReplaceAgent": .write("agents.write"),
      "DeleteAgent": .write("agents.write"),
      "PublishAgent": .write("agents.write"),
      "ListAgentVersions": .read("agents.read"),
      "GetAgentVersion": .read("agents.read"),
      "RollbackAgent": .write("agents.write"),
      "ListVoices": .read("agents.read"),
    ],
    // Buying and releasing costs money.
    "PhoneNumberService": [
      "ListPhoneNumbers": .read("numbers.read"),
      "GetPhoneNumber": .read("numbers.read"),
      "SearchPhoneNumbers": .read("numbers.read"),
      "BuyPhoneNumber": .write("numbers.write", .admin),
      "AssignPhoneNumber": .write("numbers.write"),
      "ReleasePhoneNumber": .write("numbers.write", .admin),
    ],
    "SecretService": [
      "SetSecret": .write("secrets.write", .admin),
      "ListSecrets": .read("secrets.read"),
      "DeleteSecret": .write("secrets.write", .admin),
    ],
    "CallService": [
      "CreateCall": .write("calls.write"),
      "GetCall": .read("calls.read"),
      "ListCalls": .read("calls.read"),
      "EndCall": .write("calls.write"),
      "WatchCall": .read("calls.read"),
      "GetRecording": .read("calls.read"),
    ],
    "LiveService": ["Converse": .write("calls.write")],
    // The carrier proves each callback by itself.
    "CarrierCallbackService": ["ReceiveExotelCallback": .open],
    "AnalyticsService": [
      "GetDashboard": .read("analytics.read"),
      "GetRevenue": .read("analytics.read"),
      "ExportCallRecords": .read("analytics.read"),
    ],
    "ComplianceService": [
      "CheckCall": .read("compliance.read"),
      "GetDecision": .read("compliance.read"),
      "ListDecisions": .read("compliance.read"),
      "CreateConsent": .write("compliance.write"),
      "GetConsent": .read("compliance.read"),
      "ListConsents": .read("compliance.read"),
      "WithdrawConsent": .write("compliance.write"),
      "CreateConsentForm": .write("compliance.write"),
      "GetConsentForm": .read("compliance.read"),
      "ListConsentForms": .read("compliance.read"),
      "CreateSuppression": .write("compliance.write"),
      "ListSuppressions": .read("compliance.read"),
      "CreateErasure": .write("erasures.write", .admin),
      "GetErasure": .read("erasures.read", .admin),
      "ListErasures": .read("erasures.read", .admin),
      "CreateA2pDeclaration": .write("compliance.write", .admin),
      "ListA2pDeclarations": .read("compliance.read"),
      "CreateCallTemplate": .write("compliance.write", .admin),
      "GetCallTemplate": .read("compliance.read"),
      "ListCallTemplates": .read("compliance.read"),
      "DeleteCallTemplate": .write("compliance.write", .admin),
      "DeleteA2pDeclaration": .write("compliance.write", .admin),
      "ListAuditLogs": .read("compliance.read"),
      "ListAuditEntries": .read("compliance.read"),
      "GetAuditEntry": .read("compliance.read"),
      "GetAuditCheckpoint": .read("compliance.read"),
      "GetAuditConsistency": .read("compliance.read"),
    ],
    "KnowledgeService": [
      "UploadDocument": .write("knowledge.write"),
      "ListDocuments": .read("knowledge.read"),
      "GetDocument": .read("knowledge.read"),
      "DeleteDocument": .write("knowledge.write"),
      "SearchKnowledge": .read("knowledge.read"),
    ],
    "WebhookService": [
      "CreateWebhookEndpoint": .write("webhooks.write", .admin),
      "ListWebhookEndpoints": .read("webhooks.read"),
      "UpdateWebhookEndpoint": .write("webhooks.write", .admin),
      "DeleteWebhookEndpoint": .write("webhooks.write", .admin),
      "RotateWebhookSecret": .write("webhooks.write", .admin),
      "TestWebhookEndpoint": .write("webhooks.write", .admin),
      "ListWebhookDeliveries": .read("webhooks.read"),
      "ReplayWebhookDelivery": .write("webhooks.write", .admin),
    ],
  ]
}
