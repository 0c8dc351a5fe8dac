import Buffers
import Testing

@testable import Simulation

@Suite struct PineconeControlTests {
  static let serverless = #""spec":{"serverless":{"cloud":"aws","region":"us-east-1"}}"#
  static let host = PineconeBench.host

  @Test func `one index is there from the start`() throws {
    var bench = try PineconeBench()
    let index = try bench.call(.describeIndex("first"), on: Self.host).json
    #expect(index["dimension"]?.intValue == 768 && index["metric"] == "cosine")
    #expect(index["status"] == ["ready": true, "state": "Ready"])
    #expect(index["host"]?.stringValue == Self.host)
    #expect(index["spec"]?["serverless"]?["region"] == "us-east-1")
    #expect(index["deletion_protection"] == "disabled" && index["vector_type"] == "dense")
  }

  @Test func `an index is made, becomes ready, ends and is gone`() throws {
    var bench = try PineconeBench()
    let body = #"{"name":"new","dimension":2,\#(Self.serverless),"tags":{"app":"voice"}}"#
    let made = try bench.call(.createIndex, body, on: Self.host)
    #expect(made.status == 201 && made.json["status"]?["state"] == "Initializing")
    #expect(made.json["host"] == "new.localhost:9" && made.json["tags"] == ["app": "voice"])
    #expect(try bench.call(.stats, on: "new.localhost:9").status == 503)
    bench.now += .milliseconds(500)
    let ready = try bench.call(.describeIndex("new"), on: "first.localhost:9").json
    #expect(ready["status"] == ["ready": true, "state": "Ready"])
    #expect(try bench.call(.stats, on: "new.localhost:9").json["dimension"]?.intValue == 2)
    let deleted = try bench.call(.deleteIndex("new"), on: Self.host)
    #expect(deleted.status == 202 && deleted.reply.body.isEmpty)
    let ending = try bench.call(.describeIndex("new"), on: Self.host).json
    #expect(ending["status"] == ["ready": false, "state": "Terminating"])
    #expect(try bench.call(.stats, on: "new.localhost:9").status == 404)
    bench.now += .milliseconds(500)
    #expect(try bench.call(.describeIndex("new"), on: Self.host).status == 404)
    let rest = try bench.call(.listIndexes, on: Self.host).json["indexes"]?.arrayValue
    #expect(rest?.compactMap { $0["name"]?.stringValue } == ["first", "three"])
  }

  @Test func `a protected index stays until its protection is off`() throws {
    var bench = try PineconeBench()
    let change = #"{"deletion_protection":"enabled","tags":{"a":"1","b":"2"}}"#
    #expect(try bench.call(.configureIndex("three"), change, on: Self.host).status == 202)
    let refused = try bench.call(.deleteIndex("three"), on: Self.host)
    #expect(refused.status == 403 && refused.json["error"]?["code"] == "FORBIDDEN")
    let back = #"{"deletion_protection":"disabled","tags":{"a":""}}"#
    let index = try bench.call(.configureIndex("three"), back, on: Self.host).json
    #expect(index["tags"] == ["b": "2"] && index["deletion_protection"] == "disabled")
    #expect(try bench.call(.deleteIndex("three"), on: Self.host).status == 202)
  }

  @Test(arguments: [
    ("nonsense", 400, "the body is not valid JSON"),
    ("[]", 422, "the body is not an object"),
    ("{}", 422, "missing field `name`"),
    (#"{"name":"new","dimension":2}"#, 422, "missing field `spec`"),
    (#"{"name":1,\#(serverless)}"#, 422, "`name` is not a string"),
    (#"{"name":"new","dimension":2,\#(serverless),"topK":1}"#, 422, "unknown field `topK`"),
    (#"{"name":"Upper","dimension":2,\#(serverless)}"#, 400, "lower case"),
    (#"{"name":"-x","dimension":2,\#(serverless)}"#, 400, "start and end"),
    (#"{"name":"\#(String(repeating: "x", count: 46))",\#(serverless)}"#, 400, "1 to 45"),
    (#"{"name":"new",\#(serverless)}"#, 400, "from 1 to 20000"),
    (#"{"name":"new","dimension":20001,\#(serverless)}"#, 400, "from 1 to 20000"),
    (#"{"name":"new","dimension":2,"metric":"taxi",\#(serverless)}"#, 400, "cosine, dotproduct"),
    (#"{"name":"new","vector_type":"sparse",\#(serverless)}"#, 400, "no sparse vectors"),
    (#"{"name":"new","dimension":2,"spec":{"pod":{}}}"#, 400, "serverless indexes only"),
    (
      #"{"name":"new","dimension":2,"spec":{"serverless":{"cloud":"aws","region":"moon"}}}"#, 404,
      "Resource cloud: aws region: moon not found."
    ),
    (#"{"name":"three","dimension":2,\#(serverless)}"#, 409, "Resource already exists."),
    (#"{"name":"new","dimension":2,\#(serverless),"tags":{"a":1}}"#, 400, "tags must be strings"),
    (
      #"{"name":"new","dimension":2,\#(serverless),"deletion_protection":"on"}"#, 400,
      "enabled or disabled"
    ),
  ])
  func `an index that cannot be is refused in the form of the control plane`(
    body: String, status: Int, message: String
  ) throws {
    var bench = try PineconeBench()
    let answer = try bench.call(.createIndex, body, on: Self.host)
    #expect(answer.status == status && answer.json["status"]?.intValue == status)
    #expect(answer.json["error"]?["message"]?.stringValue?.contains(message) == true)
    #expect(answer.json["error"]?["code"]?.stringValue?.isEmpty == false)
  }

  @Test func `a project can have twenty indexes`() throws {
    var bench = try PineconeBench()
    let statuses = try (2...20).map {
      try bench.call(
        .createIndex, #"{"name":"n\#($0)","dimension":2,\#(Self.serverless)}"#, on: Self.host
      ).status
    }
    #expect(statuses.dropLast().allSatisfy { $0 == 201 } && statuses.last == 403)
  }

  @Test(arguments: [
    (PineconeCall.Operation.describeIndex("gone")), .configureIndex("gone"), .deleteIndex("gone"),
  ])
  func `an unknown index is not found`(operation: PineconeCall.Operation) throws {
    var bench = try PineconeBench()
    let answer = try bench.call(operation, "{}", on: Self.host)
    #expect(answer.status == 404 && answer.json["error"]?["code"] == "NOT_FOUND")
  }

  @Test(arguments: [PineconeCall.Operation.listIndexes, .stats])
  func `a call needs the right key and a known version`(
    operation: PineconeCall.Operation
  ) throws {
    var bench = try PineconeBench(["status": 503])
    for key in [nil, "wrong"] {
      let answer = try bench.call(operation, key: key)
      #expect(answer.status == 401)
      if operation == .stats {
        #expect(answer.reply.contentType == "text/plain")
        #expect(answer.reply.body == Array("Invalid API Key".utf8))
      } else {
        #expect(answer.json["error"]?["code"] == "UNAUTHENTICATED")
      }
    }
    for version in [nil, "2024-07"] {
      #expect(try bench.call(operation, version: version).status == 400)
    }
  }
}
