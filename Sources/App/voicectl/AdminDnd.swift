internal import Accounts
internal import ArgumentParser
internal import Compliance
internal import Domain
internal import Protobuf
internal import Schema

/// `voicectl admin dnd`.
struct AdminDnd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dnd",
    abstract: "Brings what operators' scrubs of the do-not-disturb register say.",
    subcommands: [List.self, Import.self, Withdraw.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the snapshots that hold, one line each.")

    func run() async throws {
      let lines = try await OperatorDatabase.transaction { try await ScrubStore.listed($0) }
      for line in lines { Output.line(line) }
      if lines.isEmpty { Output.line("no snapshot holds now: only the carrier is asked") }
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a snapshot count no more, at once on every server.")

    @Argument(help: "The snapshot's number, as import printed it.") var snapshot: Int64

    func run() async throws {
      let id = snapshot
      guard try await OperatorDatabase.transaction({ try await ScrubStore.withdraw(id, $0) })
      else { throw CommandFailure(description: "no snapshot \(id) holds") }
      Output.line("snapshot \(id) counts no more")
    }
  }

  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Imports a scrub file, whole or not at all.",
      discussion: """
        A line for each number: number,categories, as +919876543210,BANKING_FINANCE|EDUCATION. No category, or \
        FULLY_BLOCKED, means that all are blocked. It holds to the end of the day in India on which the \
        operator ran it. The same file with the same options is imported once.
        """)

    @Argument(help: "The file; read twice, so no pipe.") var file: String
    @Option(help: "Who ran the scrub, as verdicts name it.") var `operator`: String
    @Option(help: "When, as 2026-11-23T10:00:00+05:30.") var time: String
    @Option(help: "What is listed of a number: the categories blocked or those allowed.")
    var polarity: String
    @Flag(help: "The operator says that a number that is not in the file is clear.")
    var complete = false
    @Option(help: "Your address.") var by: String?

    func run() async throws {
      let snapshot = try snapshot()
      let source = try ScrubSource(file, snapshot.polarity)
      let (digest, count) = try await source.read { _ in }
      let scrub = try await OperatorDatabase.transaction {
        try await ScrubStore.begin(snapshot, file: digest, lines: count, $0)
      }
      guard !scrub.isReady else {
        Output.line("snapshot \(scrub.id) has this file already")
        return
      }
      let (again, _) = try await source.read { numbers in
        try await OperatorDatabase.transaction { try await ScrubStore.add(numbers, to: scrub, $0) }
      }
      guard again == digest else {
        _ = try await OperatorDatabase.transaction { try await ScrubStore.withdraw(scrub.id, $0) }
        throw CommandFailure(description: "\(file) changed while it was read; nothing counts of it")
      }
      guard try await OperatorDatabase.transaction({ try await ScrubStore.finish(scrub, $0) })
      else { throw CommandFailure(description: "snapshot \(scrub.id) holds no more") }
      Output.line(
        "snapshot \(scrub.id): \(count) numbers, good until \(snapshot.expireTime.iso8601)")
    }

    private func snapshot() throws -> ScrubSnapshot {
      guard let polarity = ScrubPolarity(rawValue: polarity) else {
        throw ValidationError("--polarity must be blocked or allowed")
      }
      guard let stamp = try? Google.Protobuf.Timestamp(json: Array("\"\(time)\"".utf8)) else {
        throw ValidationError("--time must be as 2026-11-23T10:00:00+05:30")
      }
      let moment = Moment(stamp)
      guard moment <= WallClock.now else { throw ValidationError("--time is in the future") }
      let importer = by.flatMap(EmailAddress.normalized)
      guard (by == nil) == (importer == nil) else {
        throw ValidationError("--by must be name@example.in")
      }
      guard
        let snapshot = ScrubSnapshot(
          by: `operator`, at: moment, polarity, isComplete: complete, importer: importer)
      else {
        throw ValidationError(
          "--operator must have 1 to 40 letters, digits, spaces, dots or dashes")
      }
      guard WallClock.now < snapshot.expireTime else {
        throw ValidationError("a scrub of that time held until \(snapshot.expireTime.iso8601)")
      }
      return snapshot
    }
  }
}
