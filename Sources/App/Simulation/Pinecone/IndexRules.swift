internal import Buffers

/// What a request to make or change an index may say.
enum IndexRules {
  /// Where an index can be.
  private static let regions: [String: Set<String>] = [
    "aws": ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1"],
    "gcp": ["us-central1", "europe-west4"], "azure": ["eastus2"],
  ]
  /// Bytes of a name.
  private static let longestName = 45
  /// Bytes of the key and of the value of a tag.
  private static let longestTag = (key: 80, value: 120)

  /// Reads the body of `POST /indexes`.
  static func configuration(_ body: [UInt8]) throws(PineconeError) -> VectorIndex.Configuration {
    let reader = try BodyReader(body, .unprocessable)
    try reader.allow(only: [
      "name", "dimension", "metric", "vector_type", "deletion_protection", "tags", "spec",
    ])
    let name = try checkName(try reader.required("name", reader.text("name")))
    let spec = try reader.required("spec", reader.object("spec"))
    guard try reader.text("vector_type") ?? "dense" == "dense" else {
      throw .invalid("the stand-in has no sparse vectors")
    }
    guard let dimension = try reader.whole("dimension"), (1...20_000).contains(dimension) else {
      throw .invalid("Dimension must be a whole number from 1 to 20000 for dense indexes")
    }
    var configuration = VectorIndex.Configuration(name: name, dimension: dimension)
    guard let metric = VectorMetric(rawValue: try reader.text("metric") ?? "cosine") else {
      throw .invalid("Metric must be one of cosine, dotproduct, euclidean")
    }
    configuration.metric = metric
    configuration.serverless = try serverless(spec)
    try change(&configuration, reader)
    return configuration
  }

  /// Applies the body of `PATCH /indexes/{name}`.
  static func configure(
    _ configuration: inout VectorIndex.Configuration, _ body: [UInt8]
  ) throws(PineconeError) {
    let reader = try BodyReader(body, .unprocessable)
    try reader.allow(only: ["deletion_protection", "tags"])
    try change(&configuration, reader)
  }

  /// A name that can be part of a host.
  private static func checkName(_ name: String) throws(PineconeError) -> String {
    let isWritten = name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
    guard isWritten, (1...longestName).contains(name.utf8.count), !name.hasPrefix("-"),
      !name.hasSuffix("-")
    else {
      throw .invalid(
        "Name must consist of 1 to \(longestName) lower case alphanumeric characters or '-', and "
          + "must start and end with an alphanumeric character")
    }
    return name
  }

  /// The place of a serverless index; there are no pods here.
  private static func serverless(_ spec: JSONObject) throws(PineconeError) -> JSONObject {
    guard let value = spec["serverless"] else {
      throw .invalid("the stand-in has serverless indexes only")
    }
    let reader = try BodyReader(value, "spec.serverless", .unprocessable)
    let cloud = try reader.required("cloud", reader.text("cloud"))
    let region = try reader.required("region", reader.text("region"))
    guard regions[cloud]?.contains(region) == true else {
      throw PineconeError(.notFound, "Resource cloud: \(cloud) region: \(region) not found.")
    }
    return [
      "cloud": .string(cloud), "region": .string(region),
      "read_capacity": ["mode": "OnDemand", "status": ["state": "Ready"]],
    ]
  }

  /// What can be said at any time: protection, and tags, of which an empty one is taken away.
  private static func change(
    _ configuration: inout VectorIndex.Configuration, _ reader: BodyReader
  ) throws(PineconeError) {
    switch try reader.text("deletion_protection") {
    case nil: break
    case "enabled": configuration.isProtected = true
    case "disabled": configuration.isProtected = false
    default: throw .invalid("deletion_protection must be enabled or disabled")
    }
    for (key, value) in try reader.object("tags") ?? [:] {
      guard let text = value.stringValue, (1...longestTag.key).contains(key.utf8.count),
        text.utf8.count <= longestTag.value
      else {
        throw .invalid(
          "tags must be strings of at most \(longestTag.value) bytes with keys of at most "
            + "\(longestTag.key)")
      }
      configuration.tags[key] = text.isEmpty ? JSONValue?.none : value
    }
  }
}
