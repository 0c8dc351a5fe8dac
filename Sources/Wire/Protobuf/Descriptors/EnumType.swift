internal import Glibc

/// An enum's names and numbers.
public final class EnumType: Sendable {
  /// One name of an enum.
  public struct Value: Sendable {
    /// As the proto file spells it.
    public let name: String
    /// The number on the wire.
    public let number: Int32
  }

  /// With package and enclosing messages, without a leading dot.
  public let fullName: String
  /// In the order they are declared; aliases included.
  public let values: [Value]
  private let names: [Int32: String]
  private let numbers: [String: Int32]
  /// The names as they stand in JSON.
  private let spellings: [[UInt8]]

  init(fullName: String, values: [Value]) {
    self.fullName = fullName
    self.values = values
    names = Dictionary(values.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
    numbers = Dictionary(values.map { ($0.name, $0.number) }, uniquingKeysWith: { a, _ in a })
    spellings = values.map { Array($0.name.utf8) }
  }

  /// The first name declared for a number.
  public func name(of number: Int32) -> String? { names[number] }

  /// The number of a name, exact in case.
  public func number(named name: String) -> Int32? { numbers[name] }

  /// The number of a name; in a small enum found without making a String of it.
  func number(named name: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard values.count <= 16, let start = name.baseAddress else {
      return numbers[unsafe String(decoding: name, as: UTF8.self)]
    }
    for (index, spelling) in spellings.enumerated()
    where unsafe spelling.count == name.count && memcmp(spelling, start, name.count) == 0 {
      return values[index].number
    }
    return nil
  }
}
