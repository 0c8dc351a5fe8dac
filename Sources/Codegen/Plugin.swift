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
    /// The routes as a TypeScript client.
    case typescript
  }

  var part = Part.schema
  /// The C module the values are read from.
  var cModule = "CSchema"
  /// The Swift module the values are in.
  var module = "Schema"
  /// The Swift module the services are in.
  var servicesModule = "Schema"
  /// Modules that have the types of imported files that are not generated here; the first declares
  /// the namespaces of `provided`.
  var imports: [String] = []
  /// Proto packages whose namespace another module declares.
  var provided: Set<String> = []
  /// Files whose types that module has, by their import paths; empty stands for all of `provided`.
  var providedFiles: Set<String> = []
  /// Title and version of the OpenAPI document.
  var title = "API"
  var version = "1"
  /// Headers that together say who calls; empty says nothing about security.
  var keyHeaders: [String] = []
  /// Services and methods that need no key, by full name.
  var open: Set<String> = []
  /// The TypeScript client's file, and the module that it imports its transport from.
  var file = "client.ts"
  var transport = "./transport"

  init(_ parameter: any CodeGeneratorParameter) throws {
    for (key, value) in parameter.parsedPairs {
      switch key {
      case "part":
        guard let part = Part(rawValue: value) else { throw GeneratorError("no part \(value)") }
        self.part = part
      case "c_module": cModule = value
      case "module": module = value
      case "services_module": servicesModule = value
      case "imports": imports = value.split(separator: "+").map(String.init)
      case "title": title = value
      case "version": version = value
      case "key_headers": keyHeaders = value.split(separator: "+").map(String.init)
      case "open": open = Set(value.split(separator: "+").map(String.init))
      case "file": file = value
      case "transport": transport = value
      case "provided": provided = Set(value.split(separator: "+").map(String.init))
      case "provided_files": providedFiles = Set(value.split(separator: "+").map(String.init))
      default: throw GeneratorError("no setting \(key)")
      }
    }
  }

  /// Whether another module has the types of `file`.
  func provides(_ file: FileDescriptor) -> Bool {
    providedFiles.isEmpty ? provided.contains(file.package) : providedFiles.contains(file.name)
  }

  /// The module that declares the outermost namespace of `file`'s package.
  func rootModule(of file: FileDescriptor) -> String {
    isBelowOthers(file) ? imports.first ?? module : module
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
    let context = try SchemaContext(
      files: files.sorted { $0.name < $1.name }, settings: Settings(parameter))
    switch context.settings.part {
    case .c:
      try CFiles(files: context.files, settings: context.settings).generate(generatorOutputs)
    case .schema: try schema(context, generatorOutputs)
    case .services: try services(context, generatorOutputs)
    case .openapi:
      let document = OpenAPIDocument(files: context.valued, settings: context.settings)
      guard let text = try document.source else { return }
      try generatorOutputs.add(fileName: "OpenAPIDocument.swift", contents: text)
    case .typescript:
      let client = TypeScriptFile(files: context.valued, settings: context.settings)
      guard let text = try client.source else { return }
      try generatorOutputs.add(fileName: context.settings.file, contents: text)
    }
  }

  private func schema(_ context: SchemaContext, _ outputs: any GeneratorOutputs) throws {
    for file in context.valued where !file.messages.isEmpty || !file.enums.isEmpty {
      let name = SwiftNames.fileStem(file) + ".pb.swift"
      try outputs.add(fileName: name, contents: SchemaFile(file: file, context: context).text)
    }
    let registry = context.settings.module + "Files.swift"
    try outputs.add(fileName: registry, contents: context.registry)
    try outputs.add(fileName: "CBridge.swift", contents: CBridge.text(context.settings))
  }

  private func services(_ context: SchemaContext, _ outputs: any GeneratorOutputs) throws {
    for file in context.valued where !file.services.isEmpty {
      let name = SwiftNames.fileStem(file) + ".services.swift"
      try outputs.add(fileName: name, contents: ServiceFile(file: file, context: context).text)
    }
  }
}
