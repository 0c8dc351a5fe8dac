package import Domain

extension ToolSecrets {
  /// How the values move to another master key.
  package var resealing: Resealing {
    Resealing("tool_secrets", "sealed", in: "tool_secrets", by: ["merchant_id", "name"]) {
      try renew($0, named: $1[1], of: $1[0])
    }
  }
}
