internal import Accounts
internal import ArgumentParser
internal import Domain
internal import FoundationEssentials
internal import Passwords
internal import Postgres
internal import RPCCore

/// `voicectl admin user`.
struct AdminUser: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Works with users.", subcommands: [Create.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a user to a merchant: its first owner, who can add the others.",
      discussion: "The password is the first line of standard input: 12 to 128 characters.")

    @Option(help: "The merchant, mer_….") var merchant: String
    @Option(help: "The address to log in with.") var email: String
    @Option(help: "Display name.") var name = ""
    @Option(help: "owner, admin, member or viewer.") var role = "owner"
    @Flag(help: "Print JSON: id, email, role.") var json = false

    func run() async throws {
      let id = try AdminMerchant.id(merchant)
      guard let role = Role(rawValue: role) else {
        throw ValidationError("--role must be owner, admin, member or viewer")
      }
      guard let email = EmailAddress.normalized(email) else {
        throw ValidationError("--email must be name@example.in")
      }
      guard let password = readLine(strippingNewline: true) else {
        throw ValidationError("the password is read from standard input")
      }
      do {
        try UserRules.check(password: password, "password")
      } catch let error as RPCError {
        throw ValidationError(error.message)
      }
      let hash = try await PasswordHasher(slots: 1).hash(password)
      let user: UserStore.StoredUser
      do {
        user = try await OperatorDatabase.transaction {
          try await UserStore.insert(
            email: email, name: name, role: role, passwordHash: hash, merchant: id, $0)
        }
      } catch let error as PostgresError where error.isUniqueViolation() {
        throw CommandFailure(description: "there is a user with this address")
      } catch let error as PostgresError where error.isForeignKeyViolation() {
        throw CommandFailure(description: "there is no such merchant")
      }
      Output.line(
        json
          ? Output.object([
            ("id", user.id.text), ("email", user.email), ("role", user.role.rawValue),
          ])
          : "user \(user.id), \(user.role.rawValue) of \(id)")
    }
  }
}
