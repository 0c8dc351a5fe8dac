internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// The conformance of a message: one function reads its protobuf-c struct, one fills it.
struct MessageBridge {
  private let descriptor: Descriptor
  private let fields: [Field]
  private let context: SchemaContext
  private let scope: Scope

  init(_ descriptor: Descriptor, context: SchemaContext) {
    self.descriptor = descriptor
    self.context = context
    scope = context.scope.inside(descriptor)
    fields = descriptor.fields.filter { $0.realContainingOneof == nil }
      .map { Field($0, in: descriptor, context: context) }
  }

  func write(_ text: inout SourceText) {
    text.block("extension \(SwiftNames.full(descriptor)) {") { text in
      read(&text)
      text.line()
      fill(&text)
    }
  }

  private func read(_ text: inout SourceText) {
    let pointer = scope.swift("UnsafeRawPointer")
    text.line("public mutating func read(")
    text.line("  unsafeC c: \(pointer), _ reader: inout \(scope.protobuf("MessageReader"))")
    text.block(") {") { text in
      text.line("let c = unsafe c.assumingMemoryBound(to: \(scope.cType(descriptor)).self)")
      for field in fields { read(field, &text) }
      for oneof in descriptor.realOneofs { read(oneof, &text) }
      text.line("unsafe unknownFields = reader.unknownFields(\(pointer)(c))")
    }
  }

  private func fill(_ text: inout SourceText) {
    let pointer = scope.swift("UnsafeMutableRawPointer")
    text.line("public func fill(")
    text.line("  unsafeC c: \(pointer), _ writer: inout \(scope.protobuf("MessageWriter"))")
    text.block(") {") { text in
      text.line("let c = unsafe c.assumingMemoryBound(to: \(scope.cType(descriptor)).self)")
      text.line("unsafe \(CNames.symbol(descriptor.fullName))__init(c)")
      for field in fields { fill(field, &text) }
      for oneof in descriptor.realOneofs { fill(oneof, &text) }
      text.line("unsafe writer.unknownFields(unknownFields, \(pointer)(c))")
    }
  }

  private func read(_ field: Field, _ text: inout SourceText) {
    let target = "unsafe \(field.property)"
    if let (key, value) = field.mapFields { return readMap(field, key, value, &text) }
    if field.descriptor.isRepeated {
      let list = "(c.pointee.n_f\(field.number), \(field.c))"
      return text.line("\(target) = reader.\(field.listFunction.read)(\(list))")
    }
    if let oneofCase = field.oneofCase {
      return text.block("if unsafe \(oneofCase).rawValue == \(field.number) {") { text in
        text.line(single(field))
      }
    }
    text.line(single(field))
  }

  private func single(_ field: Field) -> String {
    if field.isMessage, !field.isIndirect {
      return "unsafe reader.message(\(field.c), into: &\(field.property))"
    }
    return "unsafe \(field.property) = \(field.read(field.c))"
  }

  private func readMap(_ field: Field, _ key: Field, _ value: Field, _ text: inout SourceText) {
    text.block("for index in unsafe 0..<c.pointee.n_f\(field.number) {") { text in
      text.line("guard let entry = unsafe \(field.c)[index] else { continue }")
      text.line("let key = unsafe \(key.read("entry.pointee.f1"))")
      let read = value.read("entry.pointee.f2")
      let whole = value.isMessage ? "\(read) ?? .init()" : read
      text.line("unsafe \(field.property)[key] = \(whole)")
    }
  }

  private func read(_ oneof: OneofDescriptor, _ text: inout SourceText) {
    let name = Field.property(SwiftNames.property(oneof.name))
    text.block("switch unsafe c.pointee.o\(oneof.index)_case.rawValue {") { text in
      for descriptor in oneof.fields {
        let field = Field(descriptor, in: self.descriptor, context: context)
        let read = field.read(field.c)
        let whole = field.isMessage ? "\(read) ?? .init()" : read
        text.line("case \(field.number): unsafe \(name) = .\(field.name)(\(whole))")
      }
      text.line("default: \(name) = nil")
    }
  }

  private func fill(_ field: Field, _ text: inout SourceText) {
    if let (key, value) = field.mapFields { return fillMap(field, key, value, &text) }
    if field.descriptor.isRepeated {
      let target = "(c.pointee.n_f\(field.number), \(field.c))"
      return text.line("unsafe \(target) = writer.\(field.listFunction.write)(\(field.property))")
    }
    guard let oneofCase = field.oneofCase else {
      return text.line("unsafe \(field.c) = \(field.write(field.property))")
    }
    text.block("if let value = \(field.property) {") { text in
      text.line("unsafe \(oneofCase) = .init(\(field.number))")
      text.line("unsafe \(field.c) = \(field.write("value"))")
    }
  }

  private func fillMap(_ field: Field, _ key: Field, _ value: Field, _ text: inout SourceText) {
    let order = key.descriptor.type == .bool ? "!$0.key && $1.key" : "$0.key < $1.key"
    let entry = field.descriptor.messageType.fullName
    text.block("if !\(field.property).isEmpty {") { text in
      text.line("let sorted = \(field.property).sorted { \(order) }")
      let type = CNames.type(entry)
      text.line("let entries = unsafe writer.entries(sorted.count, as: \(type).self)")
      text.line("unsafe (c.pointee.n_f\(field.number), \(field.c)) = entries")
      text.block("for (index, pair) in sorted.enumerated() {") { text in
        text.line("guard let entry = unsafe entries.1?[index] else { continue }")
        text.line("unsafe \(CNames.symbol(entry))__init(entry)")
        text.line("unsafe entry.pointee.f1 = \(key.write("pair.key"))")
        text.line("unsafe entry.pointee.f2 = \(value.write("pair.value"))")
      }
    }
  }

  private func fill(_ oneof: OneofDescriptor, _ text: inout SourceText) {
    text.block("switch \(Field.property(SwiftNames.property(oneof.name))) {") { text in
      for descriptor in oneof.fields {
        let field = Field(descriptor, in: self.descriptor, context: context)
        text.line("case .\(field.name)(let value)?:")
        text.line("  unsafe c.pointee.o\(oneof.index)_case = .init(\(field.number))")
        text.line("  unsafe \(field.c) = \(field.write("value"))")
      }
      text.line("case nil: break")
    }
  }
}
