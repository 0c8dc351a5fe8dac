internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Turns descriptors into ones protoc-gen-c accepts and whose C loses nothing.
///
/// Every change keeps the wire format. `optional` becomes a oneof of one; a string becomes bytes
/// (no NUL terminator); an enum becomes int32 (open, and the same type in every C); a float becomes
/// fixed32 and a double fixed64 (so -0.0 is not taken for zero); a map becomes its entries. Fields
/// are called by their number, so that no C keyword and no folding of case can get in the way.
/// Services, options, extensions, comments and proto2 files are left out.
enum Normaliser {
  static func request(
    for files: [String], in set: Google_Protobuf_FileDescriptorSet
  ) -> Google_Protobuf_Compiler_CodeGeneratorRequest {
    var request = Google_Protobuf_Compiler_CodeGeneratorRequest()
    let kept = set.file.filter { $0.syntax == "proto3" }
    let names = Set(kept.map(\.name))
    request.protoFile = kept.map { normalised($0, keeping: names) }
    request.fileToGenerate = files.filter { names.contains($0) }
    return request
  }

  private static func normalised(
    _ file: Google_Protobuf_FileDescriptorProto, keeping kept: Set<String>
  ) -> Google_Protobuf_FileDescriptorProto {
    var result = Google_Protobuf_FileDescriptorProto()
    result.name = file.name
    result.package = file.package
    result.syntax = "proto3"
    result.dependency = file.dependency.filter { kept.contains($0) }
    result.publicDependency = file.publicDependency.compactMap { index in
      result.dependency.firstIndex(of: file.dependency[Int(index)]).map { Int32($0) }
    }
    result.messageType = file.messageType.map(normalised)
    return result
  }

  private static func normalised(
    _ message: Google_Protobuf_DescriptorProto
  ) -> Google_Protobuf_DescriptorProto {
    var result = Google_Protobuf_DescriptorProto()
    result.name = message.name
    result.field = message.field.map(normalised)
    result.nestedType = message.nestedType.map(normalised)
    result.oneofDecl = message.oneofDecl.indices.map { index in
      var oneof = Google_Protobuf_OneofDescriptorProto()
      oneof.name = "o\(index)"
      return oneof
    }
    return result
  }

  private static func normalised(
    _ field: Google_Protobuf_FieldDescriptorProto
  ) -> Google_Protobuf_FieldDescriptorProto {
    var result = Google_Protobuf_FieldDescriptorProto()
    result.name = "f\(field.number)"
    result.number = field.number
    result.label = field.label
    result.type = wireTwin(of: field.type)
    if result.type == .message { result.typeName = field.typeName }
    if field.hasOneofIndex { result.oneofIndex = field.oneofIndex }
    if field.options.hasPacked { result.options.packed = field.options.packed }
    return result
  }

  private static func wireTwin(
    of type: Google_Protobuf_FieldDescriptorProto.TypeEnum
  ) -> Google_Protobuf_FieldDescriptorProto.TypeEnum {
    switch type {
    case .string: .bytes
    case .enum: .int32
    case .float: .fixed32
    case .double: .fixed64
    default: type
    }
  }
}
