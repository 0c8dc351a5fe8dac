/// Something that is done when a call is over for its client, as long as this object lives.
package final class CancellationWatch: Sendable {
  private let context: RPCContext
  private let id: UInt64

  init(_ context: RPCContext, id: UInt64) {
    self.context = context
    self.id = id
  }

  deinit { context.removeWatch(id) }
}
