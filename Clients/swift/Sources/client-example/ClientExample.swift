internal import Foundation
internal import Protobuf
internal import RPCClient
internal import RPCCore
internal import Schema
internal import VoiceAPI

typealias V1 = Payaid.Voice.V1

/// Lists agents, places a call, prints what is said while it is said, and what it cost.
///
///     client-example --agent AGT_ID [--number +91…]
@main
struct ClientExample {
  static let usage = "usage: client-example --agent AGT_ID [--number +91XXXXXXXXXX]"

  static func main() async {
    do {
      let (agent, number) = try arguments(Array(CommandLine.arguments.dropFirst()))
      let server = try Server(environment: ProcessInfo.processInfo.environment)
      try await server.withChannel { channel in
        try await list(V1.AgentServiceClient(channel), server.options)
        let calls = V1.CallServiceClient(channel)
        try await call(number, by: agent, calls, server.options)
      }
    } catch let error as RPCError {
      fail(explain(error))
    } catch let error as ExampleFailure {
      fail(error.message)
    } catch {
      fail("\(error)")
    }
  }

  private static func arguments(_ words: [String]) throws -> (agent: String, number: String) {
    var options = ["--number": "+919000000001"]
    for index in stride(from: 0, to: words.count, by: 2) {
      guard ["--agent", "--number"].contains(words[index]), index + 1 < words.count else {
        throw ExampleFailure(usage)
      }
      options[words[index]] = words[index + 1]
    }
    guard let agent = options["--agent"], let number = options["--number"] else {
      throw ExampleFailure(usage)
    }
    return (agent, number)
  }

  private static func list(
    _ client: V1.AgentServiceClient, _ options: CallOptions
  ) async throws {
    var request = V1.ListAgentsRequest()
    repeat {
      let page = try await client.listAgents(request, options: options)
      for agent in page.agents {
        print("agent \(agent.agentId): \(agent.name) (\(agent.language))")
      }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
  }

  private static func call(
    _ number: String, by agent: String, _ client: V1.CallServiceClient, _ options: CallOptions
  ) async throws {
    let request = V1.CreateCallRequest.with {
      $0.call = .with {
        $0.agentId = agent
        $0.phoneNumber = number
      }
      // With the same id again, the server answers with this call and places no second one.
      $0.requestId = UUID().uuidString.lowercased()
    }
    let callID = try await client.createCall(request, options: options).callId
    print("call \(callID)")
    let events = try await client.watchCall(.with { $0.callId = callID }, options: options)
    for try await event in events {
      switch event.event {
      case .call(let call): print("--- \(call.state)")
      case .transcript(let entry): print(line(entry))
      case nil: break
      }
    }
    let call = try await client.getCall(.with { $0.callId = callID }, options: options)
    print(end(call))
    guard call.state == .completed else {
      throw ExampleFailure("the call ended \(call.state), not completed: \(call.endReason)")
    }
  }

  /// `   4.2 s  caller  Hello`
  private static func line(_ entry: V1.TranscriptEntry) -> String {
    let speaker = entry.speaker == .caller ? "caller" : "agent "
    let interrupted = entry.interrupted ? " [interrupted]" : ""
    return String(format: "%6.1f s  ", seconds(entry.offset)) + speaker + "  " + entry.text
      + interrupted
  }

  private static func end(_ call: V1.Call) -> String {
    let total = call.cost?.total
    let amount = Double(total?.units ?? 0) + Double(total?.nanos ?? 0) / 1e9
    let settled = call.cost?.settled == true ? "settled" : "not settled yet"
    return String(
      format: "%.1f s, cost %@ %.2f (%@)", seconds(call.duration), total?.currencyCode ?? "INR",
      amount, settled)
  }

  private static func seconds(_ duration: Google.Protobuf.Duration?) -> Double {
    Double(duration?.seconds ?? 0) + Double(duration?.nanos ?? 0) / 1e9
  }

  /// The error in one line, then one line per reason.
  private static func explain(_ error: RPCError) -> String {
    var lines = ["\(error.code): \(error.message)"]
    for detail in error.details {
      switch detail.typeName {
      case "google.rpc.BadRequest":
        let bad = try? Google.Rpc.BadRequest(serializedBytes: detail.value)
        lines += (bad?.fieldViolations ?? []).map { "  \($0.field): \($0.description)" }
      case "google.rpc.PreconditionFailure":
        let failure = try? Google.Rpc.PreconditionFailure(serializedBytes: detail.value)
        lines += (failure?.violations ?? []).map { "  \($0.type): \($0.description)" }
      default: break
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("error: \(message)\n".utf8))
    exit(1)
  }
}
