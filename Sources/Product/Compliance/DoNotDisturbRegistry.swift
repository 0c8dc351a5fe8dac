package import Domain

/// Somebody who knows the national do-not-disturb register.
package protocol DoNotDisturbRegistry: Sendable {
  /// What the register says of `number`; `unknown` when it cannot be asked, never a guess.
  func status(of number: PhoneNumber) async -> GateInput.DoNotDisturb
}

/// No register is connected: every answer is `unknown`, which never lets a call pass.
package struct NoRegistry: DoNotDisturbRegistry {
  package init() {}

  package func status(of number: PhoneNumber) async -> GateInput.DoNotDisturb { .unknown }
}
