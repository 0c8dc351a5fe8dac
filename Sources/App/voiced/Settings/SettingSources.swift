internal import ArgumentParser
internal import Configuration
internal import FoundationEssentials

/// Where settings come from, as options of a command. A value given here wins over the environment,
/// that over `.env`, that over the configuration file.
struct SettingSources: ParsableArguments {
  @Option(help: "Where to listen; port 0 lets the system choose.")
  var listen: String?

  @Option(help: "The folder of everything this server keeps; made when it is missing.")
  var dataDir: String?

  @Option(help: "Event loops, each a thread; one per core when not given.")
  var loops: String?

  @Flag(help: "Serve without TLS: for tests and behind a proxy on the same machine only.")
  var cleartext = false

  @Option(help: "How long calls in progress may go on after SIGTERM, in seconds.")
  var drainSeconds: String?

  @Option(name: .customLong("set"), help: "Any setting that is no secret; may be repeated.")
  var assignments: [Assignment] = []

  @Option(help: "A file of NAME=value lines; .env in the working folder when not given.")
  var envFile: String?

  @Option(name: .customLong("config"), help: "A JSON file of settings by name.")
  var configurationFile: String?

  /// `NAME=value` on the command line.
  struct Assignment: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
      guard let mark = argument.firstIndex(of: "=") else { return nil }
      name = String(argument[..<mark])
      value = String(argument[argument.index(after: mark)...])
    }
  }

  /// What each source says now, the first first.
  func layers() throws(SettingsError) -> [SettingLayer] {
    var layers = [
      commandLine,
      SettingLayer(origin: "environment", values: ProcessInfo.processInfo.environment),
    ]
    if let path = envFile ?? Self.fileOfWorkingFolder {
      layers.append(
        try SettingLayer(
          origin: path, environmentFile: String(decoding: try Self.read(path), as: UTF8.self)))
    }
    if let path = configurationFile {
      layers.append(try SettingLayer(origin: path, json: Array(try Self.read(path)), isOurs: true))
    }
    return layers
  }

  private var commandLine: SettingLayer {
    var values = Dictionary(
      assignments.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    let named = [
      "LISTEN_ADDRESS": listen, "DATA_DIR": dataDir, "EVENT_LOOPS": loops,
      "CLEARTEXT": cleartext ? "true" : nil, "DRAIN_SECONDS": drainSeconds,
    ]
    for (name, value) in named { if let value { values[name] = value } }
    return SettingLayer(
      origin: "command line", values: values, isOurs: true, isVisible: true)
  }

  private static var fileOfWorkingFolder: String? {
    FileManager.default.fileExists(atPath: ".env") ? ".env" : nil
  }

  private static func read(_ path: String) throws(SettingsError) -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SettingsError("cannot read \(path)")
    }
    return data
  }
}

extension SettingType<String> {
  /// A folder's path, made absolute.
  static var folder: SettingType {
    SettingType("the path of a folder") { URL(fileURLWithPath: $0).path }
  }
}
