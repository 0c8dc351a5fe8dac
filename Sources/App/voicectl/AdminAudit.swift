internal import Accounts
internal import ArgumentParser
internal import Compliance
internal import Domain
internal import Jobs
internal import Postgres

/// `voicectl admin audit`: audit logs, as the operator has to do with them. This program has no key: a
/// server does what is asked.
struct AdminAudit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Ends audit logs and begins others.", subcommands: [Renew.self])

  struct Renew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Has a server end a merchant's audit log and begin another, under another key, or behind a loss.",
      discussion: """
        After `admin keys rotate` it changes the key that signs, once the new one seals; a log that is whole and \
        under that key stays. The old log is closed by an entry that \
        names the new one; both stay. A log that does not continue what was signed of it, as after a \
        database was brought back, is left behind with --accept-loss only: find out first what happened. \
        No server of a version before epochs may run.
        """)

    @Argument(help: "The merchant, mer_…; all that have a log when not given.") var merchant:
      String?
    @Flag(help: "Every merchant that has a log.") var all = false
    @Option(help: "Your address; the log keeps it.") var by: String
    @Option(help: "Why; the log keeps it.") var reason: String
    @Flag(help: "Also leave a log behind that lost something.") var acceptLoss = false

    func validate() throws {
      guard (merchant == nil) == all else { throw ValidationError("give a merchant, or --all") }
      guard (1...500).contains(reason.unicodeScalars.count) else {
        throw ValidationError("--reason must have 1 to 500 characters")
      }
    }

    func run() async throws {
      guard let by = EmailAddress.normalized(by) else {
        throw ValidationError("--by must be name@example.in")
      }
      let one = try merchant.map { try AdminMerchant.id($0) }
      let asked = try await OperatorDatabase.transaction {
        try await ask(one, by: by, $0)
      }
      guard !asked.isEmpty else { throw CommandFailure(description: "there is no such log") }
      for (merchant, epoch, isNew) in asked {
        Output.line(
          isNew
            ? "a server ends epoch \(epoch) of \(merchant)'s audit log"
            : "\(merchant): a request is waiting already, and stays as it is; admin jobs has it")
      }
      guard asked.allSatisfy(\.isNew) else { throw ExitCode.failure }
    }

    /// The logs, and whether a server has been asked to end each; it has not where an earlier request waits.
    private func ask(
      _ merchant: MerchantID?, by: String, _ transaction: Transaction
    ) async throws -> [(MerchantID, epoch: Int64, isNew: Bool)] {
      let key = try await MasterKeyStore.newest(transaction) ?? MasterKey.firstNumber
      var asked: [(MerchantID, epoch: Int64, isNew: Bool)] = []
      for (merchant, epoch) in try await AuditRenewal.logs(of: merchant, transaction) {
        let renewal = AuditRenewal(
          of: merchant, after: epoch, key: key, acceptsLoss: acceptLoss, by: by, reason: reason)
        let job = try await AuditRenewal.queue.enqueue(
          renewal, uniqueKey: merchant.text, maxAttempts: 10, transaction)
        asked.append((merchant, epoch, job != nil))
      }
      return asked
    }
  }
}
