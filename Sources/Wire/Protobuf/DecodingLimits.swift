/// What a message from a peer may cost to decode.
public struct DecodingLimits: Sendable, Hashable {
  /// How deep messages and groups may nest; the outermost message is level 1.
  public var depth: Int
  /// Bytes of memory the decoded message may take beside its Swift value.
  public var memory: Int

  /// Limits; the defaults are what a server uses for strangers.
  public init(depth: Int = 100, memory: Int = 64 << 20) {
    self.depth = min(max(depth, 1), 1000)
    self.memory = max(memory, 1 << 12)
  }

  /// Depth 100, 64 MiB.
  public static let `default` = DecodingLimits()
}
