// swift-tools-version: 6.2
// The module list is data: name, layer, what it imports. A module may import its own layer and the
// layers its arrows lead to (README.md, "Layers"); anything else stops the build here, by name.

import Foundation
import PackageDescription

enum Layer: String {
  case c = "C"
  case runtime = "Runtime"
  case wire = "Wire"
  case rpc = "RPC"
  case data = "Data"
  case voice = "Voice"
  case product = "Product"
  case app = "App"

  var below: Set<Layer> {
    switch self {
    case .c: []
    case .runtime: [.c]
    case .wire: [.c, .runtime]
    case .rpc, .data: [.c, .runtime, .wire]
    case .voice: [.runtime, .wire, .rpc, .data]
    case .product: [.runtime, .wire, .rpc, .data, .voice]
    case .app: [.c, .runtime, .wire, .rpc, .data, .voice, .product]
    }
  }
}

struct Module {
  let name: String
  let layer: Layer
  let imports: [String]
  let packages: [String]
  let resources: [Resource]
  let testImports: [String]

  init(
    _ name: String, _ layer: Layer, _ imports: [String] = [], packages: [String] = [],
    resources: [Resource] = [], testImports: [String] = []
  ) {
    self.name = name
    self.layer = layer
    self.imports = imports
    self.packages = packages
    self.resources = resources
    self.testImports = testImports
  }
}

/// A C library of the system: its module name and the name `pkg-config` knows it by, if any.
let systemLibraries: [(String, String?)] = [
  ("CUV", "libuv"), ("CNghttp2", "libnghttp2"), ("COpenSSL", "openssl"), ("CLibpq", "libpq"),
  ("CCurl", "libcurl"), ("CProtobufC", "libprotobuf-c"), ("CWslay", nil), ("CZlib", "zlib"),
  ("CEspeak", "espeak-ng"), ("CPocketsphinx", "pocketsphinx"),
]

