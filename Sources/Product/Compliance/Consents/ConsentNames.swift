internal import VoiceAPI

/// How a basis is written in the database, in events and in the audit log.
extension Payaid.Voice.V1.Consent.Basis {
  private static let names: [(Self, String)] = [
    (.explicit, "explicit"), (.inferred, "inferred"), (.enquiry, "enquiry"),
  ]

  /// Its name; `nil` for what is no basis.
  var name: String? { Self.names.first { $0.0 == self }?.1 }

  /// The basis of that name.
  init?(name: String) {
    guard let basis = Self.names.first(where: { $0.1 == name })?.0 else { return nil }
    self = basis
  }
}

/// How a purpose is written there.
extension Payaid.Voice.V1.CallPurpose {
  private static let names: [(Self, String)] = [
    (.transactional, "transactional"), (.service, "service"),
    (.serviceExplicit, "service_explicit"), (.promotional, "promotional"),
  ]

  /// Its name; `nil` for a call that nobody classified.
  var name: String? { Self.names.first { $0.0 == self }?.1 }

  /// The purpose of that name.
  init?(name: String) {
    guard let purpose = Self.names.first(where: { $0.1 == name })?.0 else { return nil }
    self = purpose
  }
}

/// How a state is written in events.
extension Payaid.Voice.V1.Consent.State {
  /// Its name.
  var name: String {
    switch self {
    case .active: "active"
    case .expired: "expired"
    case .withdrawn: "withdrawn"
    default: "unknown"
    }
  }
}
