internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A route of `google.api.http`.
struct HTTPRule {
  var verb = ""
  var template = ""
  var body = ""
  var responseBody = ""

  /// The extension's field number on `google.protobuf.MethodOptions`.
  private static let extensionNumber = 72_295_728

  /// The rules of a method, its additional bindings after the main one; none when not annotated.
  static func rules(of method: MethodDescriptor) throws -> [HTTPRule] {
    let options: [UInt8] = Array(method.options.unknownFields.data)
    let parts = try WireFields(options).fields.filter { $0.number == extensionNumber }
    guard !parts.isEmpty else { return [] }
    // Written one by one, `option (google.api.http).post = …`, they come as parts of one message.
    return try parse(parts.flatMap(\.bytes), method: method.fullName, isNested: false)
  }

  private static func parse(
    _ bytes: [UInt8], method: String, isNested: Bool
  ) throws -> [HTTPRule] {
    var rule = HTTPRule()
    var more: [HTTPRule] = []
    for field in try WireFields(bytes).fields {
      switch field.number {
      case 2...6:
        rule.verb = ["GET", "PUT", "POST", "DELETE", "PATCH"][field.number - 2]
        rule.template = field.text
      case 8:
        for part in try WireFields(field.bytes).fields {
          if part.number == 1 { rule.verb = part.text } else { rule.template = part.text }
        }
      case 7: rule.body = field.text
      case 12: rule.responseBody = field.text
      case 11:
        guard !isNested else {
          throw GeneratorError("\(method): additional_bindings may not be nested")
        }
        more += try parse(field.bytes, method: method, isNested: true)
      default: break
      }
    }
    guard !rule.template.isEmpty else { throw GeneratorError("\(method): http rule without path") }
    return [rule] + more
  }

  /// What Swift's `HTTPRule` is made of, in parentheses.
  var arguments: String {
    var text = "(\"\(verb)\", \"\(template)\""
    if !body.isEmpty { text += ", body: \"\(body)\"" }
    if !responseBody.isEmpty { text += ", responseBody: \"\(responseBody)\"" }
    return text + ")"
  }
}

/// The length-delimited and varint fields of a message, as far as options use them.
struct WireFields {
  struct Item {
    let number: Int
    /// Empty for a varint.
    let bytes: [UInt8]
    /// Nil for a length-delimited field.
    let varint: UInt64?
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The numbers of a repeated field, packed or not.
    var varints: [UInt64] {
      if let varint { return [varint] }
      return bytes.allSatisfy { $0 < 0x80 } ? bytes.map { UInt64($0) } : []
    }
  }

  private(set) var fields: [Item] = []
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) throws {
    rest = bytes[...]
    while !rest.isEmpty {
      let tag = try varint()
      switch tag & 7 {
      case 0: fields.append(Item(number: Int(tag >> 3), bytes: [], varint: try varint()))
      case 1: try take(8)
      case 2:
        let bytes = try take(Int(clamping: try varint()))
        fields.append(Item(number: Int(tag >> 3), bytes: bytes, varint: nil))
      case 5: try take(4)
      default: throw GeneratorError("an option does not parse")
      }
    }
  }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw GeneratorError("an option does not parse")
  }

  @discardableResult
  private mutating func take(_ count: Int) throws -> [UInt8] {
    guard rest.count >= count else { throw GeneratorError("an option does not parse") }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
