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
    subcommands: [Key.self, Checkpoint.self, Export.self, Verify.self])

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the key that checks the log's checkpoints.",
      discussion: "Keep it: `verify` asks for it, and what a server says later proves nothing.")

    @OptionGroup var server: ServerOptions

    func run() async throws { Output.line(try await server.auditCheckpoint().verifierKey) }
  }

  struct Checkpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has the log signed as it is now, and prints or saves the signed note.")

    @OptionGroup var server: ServerOptions
    @Option(name: .shortAndLong, help: "The file to write.") var output: String?

    func run() async throws {
      let note = try await server.auditCheckpoint().note
      if let output {
        try Data(note.utf8).write(to: URL(fileURLWithPath: output))
      } else {
        Output.text(note)
      }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Saves the log, or what it says of one subject, with its proofs in a folder.")

    @OptionGroup var server: ServerOptions
    @Option(help: "Only entries about this call, consent or suppression.") var subject: String?
    @Option(help: "A checkpoint that was kept: prove that the log continues it.") var since: String?
    @Option(name: .shortAndLong, help: "The folder to make.") var output: String

    func run() async throws {
      let older = try since.map { try BundleFolder.read($0) }
      guard !FileManager.default.fileExists(atPath: output) else {
        throw ValidationError("\(output) is there already")
      }
      let (bundle, key) = try await server.withChannel { channel, metadata in
        try await AuditExport(
          client: Payaid.Voice.V1.ComplianceServiceClient(channel),
          options: CallOptions(metadata: metadata)
        ).bundle(of: subject, since: older)
      }
      try BundleFolder.write(bundle, to: output)
      Output.line("\(output): \(bundle.entries.count) entries")
      Output.line("verify it: voicectl audit verify \(output) --key \(key)")
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
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
      guard !key.isPublished else {
        throw ValidationError("--key is the test key of RFC 8032: anybody can sign with it")
      }
    }

    func run() throws {
      let older = try since.map { String(decoding: try BundleFolder.read($0), as: UTF8.self) }
      do {
        let bundle = try BundleFolder.bundle(in: folder)
        let report = try LogVerifier(key: key).verify(bundle, since: older)
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

extension ServerOptions {
  /// The log as it is now, signed.
  fileprivate func auditCheckpoint() async throws -> Payaid.Voice.V1.AuditCheckpoint {
    try await withChannel { channel, metadata in
      try await Payaid.Voice.V1.ComplianceServiceClient(channel).getAuditCheckpoint(
        Payaid.Voice.V1.GetAuditCheckpointRequest(), options: CallOptions(metadata: metadata))
    }
  }
}
