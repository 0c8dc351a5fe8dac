package import Protobuf

/// What a REST edge accepts and how it answers.
package struct RESTOptions: Sendable {
  /// Longest request target in bytes; a longer one is answered 414.
  package var maxTargetBytes = 8192
  /// Most key-value pairs in a query.
  package var maxQueryPairs = 256
  /// Whether unknown keys of a JSON body are dropped instead of refused.
  package var ignoresUnknownFields = false
  /// Finds the type of an error detail by its full name; unknown types are sent as base64.
  package var detailType: @Sendable (String) -> MessageType?

  package init(
    detailType: @escaping @Sendable (String) -> MessageType? = { ErrorDetailTypes.find($0) }
  ) {
    self.detailType = detailType
  }
}
