internal import HTTP
package import Protobuf

/// Entity tags (RFC 9110, 8.8.3). A resource's `etag` field holds the opaque text alone; quotes are
/// put on and taken off here.
package enum EntityTag {
  /// The header value for a field's text; text that has quotes already stays as it is.
  static func header(for text: String) -> String? {
    guard !text.isEmpty, HTTPFieldRules.isValue(text) else { return nil }
    if text.hasSuffix("\""), text.hasPrefix("\"") || text.hasPrefix("W/\"") { return text }
    return text.utf8.contains(UInt8(ascii: "\"")) ? nil : "\"\(text)\""
  }

  /// Whether an If-None-Match list names this tag; weak and strong ones compare alike.
  package static func list(_ list: [Substring], names tag: String) -> Bool {
    list.contains { $0 == "*" || opaque(String($0)) == opaque(tag) }
  }

  /// The header value for a serialized message of `type`; nil when it has no text field `etag`.
  package static func of(_ message: [UInt8], _ type: MessageType) -> String? {
    guard let field = type.singularText("etag") else { return nil }
    return WireFields.text(field.number, in: message[...]).flatMap(header(for:))
  }

  private static func opaque(_ tag: String) -> Substring {
    tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
  }
}
