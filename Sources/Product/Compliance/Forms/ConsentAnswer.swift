internal import HTTP
internal import VoiceAPI

/// What a person sent with the page's form, checked against the form that they were asked by.
struct ConsentAnswer: Sendable, Hashable {
  /// What they pressed, with what they ticked.
  enum Choice: Sendable, Hashable {
    case allow([Payaid.Voice.V1.CallPurpose])
    case refuse
    case withdraw
  }

  /// Why it is none.
  enum Refusal: Error, Hashable {
    case mediaType, tooLarge, malformed, nothingTicked
  }

  /// Most bytes of a body; the page sends some 200.
  static let sizeLimit = 2_048
  private static let fieldLimit = 8

  let choice: Choice
  /// That of the page which was answered.
  let language: FormLanguage
  /// ``ConsentNotice/digest`` of that page; empty for a withdrawal.
  let notice: String

  /// Reads a form's body. Every field comes once, a purpose for each tick, and nothing else does.
  init(
    _ body: [UInt8], contentType: String, asked: [Payaid.Voice.V1.CallPurpose]
  ) throws(Refusal) {
    let mediaType = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
    guard mediaType == "application/x-www-form-urlencoded" else { throw .mediaType }
    guard body.count <= Self.sizeLimit else { throw .tooLarge }
    guard let items = try? FormItems(parsing: body, limit: Self.fieldLimit) else {
      throw .malformed
    }
    var fields: [String: String] = [:]
    var ticked: [String] = []
    for item in items.items {
      switch item.name {
      case "purpose": ticked.append(item.value)
      case "answer", "language", "notice":
        guard fields.updateValue(item.value, forKey: item.name) == nil else { throw .malformed }
      default: throw .malformed
      }
    }
    guard let language = fields["language"].flatMap(FormLanguage.init(rawValue:)) else {
      throw .malformed
    }
    self.language = language
    notice = fields["notice"] ?? ""
    choice = try Self.choice(fields["answer"] ?? "", Self.purposes(ticked, asked))
  }

  private static func choice(
    _ answer: String, _ purposes: [Payaid.Voice.V1.CallPurpose]
  ) throws(Refusal) -> Choice {
    switch answer {
    case "allow" where purposes.isEmpty: throw .nothingTicked
    case "allow": return .allow(purposes)
    case "refuse": return .refuse
    case "withdraw" where purposes.isEmpty: return .withdraw
    default: throw .malformed
    }
  }

  private static func purposes(
    _ names: [String], _ asked: [Payaid.Voice.V1.CallPurpose]
  ) throws(Refusal) -> [Payaid.Voice.V1.CallPurpose] {
    guard Set(names).count == names.count,
      names.allSatisfy({ name in asked.contains { $0.name == name } })
    else { throw .malformed }
    return asked.filter { purpose in names.contains { $0 == purpose.name } }
  }
}
