extension Interceptor {
  /// Adds a google.rpc.RequestInfo with the call's id to every error, so that whoever reports it can
  /// name the line in our logs. The outermost interceptor.
  public static let requestInfo = Interceptor.recast { context, error in
    var error = RPCError(converting: error, requestID: context.requestID)
    error.details.append(.requestInfo(context.requestID))
    return error
  }
}

extension ErrorDetail {
  /// google.rpc.RequestInfo with the id alone, of at most 127 bytes.
  static func requestInfo(_ id: String) -> ErrorDetail {
    let bytes = Array(id.utf8.prefix(127))
    return ErrorDetail(
      typeName: "google.rpc.RequestInfo", value: [0x0A, UInt8(bytes.count)] + bytes)
  }
}
