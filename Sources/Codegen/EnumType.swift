internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// The Swift enum of a proto enum.
struct EnumType {
  private let descriptor: EnumDescriptor
  private let scope: Scope

  /// `scope` is the place of the enum's declaration.
  init(_ descriptor: EnumDescriptor, scope: Scope) {
    self.descriptor = descriptor
    self.scope = scope
  }

  private var cases: [EnumValueDescriptor] {
    descriptor.values.filter { first(of: $0.number) === $0 }
  }

  /// The first value of a number; later ones are aliases of it.
  private func first(of number: Int32) -> EnumValueDescriptor? {
    descriptor.values.first { $0.number == number }
  }

  func write(_ text: inout SourceText) {
    let name = SwiftNames.type(descriptor.name)
    text.doc(Comment.of(descriptor, fallback: "The enum `\(descriptor.fullName)`."))
    text.block("public enum \(name): \(scope.parent("ProtobufEnum")) {") { text in
      for value in cases {
        text.doc(Comment.of(value, fallback: "`\(value.name)`."))
        text.line("case \(SwiftNames.enumCase(value))")
      }
      text.doc("A number without a name here.")
      text.line("case unrecognized(\(scope.swift("Int32")))")
      text.line()
      aliases(of: name, &text)
      text.doc("The enum's names and numbers.")
      text.line("public static let enumType = \(lookup)")
      text.line()
      numbers(&text)
    }
  }

  /// The further names of numbers, but for those that are the same in Swift.
  private func aliases(of type: String, _ text: inout SourceText) {
    var written = Set(cases.map { SwiftNames.enumCase($0) })
    for value in descriptor.values {
      let name = SwiftNames.enumCase(value)
      guard let original = first(of: value.number), written.insert(name).inserted else { continue }
      text.doc(Comment.of(value, fallback: "`\(value.name)`."))
      text.line("public static let \(name) = \(type).\(SwiftNames.enumCase(original))")
    }
  }

  private var lookup: String {
    let file = scope.name(of: descriptor.file)
    return "\(file).descriptor.enumType(named: \"\(descriptor.fullName)\")"
  }

  private func numbers(_ text: inout SourceText) {
    text.block("public init(rawValue: \(scope.swift("Int32"))) {") { text in
      text.block("switch rawValue {") { text in
        for value in cases {
          text.line("case \(value.number): self = .\(SwiftNames.enumCase(value))")
        }
        text.line("default: self = .unrecognized(rawValue)")
      }
    }
    text.line()
    text.block("public var rawValue: \(scope.swift("Int32")) {") { text in
      text.block("switch self {") { text in
        for value in cases {
          text.line("case .\(SwiftNames.enumCase(value)): \(value.number)")
        }
        text.line("case .unrecognized(let number): number")
      }
    }
  }
}
