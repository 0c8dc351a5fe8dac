internal import Dispatch
internal import EventLoop
internal import Foundation
internal import Telemetry

/// The environment, as a value that tests can make.
struct Environment {
  var variables: [String: String]

  static var process: Environment { Environment(variables: ProcessInfo.processInfo.environment) }

  /// The variable, or `nil` when it is unset or empty.
  subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
}

/// Everything that can be set, checked as a whole before anything starts.
struct Settings {
  var listen: SocketAddress
  var dataDirectory: String
  var loops: Int
  var isCleartext: Bool
  var logLevel: Log.Level
  /// A PostgreSQL of the owner's; the embedded one without it.
  var databaseURL: String?
  /// How the carrier reaches this server, `https://voice.example.in`; where it listens without it.
  var publicURL: String?
  /// Origins whose pages may call the API from a browser, `https://app.example.in`.
  var corsOrigins: Set<String>
  var exotel: Exotel
  var gemini: Gemini

  struct Exotel {
    var baseURL: String
    var apiKey: String
    var apiToken: String
    var accountSID: String
    var webhookSecret: String
  }

  struct Gemini {
    var baseURL: String
    var apiKey: String
    var model: String
  }

  /// Reads them; throws one error that lists everything that is wrong, without values.
  init(environment: Environment, command: Serve) throws {
    var missing: [String] = []
    func required(_ name: String) -> String {
      guard let value = environment[name] else {
        missing.append(name)
        return ""
      }
      return value
    }
    guard let address = SocketAddress(command.listen) else {
      throw SettingsError(message: "--listen is no address")
    }
    listen = address
    dataDirectory = URL(fileURLWithPath: command.dataDir).path
    loops = command.loops ?? ProcessInfo.processInfo.activeProcessorCount
    isCleartext = command.cleartext
    databaseURL = environment["DATABASE_URL"]
    publicURL = environment["PUBLIC_URL"]
    corsOrigins = Set(
      (environment["CORS_ORIGINS"] ?? "").split { $0 == "," || $0 == " " }.map(String.init))
    exotel = Exotel(
      baseURL: environment["EXOTEL_BASE_URL"] ?? "https://api.in.exotel.com",
      apiKey: required("EXOTEL_API_KEY"), apiToken: required("EXOTEL_API_TOKEN"),
      accountSID: required("EXOTEL_SID"), webhookSecret: required("EXOTEL_WEBHOOK_SECRET"))
    gemini = Gemini(
      baseURL: environment["GEMINI_BASE_URL"] ?? "https://generativelanguage.googleapis.com",
      apiKey: required("GEMINI_API_KEY"), model: environment["GEMINI_MODEL"] ?? "gemini-3.8-live")
    logLevel = try Self.level(environment["LOG_LEVEL"])
    guard missing.isEmpty else {
      throw SettingsError(
        message: "these variables must be set: \(missing.joined(separator: ", "))")
    }
    guard exotel.webhookSecret.utf8.count >= 32 else {
      throw SettingsError(message: "EXOTEL_WEBHOOK_SECRET must have at least 32 bytes")
    }
  }

  private static func level(_ text: String?) throws -> Log.Level {
    switch text {
    case nil, "info": .info
    case "debug": .debug
    case "warning": .warning
    case "error": .error
    default: throw SettingsError(message: "LOG_LEVEL must be debug, info, warning or error")
    }
  }
}

/// Why the server did not start. Names settings, never their values.
struct SettingsError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}
