import Protobuf
import Schema
import TestSchema
import Testing

@Suite struct NamesTests {
  typealias Names = Payaid.Test.V1.Names

  @Test func `fields called like what generated code calls its own go both ways`() throws {
    let message = Names.with {
      $0.c = 1
      $0.reader = "r"
      $0.index = [2]
      $0.sorted = ["s": 3]
      $0.entries = ["e": .with { $0.c = 4 }]
      $0.key = [5]
      $0.entry = .baz
      $0.pair = .rawValue_
    }
    #expect(try Names(serializedBytes: message.serializedBytes()) == message)
    #expect(try Names(json: message.json()) == message)
  }

  @Test func `aliases are one case, and values called like members of every enum stay apart`() {
    #expect(Names.Alias.moo == .baz)
    #expect(Names.Member(rawValue: 4) == .unrecognized_)
    #expect(Names.Member(rawValue: 5) == .unrecognized(5))
  }
}
