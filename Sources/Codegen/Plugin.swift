internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Settings from the command line (`--payaid_out=part=schema,…:DIR`).
struct Settings {
  /// What one run makes.
  enum Part: String {
    /// C: embedded descriptors, umbrella header and module map.
    case c
    /// Swift values.
    case schema
    /// Swift protocols, clients and routes.
    case services
    /// The routes as an OpenAPI document.
    case openapi
  }

  var part = Part.schema
  /// The C module the values are read from.
  var cModule = "CSchema"
  /// The Swift module the values are in.
  var module = "Schema"
  /// Modules that have the types of imported files that are not generated here.
  var imports: [String] = []
  /// Proto packages whose namespace another module declares.
  var provided: Set<String> = []
  /// Title and version of the OpenAPI document.
  var title = "API"
  var version = "1"
  /// Headers that together say who calls; empty says nothing about security.
  var keyHeaders: [String] = []
  /// Services and methods that need no key, by full name.
  var open: Set<String> = []

  init(_ parameter: any CodeGeneratorParameter) throws {
    for (key, value) in parameter.parsedPairs {
      switch key {
      case "part":
        guard let part = Part(rawValue: value) else { throw GeneratorError("no part \(value)") }
        self.part = part
      case "c_module": cModule = value
      case "module": module = value
      case "imports": imports = value.split(separator: "+").map(String.init)
      case "title": title = value
      case "version": version = value
      case "key_headers": keyHeaders = value.split(separator: "+").map(String.init)
      case "open": open = Set(value.split(separator: "+").map(String.init))
      case "provided": provided = Set(value.split(separator: "+").map(String.init))
      default: throw GeneratorError("no setting \(key)")
      }
    }
  }

  /// Whether another module declares the outermost namespace of `file`'s package.
  func isBelowOthers(_ file: FileDescriptor) -> Bool {
    let root = SwiftNames.namespace(file.package).first
    return provided.contains { SwiftNames.namespace($0).first == root }
  }
}

/// The protoc plugin: each file with messages becomes Swift values, each with services Swift protocols.
struct Plugin: CodeGenerator {
  let supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] = [
    .proto3Optional
  ]

  func generate(
    files: [FileDescriptor], parameter: any CodeGeneratorParameter,
    protoCompilerContext: any ProtoCompilerContext, generatorOutputs: any GeneratorOutputs
  ) throws {
    let settings = try Settings(parameter)
    let files = files.sorted { $0.name < $1.name }
    switch settings.part {
    case .c: try CFiles(files: files, settings: settings).generate(generatorOutputs)
    case .schema: try schema(files, settings, generatorOutputs)
    case .services: try services(files, settings, generatorOutputs)
    case .openapi:
      guard let text = try OpenAPIDocument(files: files, settings: settings).source else { return }
      try generatorOutputs.add(fileName: "OpenAPIDocument.swift", contents: text)
    }
  }

  private func schema(
    _ files: [FileDescriptor], _ settings: Settings, _ outputs: any GeneratorOutputs
  ) throws {
    let context = try SchemaContext(files: files, settings: settings)
    for file in files where file.edition == .proto3 {
      guard !file.messages.isEmpty || !file.enums.isEmpty else { continue }
      let name = SwiftNames.fileStem(file) + ".pb.swift"
      try outputs.add(fileName: name, contents: SchemaFile(file: file, context: context).text)
    }
    try outputs.add(fileName: "\(settings.module)Files.swift", contents: context.registry)
    try outputs.add(fileName: "CBridge.swift", contents: CBridge.text(settings))
  }

  private func services(
    _ files: [FileDescriptor], _ settings: Settings, _ outputs: any GeneratorOutputs
  ) throws {
    for file in files where !file.services.isEmpty {
      let name = SwiftNames.fileStem(file) + ".services.swift"
      try outputs.add(
        fileName: name, contents: ServiceFile(file: file, local: files, settings: settings).text)
    }
  }
}
