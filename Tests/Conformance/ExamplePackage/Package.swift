// swift-tools-version: 6.2
// A service as another team would write it: it depends on payaid-voice as on any package. In a
// repository of its own, name the URL of payaid-voice instead of the path.

import PackageDescription

let rpc = Target.Dependency.product(name: "PayaidRPC", package: "payaid-voice")
let protobuf = Target.Dependency.product(name: "PayaidProtobuf", package: "payaid-voice")

let package = Package(
  name: "key-value-example",
  dependencies: [.package(name: "payaid-voice", path: "../../..")],
  targets: [
    // These two are what tools/generate made of Protos.
    .target(name: "CKeyValueSchema", dependencies: [protobuf]),
    .target(name: "KeyValueSchema", dependencies: ["CKeyValueSchema", protobuf, rpc]),

    .target(name: "KeyValue", dependencies: ["KeyValueSchema", protobuf, rpc]),
    .executableTarget(name: "kv-server", dependencies: ["KeyValue", rpc]),
    .testTarget(
      name: "KeyValueTests", dependencies: ["KeyValue", "KeyValueSchema", protobuf, rpc]),
  ],
  swiftLanguageModes: [.v6]
)
