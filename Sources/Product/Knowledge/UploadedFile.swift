internal import Domain
internal import Documents
internal import Schema
internal import VoiceAPI

/// A file that a merchant sent, checked as far as can be seen without reading it.
struct UploadedFile: Sendable {
  /// The types that are taken; the raw value is the media type.
  enum ContentType: String, Sendable {
    case pdf = "application/pdf"
    case text = "text/plain"
  }

  /// Bytes of a file.
  static let limit = 10 << 20
  private static let nameLimit = 255

  let displayName: String
  let contentType: ContentType
  let content: [UInt8]

  /// Throws `invalidArgument` naming each field that breaks a rule.
  init(_ request: Payaid.Voice.V1.UploadDocumentRequest) throws {
    var violations = FieldViolations()
    let file = request.file ?? .init()
    let declared = Self.contentType(file.contentType)
    violations.require(
      declared != nil, "file.contentType", "must be application/pdf or text/plain")
    Self.check(file.data, declared, &violations)
    Self.check(name: request.displayName, &violations)
    try violations.throwIfAny()
    contentType = declared ?? .text
    content = file.data
    displayName =
      request.displayName.isEmpty
      ? (contentType == .pdf ? "document.pdf" : "document.txt") : request.displayName
  }

  /// The media type without its parameters.
  private static func contentType(_ text: String) -> ContentType? {
    let type = text.prefix { $0 != ";" }.lowercased()
    return ContentType(rawValue: String(type.reversed().drop { $0 == " " }.reversed()))
  }

  private static func check(
    _ data: [UInt8], _ declared: ContentType?, _ violations: inout FieldViolations
  ) {
    guard !data.isEmpty else { return violations.add("file", "must not be empty") }
    guard data.count <= limit else {
      return violations.add("file", "has \(data.count) bytes; the limit is \(limit)")
    }
    switch (declared, DocumentFormat(of: data)) {
    case (nil, _), (.pdf, .pdf), (.text, .text): break
    case (.pdf, _): violations.add("file", "is no PDF: it does not begin with %PDF-")
    case (.text, _): violations.add("file", "is no text in UTF-8, or has control characters")
    }
  }

  private static func check(name: String, _ violations: inout FieldViolations) {
    let length = name.codePointCount
    violations.require(
      length <= nameLimit, "displayName", "has \(length) characters; the limit is \(nameLimit)")
    violations.require(
      !name.unicodeScalars.contains { $0.properties.generalCategory == .control }, "displayName",
      "must not have control characters")
  }
}
