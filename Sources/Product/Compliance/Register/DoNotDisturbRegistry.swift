package import Domain

/// Somebody who knows the national do-not-disturb register.
package protocol DoNotDisturbRegistry: Sendable {
  /// What the register says of `number`, and of when that is; `unknown` when it cannot be asked, never a
  /// guess.
  func status(of number: PhoneNumber) async -> DoNotDisturbAnswer
}
