internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// The Swift struct of a message: properties, oneofs, nested types.
struct MessageType {
  private let descriptor: Descriptor
  private let context: SchemaContext
  private let scope: Scope

  /// `scope` is the place of the struct's declaration.
  init(_ descriptor: Descriptor, context: SchemaContext, scope: Scope) {
    self.descriptor = descriptor
    self.context = context
    self.scope = scope.inside(descriptor)
  }

  func write(_ text: inout SourceText) {
    text.doc(Comment.of(descriptor, fallback: "The message `\(descriptor.fullName)`."))
    let name = SwiftNames.type(descriptor.name)
    let parents = [scope.parent("ProtobufMessage")] + Self.wellKnownParents(descriptor.fullName)
    text.block("public struct \(name): \(parents.joined(separator: ", ")) {") { text in
      for field in descriptor.fields {
        if let oneof = field.realContainingOneof {
          if oneof.fields.first === field { property(of: oneof, &text) }
        } else {
          property(Field(field, in: descriptor, context: context), &text)
        }
      }
      text.doc("Fields this version does not know, kept.")
      text.line("public var unknownFields = \(scope.protobuf("ProtobufUnknownFields"))()")
      text.line()
      text.doc("The message with no field set.")
      text.line("public init() {}")
      text.line()
      text.doc("The description of `\(descriptor.fullName)`.")
      let file = scope.name(of: descriptor.file)
      let index = context.index(of: descriptor)
      text.line("public static let messageType = \(file).descriptor.messages[\(index)]")
      nested(&text)
    }
  }

  /// What the runtime knows of Google's own messages.
  private static func wellKnownParents(_ fullName: String) -> [String] {
    switch fullName {
    case "google.protobuf.Any": ["AnyMessage"]
    case "google.protobuf.Duration": ["DurationMessage"]
    case "google.protobuf.Timestamp": ["TimestampMessage"]
    default: []
    }
  }

  private func property(_ field: Field, _ text: inout SourceText) {
    text.doc(Comment.of(field.descriptor, fallback: "`\(field.descriptor.name)`."))
    let head = "public var \(field.name)\(field.declaration(in: scope))"
    guard field.isIndirect else { return text.line(head) }
    let indirect = scope.protobuf("IndirectMessage")
    // No field's name has an underscore within.
    let storage = "indirect_\(field.number)"
    text.block("\(head) {") { text in
      text.line("get { \(storage)?.value }")
      text.line("set { \(storage) = newValue.map { \(indirect)($0) } }")
    }
    text.line("private var \(storage): \(indirect)<\(field.element(in: scope))>?")
  }

  private func property(of oneof: OneofDescriptor, _ text: inout SourceText) {
    text.doc(Comment.of(oneof, fallback: "Which one of `\(oneof.name)` is set."))
    text.line("public var \(SwiftNames.property(oneof.name)): \(SwiftNames.oneofType(oneof))?")
  }

  private func nested(_ text: inout SourceText) {
    for oneof in descriptor.realOneofs {
      text.line()
      write(oneof, &text)
    }
    for enumeration in descriptor.enums {
      text.line()
      EnumType(enumeration, scope: scope).write(&text)
    }
    for message in descriptor.messages where !message.options.mapEntry {
      text.line()
      MessageType(message, context: context, scope: scope).write(&text)
    }
  }

  private func write(_ oneof: OneofDescriptor, _ text: inout SourceText) {
    let isIndirect = oneof.fields.contains { context.isRecursive($0, in: descriptor) }
    text.doc("The members of `\(oneof.name)`.")
    let head = isIndirect ? "public indirect enum" : "public enum"
    let parents = "\(scope.parent("Sendable")), \(scope.parent("Equatable"))"
    text.block("\(head) \(SwiftNames.oneofType(oneof)): \(parents) {") { text in
      for descriptor in oneof.fields {
        let field = Field(descriptor, in: self.descriptor, context: context)
        text.doc(Comment.of(descriptor, fallback: "`\(descriptor.name)`."))
        text.line("case \(field.name)(\(field.element(in: scope)))")
      }
    }
  }
}
