internal import ArgumentParser
internal import FoundationEssentials
internal import Protobuf
internal import RPCCore
internal import TransparencyLog
internal import VoiceAPI

/// `voicectl audit`.
struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes the audit log with its proofs, and verifies it without a server.",
    subcommands: [Logs.self, Key.self, Checkpoint.self, Export.self, Verify.self])

  struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the audit logs, the first one first; most merchants have one.")

    @OptionGroup var server: ServerOptions

    func run() async throws {
      for log in try await server.auditLogs() { Output.line(AuditReport.text(log)) }
    }
  }

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the key that checks the log's checkpoints.",
      discussion: "Keep it: `verify` asks for it, and what a server says later proves nothing.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var log: LogOption

    func run() async throws { Output.line(try await server.auditCheckpoint(log).verifierKey) }
  }

  struct Checkpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has the log signed as it is now, and prints or saves the signed note.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var log: LogOption
    @Option(name: .shortAndLong, help: "The file to write.") var output: String?

    func run() async throws {
      let note = try await server.auditCheckpoint(log).note
      if let output {
        try Data(note.utf8).write(to: URL(fileURLWithPath: output))
      } else {
        Output.text(note)
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Saves the log, or what it says of one subject, with its proofs in a folder.",
      discussion: """
        Where several logs tell of the subject and none is named, each gets a folder in the one to make.
        """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var log: LogOption
    @Option(help: "Only entries about this call, consent or suppression.") var subject: String?
    @Option(help: "A checkpoint that was kept: prove that the log continues it.") var since: String?
    @Option(name: .shortAndLong, help: "The folder to make.") var output: String

    func run() async throws {
      let older = try since.map { try BundleFolder.read($0) }
      guard !FileManager.default.fileExists(atPath: output) else {
        throw ValidationError("\(output) is there already")
      }
      let found = try await server.withChannel { channel, metadata in
        try await AuditExport(
          client: Payaid.Voice.V1.ComplianceServiceClient(channel),
          options: CallOptions(metadata: metadata)
        ).bundles(in: log.epoch, of: subject, since: older)
      }
      for (epoch, bundle, key) in found {
        let folder = found.count == 1 ? output : "\(output)/epoch-\(epoch)"
        try BundleFolder.write(bundle, to: folder)
        Output.line("\(folder): \(bundle.entries.count) entries of epoch \(epoch)")
        Output.line("verify it: voicectl audit verify \(folder) --key \(key)")
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verifies a folder that `export` saved. Asks no server.",
      discussion: """
        The exit status is 0 when all is proved, 1 when something was changed, and 3 when the folder \
        proves less than was asked.
        """)

    @Argument(help: "The folder.") var folder: String
    @Option(help: "The log's key, as `voicectl audit key` printed it once.") var key: NoteVerifier
    @Option(help: "A checkpoint that was kept: the log has to continue it.") var since: String?
    @Option(help: "The folder of the log before, which this one has to follow.")
    var previous: String?
    @Option(help: "That log's key.") var previousKey: NoteVerifier?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
      guard !key.isPublished, previousKey?.isPublished != true else {
        throw ValidationError("a key is the test key of RFC 8032: anybody can sign with it")
      }
      guard (previous == nil) == (previousKey == nil) else {
        throw ValidationError("--previous and --previous-key need each other")
      }
    }

    func run() throws {
      let older = try since.map { String(decoding: try BundleFolder.read($0), as: UTF8.self) }
      do {
        let bundle = try BundleFolder.bundle(in: folder)
        var report = try LogVerifier(key: key).verify(bundle, since: older)
        if let previous, let previousKey {
          report.succession = try LogSuccession(
            of: bundle, after: try BundleFolder.bundle(in: previous), previousKey)
        } else {
          report.claim = LogSuccession.Claim(of: bundle)
        }
        Output.line(json ? AuditReport.json(report) : AuditReport.text(report))
      } catch let verdict as LogVerdict {
        Output.line(json ? AuditReport.json(verdict) : AuditReport.text(verdict))
        throw verdict.exitCode
      }
    }
  }
}

extension NoteVerifier: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

/// Which of a merchant's logs.
struct LogOption: ParsableArguments {
  @Option(help: "The log, as `audit logs` numbers them; the current one if not given.")
  var epoch: Int64 = 0

  func validate() throws {
    guard epoch >= 0 else { throw ValidationError("--epoch must not be negative") }
  }
}

extension ServerOptions {
  /// A log as it is now, signed.
  fileprivate func auditCheckpoint(
    _ log: LogOption
  ) async throws -> Payaid.Voice.V1.AuditCheckpoint {
    try await withChannel { channel, metadata in
      try await Payaid.Voice.V1.ComplianceServiceClient(channel).getAuditCheckpoint(
        .with { $0.epoch = log.epoch }, options: CallOptions(metadata: metadata))
    }
  }

  fileprivate func auditLogs() async throws -> [Payaid.Voice.V1.AuditLog] {
    try await withChannel { channel, metadata in
      let client = Payaid.Voice.V1.ComplianceServiceClient(channel)
      var logs: [Payaid.Voice.V1.AuditLog] = []
      var token = ""
      repeat {
        let page = try await client.listAuditLogs(
          .with { $0.pageToken = token }, options: CallOptions(metadata: metadata))
        logs += page.logs
        token = page.nextPageToken
      } while !token.isEmpty
      return logs
    }
  }
}
