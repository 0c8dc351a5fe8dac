// swift-tools-version: 6.2
// The program that protobuf's conformance runner tests. tools/protobuf-conformance copies it to the
// scratch folder, generates the message code that it needs beside it, and builds it there, with
// payaid-voice in PAYAID_ROOT.

import PackageDescription

let root = Context.environment["PAYAID_ROOT"] ?? "../../.."
let protobuf = Target.Dependency.product(name: "PayaidProtobuf", package: "payaid-voice")

let package = Package(
  name: "protobuf-conformance",
  dependencies: [.package(name: "payaid-voice", path: root)],
  targets: [
    .target(name: "CConformanceSchema", dependencies: [protobuf]),
    .target(name: "ConformanceSchema", dependencies: ["CConformanceSchema", protobuf]),
    .executableTarget(name: "protobuf-conformance", dependencies: ["ConformanceSchema", protobuf]),
  ],
  swiftLanguageModes: [.v6]
)
