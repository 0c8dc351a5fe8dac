internal import ArgumentParser
internal import TransparencyLog

/// What `voicectl audit verify` says.
enum AuditReport {
  static func text(_ report: LogReport) -> String {
    var lines = [
      "valid: \(report.checkpoint.origin), \(report.entries) of \(report.checkpoint.size) entries",
      "root: \(report.checkpoint.root.hex)",
      "payloads: \(report.payloads) as the entries commit to, \(report.erased) erased",
    ]
    if let since = report.since { lines.append("continues the log of \(since) entries") }
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
    return Output.object(members)
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
