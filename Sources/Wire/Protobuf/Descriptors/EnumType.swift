/// An enum's names and numbers.
public final class EnumType: Sendable {
  /// One name of an enum.
  public struct Value: Sendable {
    public let name: String
    public let number: Int32
  }

  /// With package and enclosing messages, without a leading dot.
  public let fullName: String
  /// In the order they are declared; aliases included.
  public let values: [Value]
  private let names: [Int32: String]
  private let numbers: [String: Int32]

  init(fullName: String, values: [Value]) {
    self.fullName = fullName
    self.values = values
    names = Dictionary(values.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
    numbers = Dictionary(values.map { ($0.name, $0.number) }, uniquingKeysWith: { a, _ in a })
  }

  /// The first name declared for a number.
  public func name(of number: Int32) -> String? { names[number] }

  /// The number of a name, exact in case.
  public func number(named name: String) -> Int32? { numbers[name] }
}
