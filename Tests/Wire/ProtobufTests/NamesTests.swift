import Protobuf
import Schema
import TestSchema
import Testing

@Suite struct NamesTests {
  typealias Names = PayaidTest.V1.Names

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

  @Test func `names that Swift cannot say go both ways`() throws {
    typealias OddNames = PayaidTest.V1.OddNames
    let message = OddNames.with {
      $0.await = [.await, ._1, .self_]
      $0.unsafe = 1
      $0.`_` = ["k": "v"]
      $0._1 = .with { $0.c = .none(2) }
      $0.some = .with { $0.c = .init_("i") }
      $0.c = .value("v")
      $0.type = .any(._1)
    }
    #expect(try OddNames(serializedBytes: message.serializedBytes()) == message)
  }

  @Test func `a message may be called like the first part of its package`() throws {
    let inner = Order.V1.Order.Line.Order.with { $0.state = .paid }
    let line = Order.V1.Order.Line.with {
      $0.items = [.with { $0.state = .kept }]
      $0.order = inner
      $0.which = .parent(.with { $0.state = .paid })
    }
    let order = Order.V1.Order.with {
      $0.items = [.with { $0.id = "i" }]
      $0.lines = ["l": line]
      $0.int32 = .google(.with { $0.at = .with { $0.seconds = 1 } })
    }
    #expect(try Order.V1.Order(serializedBytes: order.serializedBytes()) == order)
    #expect(try Order.V1.Order(json: order.json()) == order)
  }

  @Test func `messages may be called like types and modules that generated code names`() throws {
    let values = Order.V1.Values.with {
      $0.floats = [1]
      $0.longs = [-1: 1]
      $0.strings = [true: Order.V1.String()]
      $0.bytes = [[1]]
      $0.values = .with { $0.texts = ["t"] }
    }
    #expect(try Order.V1.Values(serializedBytes: values.serializedBytes()) == values)
    let swift = Order.Modules.V1.Swift.with {
      $0.string = Order.Modules.V1.String()
      $0.text = "t"
      $0.at = .with { $0.seconds = 1 }
    }
    #expect(try Order.Modules.V1.Swift(serializedBytes: swift.serializedBytes()) == swift)
  }

  @Test func `a message without package may be called like a package or a type`() throws {
    let order = Unpackaged.Order.with {
      $0.order = .with { $0.number = 1 }
      $0.messages = ["m": .with { $0.order = .with { $0.order = .init() } }]
    }
    #expect(try Unpackaged.Order(serializedBytes: order.serializedBytes()) == order)
  }

  @Test func `a proto2 file gives its descriptor`() {
    let file = OrderV1OptionsFile.descriptor
    #expect(file.messages.map(\.fullName).contains("order.v1.Ancient"))
    #expect(file.extensions.map(\.fullName) == ["order.v1.owner"])
    #expect(OrderV1OrderFile.descriptor.dependencies.contains { $0 === file })
  }
}
