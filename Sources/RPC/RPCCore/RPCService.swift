/// A set of methods that are served together; generated protocols make the list.
public protocol RPCService: Sendable {
  /// One handler for every method of the service.
  var handlers: [MethodHandler] { get }
}
