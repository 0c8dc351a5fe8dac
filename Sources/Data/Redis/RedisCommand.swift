/// One command with its arguments, as it goes over the wire.
package struct RedisCommand: Sendable {
  private var count = 0
  private var body: [UInt8] = []

  /// `RedisCommand("SET", "name", .bytes(value), "PX", 500)`.
  package init(_ name: String, _ arguments: RedisArgument...) {
    self.init(name, arguments)
  }

  package init(_ name: String, _ arguments: [RedisArgument]) {
    add(name.utf8)
    for argument in arguments { add(argument) }
  }

  package mutating func add(_ argument: RedisArgument) {
    switch argument {
    case .text(let text): add(text.utf8)
    case .bytes(let bytes): add(bytes)
    case .integer(let value): add("\(value)".utf8)
    }
  }

  private mutating func add(_ bytes: some Collection<UInt8>) {
    count += 1
    body.append(UInt8(ascii: "$"))
    body.append(contentsOf: "\(bytes.count)\r\n".utf8)
    body.append(contentsOf: bytes)
    body.append(contentsOf: [13, 10])
  }

  /// Appends the command to what goes to the server.
  func encode(into output: inout [UInt8]) {
    output.append(UInt8(ascii: "*"))
    output.append(contentsOf: "\(count)\r\n".utf8)
    output.append(contentsOf: body)
  }

  /// How many bytes it takes on the wire, without its first line.
  var size: Int { body.count }
}

/// One argument of a command: any bytes are allowed.
package enum RedisArgument: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case text(String)
  case bytes([UInt8])
  case integer(Int64)

  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
}
