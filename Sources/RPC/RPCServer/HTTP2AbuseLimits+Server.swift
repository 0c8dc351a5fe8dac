internal import HTTP2

extension HTTP2AbuseLimits {
  /// What one connection may do by the server's limits.
  init(_ limits: ServerLimits) {
    self.init()
    resets = Rate(limits.rapidResets)
    cancellations = Rate(limits.cancellations)
    refusals = Rate(limits.refusedStreams)
    streamErrors = Rate(limits.streamErrors)
    controlFrames = Rate(limits.controlFrames)
    windowUpdates = Rate(limits.windowUpdates)
    continuations = limits.continuations
    outboundQueue = limits.outboundFrames
  }
}

extension HTTP2AbuseLimits.Rate {
  fileprivate init(_ rate: ServerLimits.Rate) {
    self.init(burst: Double(rate.burst), perSecond: Double(rate.perSecond))
  }
}