let modules: [Module] = [
  Module("Buffers", .runtime, packages: ["DequeModule"]),
  Module("EventLoop", .runtime, ["CUV"], packages: ["DequeModule"]),
  Module("Telemetry", .runtime, ["Buffers"], packages: ["Logging"]),

  Module("HTTP", .wire, ["Buffers"]),
  Module("HTTP1", .wire, ["Buffers", "HTTP"]),
  Module("HTTP2", .wire, ["Buffers", "HTTP", "CNghttp2"]),
  Module("TLS", .wire, ["Buffers", "COpenSSL"]),
  Module("WebSocket", .wire, ["Buffers", "HTTP", "TLS", "CWslay"]),
  Module(
    "Protobuf", .wire, ["Buffers", "CProtobufC"],
    testImports: ["TestSchema", "Schema", "RPCCore", "RPCProtobuf"]),
  Module("Schema", .wire, ["Protobuf", "CSchema", "CProtobufC"]),

  Module("RPCCore", .rpc),
  Module("RPCProtobuf", .rpc, ["RPCCore", "Protobuf"]),
  Module("Services", .rpc, ["RPCCore", "RPCProtobuf", "Protobuf", "Schema"]),
  Module("GRPC", .rpc, ["Buffers", "HTTP", "RPCCore", "CZlib"]),
  Module("Transcoding", .rpc, ["Buffers", "HTTP", "RPCCore", "RPCProtobuf", "Protobuf", "Schema"]),
  Module(
    "RPCServer", .rpc,
    [
      "Buffers", "EventLoop", "Telemetry", "HTTP", "HTTP1", "HTTP2", "TLS", "WebSocket", "RPCCore",
      "RPCProtobuf", "Protobuf", "GRPC", "Transcoding", "Schema", "Services",
    ]),
  Module(
    "RPCClient", .rpc, ["Buffers", "EventLoop", "HTTP", "HTTP2", "TLS", "RPCCore", "GRPC"]),
  Module("RPCTesting", .rpc, ["RPCCore"]),

  Module(
    "Postgres", .data, ["Buffers", "EventLoop", "TLS", "CLibpq"],
    resources: [.embedInCode("SQL")], testImports: ["ScratchPostgres"]),
  Module(
    "HTTPClient", .data,
    ["Buffers", "EventLoop", "Telemetry", "HTTP", "HTTP1", "TLS", "WebSocket", "CCurl"]),
  Module(
    "Jobs", .data, ["Buffers", "EventLoop", "Telemetry", "Postgres"],
    resources: [.embedInCode("Migrations")], testImports: ["ScratchPostgres"]),
  Module("Objects", .data, ["EventLoop"]),

  Module("Audio", .voice, ["Buffers"]),
  Module("Speech", .voice, ["Buffers", "EventLoop", "Audio"]),
  Module(
    "Vendors", .voice,
    ["Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "WebSocket", "HTTPClient", "Audio", "Speech"]),
  Module("Conversation", .voice, ["Buffers", "EventLoop", "Telemetry", "TLS", "Audio", "Speech"]),

  Module(
    "Domain", .product, ["Buffers", "TLS", "RPCCore", "Protobuf", "Schema", "Postgres"],
    resources: [.embedInCode("Migrations")]),
  Module(
    "Accounts", .product, ["Domain", "Buffers", "TLS", "RPCCore", "Postgres"],
    resources: [.embedInCode("Migrations")]),
  Module(
    "Agents", .product,
    ["Domain", "RPCCore", "Protobuf", "Schema", "Services", "Postgres"],
    resources: [.embedInCode("Migrations")]),
  Module(
    "Compliance", .product,
    ["Domain", "Buffers", "TLS", "RPCCore", "Protobuf", "Schema", "Postgres"],
    resources: [.embedInCode("Migrations")]),
  Module(
    "Calls", .product,
    [
      "Domain", "Buffers", "EventLoop", "Telemetry", "TLS", "RPCCore", "Protobuf", "Schema", "Services",
      "Postgres", "Jobs", "Objects", "Audio", "Speech", "Conversation",
    ],
    resources: [.embedInCode("Migrations")]),

  Module("Voices", .app, ["CEspeak", "CPocketsphinx"]),
  Module("Simulation", .app, ["Buffers", "Voices"]),
]

let allNames = Set(modules.map(\.name))
let cNames = Set(systemLibraries.map(\.0) + ["CSchema"])

func layer(of name: String) -> Layer? {
  cNames.contains(name) ? .c : modules.first { $0.name == name }?.layer
}
for module in modules {
  for name in module.imports {
    guard let other = layer(of: name) else { fatalError("\(module.name) imports \(name), which no list names") }
    precondition(
      other == module.layer || module.layer.below.contains(other),
      "\(module.name) (\(module.layer.rawValue)) may not import \(name) (\(other.rawValue))")
  }
}

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func product(_ name: String) -> Target.Dependency {
  switch name {
  case "DequeModule": .product(name: name, package: "swift-collections")
  case "Logging": .product(name: name, package: "swift-log")
  case "ArgumentParser": .product(name: name, package: "swift-argument-parser")
  default: .product(name: name, package: "swift-protobuf")
  }
}

func settings(importingC: Bool) -> [SwiftSetting] {
  importingC ? swiftSettings + [.strictMemorySafety()] : swiftSettings
}

func here(_ path: String) -> Bool {
  FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + path)
}

/// Generated from Tests/Support/Protos, the way anybody's protos are.
let testSchemaImports = ["Protobuf", "Schema", "RPCCore", "RPCProtobuf", "CProtobufC", "CSchema", "CTestSchema"]
if wanted.contains("TestSchema") || only == nil, here("Tests/Support/TestSchema") {
  targets.append(
    .target(
      name: "CTestSchema", dependencies: ["CProtobufC", "CSchema"], path: "Tests/Support/CTestSchema"))
  targets.append(
    .target(
      name: "TestSchema", dependencies: testSchemaImports.map { .byName(name: $0) },
      path: "Tests/Support/TestSchema", swiftSettings: settings(importingC: true)))
}

struct Executable {
  let name: String
  let path: String
  let imports: [String]
  let packages: [String]
}

let executables = [
  Executable(
    name: "protoc-gen-payaid", path: "Sources/Codegen", imports: [],
    packages: ["SwiftProtobuf", "SwiftProtobufPluginLibrary"]),
  Executable(
    name: "voicesim", path: "Sources/App/voicesim",
    imports: [
      "Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "WebSocket", "RPCServer", "HTTPClient",
      "Voices", "Simulation",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "voiced", path: "Sources/App/voiced", imports: modules.map(\.name).filter { $0 != "RPCTesting" },
    packages: ["ArgumentParser"]),
  Executable(
    name: "voicectl", path: "Sources/App/voicectl",
    imports: [
      "Buffers", "EventLoop", "Telemetry", "TLS", "RPCCore", "RPCProtobuf", "RPCClient", "Protobuf", "Schema",
      "Services", "Audio", "Postgres", "Domain", "Accounts",
    ],
    packages: ["ArgumentParser"]),
]
// Work in progress: PAYAID_ONLY narrows a build to some modules, what they import, and their tests.
var wanted = Set(modules.map(\.name))
if let only = Context.environment["PAYAID_ONLY"] {
  wanted = Set(only.split(separator: ",").map(String.init))
  wanted.formUnion(modules.filter { wanted.contains($0.name) }.flatMap(\.testImports))
  wanted.formUnion(executables.filter { wanted.contains($0.name) }.flatMap(\.imports))
  while true {
    let more = wanted.union(modules.filter { wanted.contains($0.name) }.flatMap(\.imports)).intersection(allNames)
    if more == wanted { break }
    wanted = more
  }
}
let only = Context.environment["PAYAID_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }

var targets: [Target] = systemLibraries.map { name, pkg in
  .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkg)
}
if here("Sources/C/CSchema") {
  targets.append(.target(name: "CSchema", dependencies: ["CProtobufC"], path: "Sources/C/CSchema"))
}
for module in modules where wanted.contains(module.name) && here("Sources/\(module.layer.rawValue)/\(module.name)") {
  let dependencies = module.imports.map { Target.Dependency.byName(name: $0) }
  targets.append(
    .target(
      name: module.name, dependencies: dependencies + module.packages.map(product),
      path: "Sources/\(module.layer.rawValue)/\(module.name)",
      resources: module.resources,
      swiftSettings: settings(importingC: module.imports.contains { cNames.contains($0) })))
  let tests = "Tests/\(module.layer.rawValue)/\(module.name)Tests"
  if here(tests), only?.contains(module.name) ?? true {
    targets.append(
      .testTarget(
        name: "\(module.name)Tests",
        dependencies: [.byName(name: module.name)] + dependencies.filter { _ in true }
          + module.testImports.map { .byName(name: $0) },
        path: tests, swiftSettings: swiftSettings))
  }
}

/// What tests of several modules share: name and imports; in Tests/Support.
let testSupport: [(String, [String])] = [("ScratchPostgres", ["EventLoop", "Postgres"])]
for (name, imports) in testSupport where wanted.isSuperset(of: imports) && here("Tests/Support/\(name)") {
  targets.append(
    .target(
      name: name, dependencies: imports.map { .byName(name: $0) }, path: "Tests/Support/\(name)",
      swiftSettings: swiftSettings))
}

for executable in executables where here(executable.path) && (only == nil || only!.contains(executable.name)) {
  targets.append(
    .executableTarget(
      name: executable.name,
      dependencies: executable.imports.map { .byName(name: $0) } + executable.packages.map(product),
      path: executable.path,
      swiftSettings: swiftSettings))
}

let package = Package(
  name: "payaid-voice",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)
