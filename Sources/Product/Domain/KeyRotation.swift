internal import Buffers
package import Jobs

/// A request for a new master key: any server that reaches KMS makes it.
package struct KeyRotation: JobPayload, Equatable {
  package static let jobKind = "keys.rotate"
  /// The queue of such requests.
  package static let queue = Retention.queue
  /// How long a new key waits before it seals: every server looks for it more often.
  package static let defaultDelay = Duration.seconds(300)

  /// The last key when this was asked for, so that asking twice makes one.
  package let last: Int64
  package let delay: Duration

  package init(after last: Int64, delay: Duration) {
    self.last = last
    self.delay = delay
  }

  package var jobPayload: [UInt8] { Array("\(last) \(delay.components.seconds)".utf8) }

  package init(jobPayload: [UInt8]) throws {
    let parts = String(decoding: jobPayload, as: UTF8.self).split(separator: " ")
    guard parts.count == 2, let last = Int64(parts[0]), let seconds = Int64(parts[1]),
      (1..<Int64(UInt32.max)).contains(last), (0...86_400).contains(seconds)
    else { throw JobError(.badPayload, "the payload is no request for a master key") }
    self.init(after: last, delay: .seconds(seconds))
  }
}
