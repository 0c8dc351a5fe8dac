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
  ("CUV", "libuv"), ("CResolv", nil), ("CMalloc", nil), ("CNghttp2", "libnghttp2"),
  ("COpenSSL", "openssl"),
  ("CLibpq", "libpq"), ("CCurl", "libcurl"), ("CProtobufC", "libprotobuf-c"), ("CWslay", nil),
  ("CZlib", "zlib"),
  ("CBrotli", "libbrotlienc"), ("CArgon2", "libargon2"), ("CHiredis", nil),
  ("CEspeak", "espeak-ng"), ("CPocketsphinx", "pocketsphinx"),
]

let modules: [Module] = [
  Module("Buffers", .runtime),
  Module("EventLoop", .runtime, ["CUV", "CResolv", "CMalloc"]),
  Module("Telemetry", .runtime, ["Buffers"], packages: ["Logging"]),

  Module("HTTP", .wire, ["Buffers"]),
  Module("HTTP1", .wire, ["Buffers", "HTTP"]),
  Module("HTTP2", .wire, ["Buffers", "HTTP", "CNghttp2"]),
  Module("TLS", .wire, ["COpenSSL"], testImports: ["Buffers"]),
  Module("WebSocket", .wire, ["Buffers", "HTTP", "TLS", "CWslay"]),
  Module("TransparencyLog", .wire, ["Buffers", "TLS"]),
  Module(
    "Protobuf", .wire, ["Buffers", "CProtobufC"],
    testImports: ["TestSchema", "Schema", "VoiceAPI", "RPCCore", "RPCProtobuf"]),
  Module("Schema", .wire, ["Protobuf", "CSchema", "CProtobufC"]),

  Module("RPCCore", .rpc, ["Buffers"]),
  Module("RPCProtobuf", .rpc, ["RPCCore", "Protobuf"]),
  Module("Services", .rpc, ["RPCCore", "RPCProtobuf", "Protobuf", "Schema"]),
  Module(
    "VoiceAPI", .rpc,
    ["RPCCore", "RPCProtobuf", "Protobuf", "Schema", "CVoiceAPI", "CSchema", "CProtobufC"]),
  Module("GRPC", .rpc, ["Buffers", "HTTP", "RPCCore", "CZlib", "CBrotli"]),
  Module(
    "Transcoding", .rpc, ["Buffers", "HTTP", "RPCCore", "RPCProtobuf", "Protobuf", "Schema"],
    testImports: ["TestSchema", "VoiceAPI"]),
  Module(
    "Connect", .rpc,
    ["Buffers", "HTTP", "RPCCore", "RPCProtobuf", "Protobuf", "GRPC", "Transcoding"],
    testImports: ["Schema"]),
  Module(
    "RPCServer", .rpc,
    [
      "Buffers", "EventLoop", "Telemetry", "HTTP", "HTTP1", "HTTP2", "TLS", "WebSocket", "RPCCore",
      "RPCProtobuf", "Protobuf", "GRPC", "Transcoding", "Connect", "Schema", "Services",
    ],
    testImports: ["VoiceAPI"]),
  Module(
    "RPCClient", .rpc,
    [
      "EventLoop", "Telemetry", "HTTP", "HTTP2", "TLS", "RPCCore", "GRPC", "Protobuf", "Schema",
    ],
    testImports: ["RPCServer", "RPCProtobuf", "Services"]),
  Module("RPCTesting", .rpc, ["RPCCore", "GRPC", "HTTP"]),

  Module(
    "Postgres", .data, ["Buffers", "EventLoop", "Telemetry", "TLS", "CLibpq"],
    resources: [.embedInCode("SQL")], testImports: ["ScratchPostgres"]),
  Module(
    "HTTPClient", .data,
    ["EventLoop", "HTTP", "HTTP1", "TLS", "WebSocket", "CCurl"], testImports: ["HTTP2"]),
  Module(
    "Jobs", .data, ["Buffers", "EventLoop", "Telemetry", "Postgres"],
    resources: [.embedInCode("Migrations")], testImports: ["ScratchPostgres"]),
  Module("Objects", .data, ["EventLoop"], testImports: ["AWS", "HTTP", "HTTPClient"]),
  Module("Documents", .data, ["EventLoop"]),
  Module(
    "AWS", .data, ["Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "HTTPClient", "Objects"]),
  Module("Passwords", .data, ["Buffers", "EventLoop", "TLS", "CArgon2"]),
  Module("Redis", .data, ["EventLoop", "TLS", "CHiredis"], testImports: ["ScratchRedis"]),
  Module(
    "Cache", .data, ["EventLoop", "Telemetry", "Postgres", "Redis"],
    testImports: ["ScratchPostgres", "ScratchRedis"]),

  Module("Audio", .voice),
  Module("Speech", .voice, ["Buffers", "EventLoop", "Audio"]),
  Module(
    "Vendors", .voice,
    ["Buffers", "EventLoop", "HTTP", "TLS", "WebSocket", "HTTPClient", "Audio", "Speech"]),
  Module("Cascade", .voice, ["Buffers", "EventLoop", "Audio", "Speech"]),
  Module("Conversation", .voice, ["Buffers", "EventLoop", "TLS", "Audio", "Speech"]),

  Module(
    "Domain", .product,
    [
      "Buffers", "Telemetry", "TLS", "RPCCore", "Protobuf", "Schema", "VoiceAPI", "Postgres",
      "Jobs",
    ],
    resources: [.embedInCode("Migrations")]),
  Module(
    "Accounts", .product,
    [
      "Domain", "Buffers", "Telemetry", "TLS", "RPCCore", "RPCProtobuf", "Protobuf", "Schema",
      "VoiceAPI", "Postgres", "Jobs", "Cache", "Passwords",
    ],
    resources: [.embedInCode("Migrations")],
    testImports: ["EventLoop", "ScratchPostgres", "RPCTesting"]),
  Module(
    "Limits", .product,
    ["Domain", "Buffers", "EventLoop", "RPCCore", "Protobuf", "Schema", "Redis"],
    testImports: ["RPCTesting", "ScratchRedis"]),
  Module(
    "Agents", .product,
    [
      "Domain", "Buffers", "HTTP", "RPCCore", "RPCProtobuf", "Protobuf", "Schema", "VoiceAPI",
      "Postgres", "HTTPClient", "Cache", "Speech",
    ],
    resources: [.embedInCode("Migrations")], testImports: ["ScratchPostgres", "Accounts", "Jobs"]),
  Module(
    "Compliance", .product,
    [
      "Domain", "Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "TransparencyLog", "RPCCore",
      "Protobuf", "Schema", "VoiceAPI", "Postgres", "Jobs", "Objects", "Cache", "Speech",
    ],
    resources: [.embedInCode("Migrations")],
    testImports: ["ScratchPostgres", "Accounts", "Agents", "Calls"]),
  Module(
    "Webhooks", .product,
    [
      "Domain", "Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "RPCCore", "Protobuf", "Schema",
      "VoiceAPI", "Postgres", "HTTPClient", "Jobs",
    ],
    resources: [.embedInCode("Migrations")], testImports: ["ScratchPostgres", "Accounts"]),
  Module(
    "Calls", .product,
    [
      "Domain", "Buffers", "EventLoop", "Telemetry", "TLS", "RPCCore", "Protobuf", "Schema",
      "VoiceAPI", "Postgres", "Jobs", "Objects", "HTTP", "HTTPClient", "Audio", "Speech",
      "Conversation",
    ],
    resources: [.embedInCode("Migrations")],
    testImports: [
      "ScratchPostgres", "TransparencyLog", "Accounts", "Agents", "Compliance", "Webhooks",
      "Knowledge",
    ]),

  Module(
    "Analytics", .product,
    ["Domain", "Buffers", "RPCCore", "Protobuf", "Schema", "VoiceAPI", "Postgres"],
    testImports: ["ScratchPostgres", "Jobs", "Accounts", "Agents", "Compliance", "Calls"]),
  Module(
    "Knowledge", .product,
    [
      "Domain", "Buffers", "EventLoop", "Telemetry", "RPCCore", "Protobuf", "Schema", "VoiceAPI",
      "Postgres", "Jobs", "Cache", "Documents", "Speech",
    ],
    resources: [.embedInCode("Migrations")],
    testImports: ["ScratchPostgres", "TLS", "Accounts", "Agents"]),

  Module("Configuration", .app, ["Buffers"]),
  Module("Dashboard", .app, ["Buffers", "HTTP", "TLS", "RPCServer"]),
  Module("Voices", .app, ["CEspeak", "CPocketsphinx"]),
  Module("Simulation", .app, ["Buffers", "Voices"]),
]

struct Executable {
  let name: String
  let path: String
  let imports: [String]
  let packages: [String]
}

let executables = [
  Executable(
    name: "protoc-gen-payaid", path: "Sources/Codegen", imports: ["Buffers"],
    packages: ["SwiftProtobuf", "SwiftProtobufPluginLibrary"]),
  Executable(
    name: "voicesim", path: "Sources/App/voicesim",
    imports: [
      "Buffers", "EventLoop", "HTTP", "TLS", "WebSocket", "RPCServer", "HTTPClient",
      "Voices", "Simulation",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "voiced", path: "Sources/App/voiced",
    imports: [
      "Buffers", "EventLoop", "Telemetry", "HTTP", "TLS", "WebSocket", "Protobuf", "RPCCore",
      "RPCProtobuf",
      "RPCServer", "VoiceAPI", "Postgres", "Passwords", "Jobs", "Objects", "Audio",
      "Speech", "Vendors",
      "Domain", "Accounts", "Agents", "Compliance", "Calls", "Webhooks", "Analytics", "Knowledge",
      "Documents", "Cascade",
      "Configuration", "HTTPClient", "AWS", "Redis", "Cache", "Limits", "Dashboard",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "bench-server", path: "tools/bench/server",
    imports: ["EventLoop", "TLS", "RPCCore", "RPCServer", "TestSchema"],
    packages: ["ArgumentParser"]),
  Executable(
    name: "chaos-jobs", path: "tools/chaos/jobs",
    imports: ["Buffers", "EventLoop", "Postgres", "Jobs"], packages: ["ArgumentParser"]),
  Executable(
    name: "interop", path: "Tests/Conformance/Interop",
    imports: [
      "EventLoop", "TLS", "RPCCore", "RPCProtobuf", "GRPC", "RPCServer", "RPCClient", "Protobuf",
      "Schema", "InteropSchema",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "limits-server", path: "Tests/Conformance/LimitsServer",
    imports: [
      "EventLoop", "Telemetry", "HTTP", "TLS", "WebSocket", "RPCCore", "RPCServer", "Schema",
      "TestSchema",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "voicectl", path: "Sources/App/voicectl",
    imports: [
      "Buffers", "EventLoop", "Telemetry", "TLS", "TransparencyLog", "RPCCore", "RPCClient",
      "Protobuf", "Schema", "Services", "VoiceAPI", "Audio", "Postgres", "Jobs", "Passwords",
      "Domain",
      "Accounts", "Compliance",
    ],
    packages: ["ArgumentParser"]),
  Executable(
    name: "client-example", path: "Clients/swift/Sources/client-example",
    imports: ["EventLoop", "TLS", "RPCCore", "RPCClient", "Protobuf", "Schema", "VoiceAPI"],
    packages: []),
]

/// What packages of others may depend on, by product; Clients/swift does.
let libraries: [(name: String, modules: [String])] = [
  ("PayaidProtobuf", ["Protobuf", "Schema"]),
  (
    "PayaidRPC",
    [
      "RPCCore", "RPCProtobuf", "GRPC", "Transcoding", "Connect", "RPCServer", "RPCClient",
      "RPCTesting", "EventLoop", "HTTP", "TLS",
    ]
  ),
  (
    "PayaidVoiceClient",
    [
      "RPCClient", "GRPC", "RPCCore", "RPCProtobuf", "Protobuf", "Schema", "VoiceAPI", "EventLoop",
      "TLS",
    ]
  ),
]

/// Generated from Tests/Support/Protos, the way anybody's protos are; each has a C target beside it.
let testSchemas = ["TestSchema", "InteropSchema"]

/// What Tests/Fuzz feeds with strangers' bytes.
let fuzzed = [
  "Buffers", "HTTP", "HTTP1", "HTTP2", "WebSocket", "Protobuf", "Schema", "RPCCore", "RPCProtobuf",
  "GRPC", "Transcoding", "Connect", "TransparencyLog", "TestSchema", "Documents", "AWS",
]

/// What tests of several modules share, in Tests/Support.
let testSupport: [(name: String, imports: [String])] =
  [
    ("ScratchPostgres", ["EventLoop", "Postgres"]),
    ("ScratchRedis", ["EventLoop", "TLS"]),
  ]
  + testSchemas.map { name in
    (
      name,
      ["Protobuf", "Schema", "RPCCore", "RPCProtobuf", "CProtobufC", "CSchema", "C\(name)"]
    )
  }

let allNames = Set(modules.map(\.name))
let cNames = Set(
  systemLibraries.map(\.0) + ["CSchema", "CVoiceAPI"] + testSchemas.map { "C\($0)" })

func layer(of name: String) -> Layer? {
  cNames.contains(name) ? .c : modules.first { $0.name == name }?.layer
}
for module in modules {
  for name in module.imports {
    guard let other = layer(of: name) else {
      fatalError("\(module.name) imports \(name), which no list names")
    }
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

/// Release executables carry Swift's libraries: calls into them go without the linkage table, some
/// 6 % of a call's time, and the machine they run on needs no Swift. The two libraries named are
/// FoundationEssentials' own, as ArgumentParser needs it; Foundation would bring 30 MB of ICU.
let releaseLinking: [LinkerSetting] = [
  .unsafeFlags(
    ["-static-stdlib", "-use-ld=lld", "-l_FoundationCShims", "-l_FoundationCollections"],
    .when(platforms: [.linux], configuration: .release))
]

/// Whether an executable needs all of Foundation: SwiftProtobuf does, and a stranger's program may.
func importsFoundation(_ executable: Executable) -> Bool {
  executable.packages.contains("SwiftProtobuf") || executable.path.hasPrefix("Clients/")
}

func product(_ name: String) -> Target.Dependency {
  switch name {
  case "Logging": .product(name: name, package: "swift-log")
  case "ArgumentParser": .product(name: name, package: "swift-argument-parser")
  default: .product(name: name, package: "swift-protobuf")
  }
}

func byName(_ names: [String]) -> [Target.Dependency] { names.map { .byName(name: $0) } }

/// Modules that import C say where they are unsafe.
func settings(_ imports: [String]) -> [SwiftSetting] {
  imports.contains { cNames.contains($0) } ? swiftSettings + [.strictMemorySafety()] : swiftSettings
}

func here(_ path: String) -> Bool {
  FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + path)
}

/// What SwiftPM would warn of as a file that no rule handles.
func documents(in path: String) -> [String] {
  ["README.md", "AUDIT.md", "ERASURE.md", "OPERATING.md"].filter { here("\(path)/\($0)") }
}

// PAYAID_ONLY=Module,Executable narrows a build to those, what they import, and their tests.
let only = Context.environment["PAYAID_ONLY"].map { text in
  Set(text.split(separator: ",").map { String($0) })
}
func isAsked(_ name: String) -> Bool { only?.contains(name) ?? true }

/// The modules to build: those asked for and all they import.
func closure() -> Set<String> {
  guard let only else { return allNames }
  var names = only
  for executable in executables where only.contains(executable.name) {
    names.formUnion(executable.imports)
  }
  for module in modules where only.contains(module.name) {
    names.formUnion(module.testImports)
    for support in testSupport where module.testImports.contains(support.name) {
      names.formUnion(support.imports)
    }
  }
  var size = 0
  while size != names.count {
    size = names.count
    for module in modules where names.contains(module.name) { names.formUnion(module.imports) }
  }
  return names
}
let wanted = closure()

var targets: [Target] = systemLibraries.map { name, pkg in
  .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkg)
}
targets += [
  .target(name: "CSchema", dependencies: ["CProtobufC"], path: "Sources/C/CSchema"),
  .target(
    name: "CVoiceAPI", dependencies: ["CProtobufC", "CSchema"], path: "Sources/C/CVoiceAPI"),
]
for module in modules where wanted.contains(module.name) {
  let path = "Sources/\(module.layer.rawValue)/\(module.name)"
  targets.append(
    .target(
      name: module.name, dependencies: byName(module.imports) + module.packages.map(product),
      path: path, exclude: documents(in: path), resources: module.resources,
      swiftSettings: settings(module.imports)))
  let tests = "Tests/\(module.layer.rawValue)/\(module.name)Tests"
  if here(tests), isAsked(module.name) {
    targets.append(
      .testTarget(
        name: "\(module.name)Tests",
        dependencies: byName([module.name] + module.imports + module.testImports), path: tests,
        swiftSettings: swiftSettings))
  }
}
for support in testSupport where only == nil || wanted.contains(support.name) {
  targets.append(
    .target(
      name: support.name, dependencies: byName(support.imports),
      path: "Tests/Support/\(support.name)", swiftSettings: settings(support.imports)))
}
for schema in testSchemas where only == nil || wanted.contains(schema) {
  targets.append(
    .target(
      name: "C\(schema)", dependencies: ["CProtobufC", "CSchema"],
      path: "Tests/Support/C\(schema)"))
}
for executable in executables where isAsked(executable.name) {
  targets.append(
    .executableTarget(
      name: executable.name,
      dependencies: byName(executable.imports) + executable.packages.map(product),
      path: executable.path,
      exclude: documents(in: executable.path),
      // Clients see what a stranger's package would see: the public declarations.
      packageAccess: !executable.path.hasPrefix("Clients/"), swiftSettings: swiftSettings,
      linkerSettings: importsFoundation(executable) ? [] : releaseLinking))
}
if only == nil {
  targets += [
    .target(
      name: "FuzzEntries", dependencies: byName(fuzzed), path: "Tests/Fuzz/Entries",
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzEntries"], path: "Tests/Fuzz/Replay",
      swiftSettings: swiftSettings),
  ]
}
// PAYAID_FUZZ=1 adds the program that tools/fuzz builds with -sanitize=fuzzer, which alone links it.
if Context.environment["PAYAID_FUZZ"] != nil {
  targets += [
    .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "payaid-fuzz", dependencies: ["CFuzzer", "FuzzEntries"], path: "Tests/Fuzz/Driver",
      swiftSettings: swiftSettings + [.strictMemorySafety()]),
  ]
}

let package = Package(
  name: "payaid-voice",
  products: libraries.filter { wanted.isSuperset(of: $0.modules) }.map {
    .library(name: $0.name, targets: $0.modules)
  },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)
