internal import Foundation
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// `protoc-gen-payaid`: a protoc plugin, and the two small filters `tools/generate` puts around
/// protoc-gen-c.
@main
struct Command {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch arguments.first {
      case "--normalise": try normalise(Array(arguments.dropFirst()))
      case "--unpack": try unpack(into: arguments.dropFirst().first ?? ".")
      default: Plugin().main(arguments)
      }
    } catch {
      FileHandle.standardError.write(Data("protoc-gen-payaid: \(error)\n".utf8))
      exit(1)
    }
  }

  /// A `FileDescriptorSet` in, the `CodeGeneratorRequest` for protoc-gen-c out.
  private static func normalise(_ files: [String]) throws {
    let input = FileHandle.standardInput.readDataToEndOfFile()
    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: input)
    let request = Normaliser.request(for: files, in: set)
    FileHandle.standardOutput.write(try request.serializedBytes())
  }

  /// The answer of protoc-gen-c in, its files out: headers under `include`, the rest beside it.
  private static func unpack(into folder: String) throws {
    let input = FileHandle.standardInput.readDataToEndOfFile()
    let response = try Google_Protobuf_Compiler_CodeGeneratorResponse(serializedBytes: input)
    guard !response.hasError else { throw GeneratorError("protoc-gen-c: \(response.error)") }
    for file in response.file {
      let place =
        file.name.hasSuffix(".h") ? "\(folder)/include/\(file.name)" : "\(folder)/\(file.name)"
      let url = URL(fileURLWithPath: place)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.content.utf8).write(to: url)
    }
  }
}

/// Why nothing was generated.
struct GeneratorError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
