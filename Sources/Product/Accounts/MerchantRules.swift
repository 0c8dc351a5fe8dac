internal import Domain
internal import Protobuf
internal import VoiceAPI

/// What makes a merchant's profile good.
enum MerchantRules {
  typealias Merchant = Payaid.Voice.V1.Merchant
  typealias Kyc = Payaid.Voice.V1.Kyc

  /// Throws `invalidArgument` naming every field that breaks a rule.
  static func check(_ merchant: Merchant, webhook: any MerchantWebhook) throws {
    var violations = FieldViolations()
    checkProfile(merchant, &violations)
    if !merchant.webhookUrl.isEmpty, let refusal = webhook.refusal(of: merchant.webhookUrl) {
      violations.add("merchant.webhookUrl", refusal)
    }
    checkOrigins(merchant.corsOrigins, &violations)
    if let kyc = merchant.kyc { checkKyc(kyc, &violations) }
    if let settings = merchant.settings { checkSettings(settings, &violations) }
    try violations.throwIfAny()
  }

  private static func checkProfile(_ merchant: Merchant, _ violations: inout FieldViolations) {
    let length = merchant.name.codePointCount
    violations.require(
      (1...200).contains(length), "merchant.name",
      "has \(length) characters; 1 to 200 are allowed")
    violations.require(
      EmailAddress.normalized(merchant.email) != nil, "merchant.email",
      "is no address, name@example.in")
  }

  private static func checkOrigins(_ origins: [String], _ violations: inout FieldViolations) {
    guard origins.count <= 32 else {
      return violations.add(
        "merchant.corsOrigins", "has \(origins.count) origins; the limit is 32")
    }
    for (index, origin) in origins.enumerated() {
      violations.require(
        isOrigin(origin), "merchant.corsOrigins[\(index)]",
        "must be as browsers write it: https://host or https://host:port, in lower case")
    }
    violations.require(
      Set(origins).count == origins.count, "merchant.corsOrigins", "names an origin more than once")
  }

  /// RFC 6454: scheme, host, and a port where it is not the scheme's own. Cleartext for this machine
  /// only, where developers work.
  static func isOrigin(_ text: String) -> Bool {
    let scheme = ["https://", "http://localhost", "http://127.0.0.1"].first(where: text.hasPrefix)
    guard let scheme, text.utf8.count <= 255, text == text.lowercased() else { return false }
    let host = scheme == "https://" ? text.dropFirst(8) : text.dropFirst(7)
    let parts = host.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty,
      parts[0].utf8.allSatisfy({ isHostCharacter($0) })
    else { return false }
    guard parts.count == 2 else { return scheme == "https://" || "http://" + parts[0] == scheme }
    return UInt16(parts[1]).map { $0 > 0 && $0 != (scheme == "https://" ? 443 : 80) } ?? false
  }

  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }

  private static func checkKyc(_ kyc: Kyc, _ violations: inout FieldViolations) {
    func limit(_ text: String, _ most: Int, _ field: String) {
      let length = text.codePointCount
      violations.require(
        length <= most, "merchant.kyc.\(field)",
        "has \(length) characters; the limit is \(most)")
    }
    limit(kyc.legalName, 200, "legalName")
    limit(kyc.registeredAddress, 500, "registeredAddress")
    limit(kyc.useCase, 1_000, "useCase")
    violations.require(
      kyc.pan.isEmpty || BusinessNumber.isPAN(kyc.pan), "merchant.kyc.pan",
      "is no permanent account number")
    checkGSTINs(kyc, &violations)
    if case .unrecognized = kyc.sector {
      violations.add("merchant.kyc.sector", "is none of the sectors")
    }
    violations.require(
      isRegistration(kyc), "merchant.kyc.registrationNumber",
      "must be a CIN for a company, an LLPIN for an LLP, and empty or a text for others")
    violations.require(
      kyc.dltEntityId.isEmpty || DLTChain.isID(kyc.dltEntityId),
      "merchant.kyc.dltEntityId", "must have 19 digits")
    violations.require(
      kyc.dltTelemarketerId.isEmpty || DLTChain.isID(kyc.dltTelemarketerId),
      "merchant.kyc.dltTelemarketerId", "must have 19 digits")
  }

  private static func checkGSTINs(_ kyc: Kyc, _ violations: inout FieldViolations) {
    guard kyc.gstins.count <= 40 else {
      return violations.add("merchant.kyc.gstins", "has more than 40 numbers")
    }
    for (index, gstin) in kyc.gstins.enumerated() {
      let belongs = kyc.pan.isEmpty || gstin.dropFirst(2).prefix(10) == kyc.pan
      violations.require(
        BusinessNumber.isGSTIN(gstin) && belongs, "merchant.kyc.gstins[\(index)]",
        "is no GSTIN of this PAN, or its check character is wrong")
    }
  }

  private static func isRegistration(_ kyc: Kyc) -> Bool {
    let number = kyc.registrationNumber
    if number.isEmpty { return true }
    return switch kyc.constitution {
    case .company: BusinessNumber.isCIN(number)
    case .llp: BusinessNumber.isLLPIN(number)
    default: number.codePointCount <= 64
    }
  }

  private static func checkSettings(
    _ settings: Payaid.Voice.V1.MerchantSettings, _ violations: inout FieldViolations
  ) {
    for (name, span, range, bounds) in [
      (
        "sessionLifetime", settings.sessionLifetime, SessionLifetime.allowed,
        "3,600 s and 7,776,000 s"
      ),
      (
        "maxApiKeyLifetime", settings.maxApiKeyLifetime, APIKeyRules.longestLifetimes,
        "86,400 s and 3,153,600,000 s"
      ),
    ] {
      guard let span else { continue }
      violations.require(
        Duration(checking: span).map(range.contains) ?? false, "merchant.settings.\(name)",
        "must be between \(bounds)")
    }
  }

  /// What must be said before a person looks at it.
  static func missing(_ kyc: Kyc) -> [String] {
    var missing: [String] = []
    if kyc.legalName.isEmpty { missing.append("legal_name") }
    if kyc.constitution == .unspecified { missing.append("constitution") }
    if kyc.pan.isEmpty { missing.append("pan") }
    if kyc.registeredAddress.isEmpty { missing.append("registered_address") }
    if kyc.dltEntityId.isEmpty { missing.append("dlt_entity_id") }
    if kyc.useCase.isEmpty { missing.append("use_case") }
    if kyc.sector == .unspecified { missing.append("sector") }
    if [.company, .llp].contains(kyc.constitution), kyc.registrationNumber.isEmpty {
      missing.append("registration_number")
    }
    return missing
  }
}
