internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// How protoc-gen-c 1.4 names what it makes of a message.
enum CNames {
  /// `my_pkg.v1.FooBar` -> `MyPkg__V1__FooBar`, the struct.
  static func type(_ fullName: String) -> String {
    fullName.split(separator: ".").map { camel($0) }.joined(separator: "__")
  }

  /// `my_pkg.v1.FooBar` -> `my_pkg__v1__foo_bar`, what its functions begin with.
  static func symbol(_ fullName: String) -> String {
    fullName.split(separator: ".").map { lower($0) }.joined(separator: "__")
  }

  /// `google/api/http.proto` -> `google__api__http__file`, ours.
  static func file(_ file: FileDescriptor) -> String {
    let stem = file.name.hasSuffix(".proto") ? String(file.name.dropLast(6)) : file.name
    let name = stem.map { $0.isLetter || $0.isNumber ? String($0) : "__" }.joined() + "__file"
    return name.first?.isNumber == true ? "_" + name : name
  }

  /// The header protoc-gen-c makes for a file.
  static func header(_ file: FileDescriptor) -> String {
    String(file.name.dropLast(6)) + ".pb-c.h"
  }

  private static func camel(_ name: Substring) -> String {
    var result = ""
    var isUpper = true
    for character in name {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }

  private static func lower(_ name: Substring) -> String {
    var result = ""
    var wasUpper = true
    for character in name {
      if character.isUppercase, !wasUpper { result += "_" }
      result += character.lowercased()
      wasUpper = character.isUppercase
    }
    return result
  }
}
