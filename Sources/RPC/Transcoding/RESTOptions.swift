/// What a REST edge accepts and how it answers.
package struct RESTOptions: Sendable {
  /// Longest request target in bytes; a longer one is answered 414.
  package var maxTargetBytes = 8192
  /// Most key-value pairs in a query.
  package var maxQueryPairs = 256
  /// Whether unknown keys of a JSON body are dropped instead of refused.
  package var ignoresUnknownFields = false

  package init() {}
}
