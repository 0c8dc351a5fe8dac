internal import ArgumentParser
internal import Domain
internal import TransparencyLog
internal import VoiceAPI

/// What `voicectl audit verify` says.
enum AuditReport {
  static func text(_ report: LogReport) -> String {
    var lines = [
      "valid: \(report.checkpoint.origin), \(report.entries) of \(report.checkpoint.size) entries",
      "root: \(report.checkpoint.root.hex)",
      "payloads: \(report.payloads) as the entries commit to, \(report.erased) erased",
    ]
    if let since = report.since { lines.append("continues the log of \(since) entries") }
    if let succession = report.succession { lines.append(text(succession)) }
    if let claim = report.claim {
      let loss = claim.followsLoss ? " after a loss" : ""
      lines.append("follows \(claim.previous ?? "another log")\(loss), not checked")
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ report: LogReport) -> String {
    var members = [
      ("result", "valid"), ("origin", report.checkpoint.origin),
      ("size", "\(report.checkpoint.size)"), ("root", report.checkpoint.root.hex),
      ("entries", "\(report.entries)"), ("payloads", "\(report.payloads)"),
      ("erased", "\(report.erased)"),
    ]
    if let since = report.since { members.append(("since", "\(since)")) }
    if let succession = report.succession {
      members += [
        ("previous", succession.previous.origin), ("previous_size", "\(succession.previous.size)"),
        ("follows_loss", succession.followsLoss ? "yes" : "no"),
      ]
    }
    if let claim = report.claim {
      members += [
        ("unchecked_previous", claim.previous ?? ""),
        ("unchecked_loss", claim.followsLoss ? "yes" : "no"),
      ]
    }
    return Output.object(members)
  }

  private static func text(_ succession: LogSuccession) -> String {
    let (name, size) = (succession.previous.origin, succession.previous.size)
    return succession.followsLoss
      ? "follows \(name) after a loss: \(size) entries of it were signed"
      : "follows \(name), which was closed at \(size) entries"
  }

  /// A line about a log.
  static func text(_ log: Payaid.Voice.V1.AuditLog) -> String {
    guard log.previousEpoch > 0 else { return "\(log.epoch) \(log.origin)" }
    let time = log.beginTime.flatMap { Moment($0) }?.iso8601 ?? ""
    let before = "epoch \(log.previousEpoch) of \(log.previousSize) entries"
    return "\(log.epoch) \(log.origin) since \(time), behind \(before)"
      + (log.followsLoss ? ", some of which were lost" : "")
  }

  static func text(_ verdict: LogVerdict) -> String { "\(verdict.name): \(verdict.reason)" }

  static func json(_ verdict: LogVerdict) -> String {
    Output.object([("result", verdict.name), ("reason", verdict.reason)])
  }
}

extension LogVerdict {
  var name: String {
    switch self {
    case .invalid: "invalid"
    case .incomplete: "incomplete"
    }
  }

  var reason: String {
    switch self {
    case .invalid(let reason), .incomplete(let reason): reason
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .invalid: ExitCode(1)
    case .incomplete: ExitCode(3)
    }
  }
}
