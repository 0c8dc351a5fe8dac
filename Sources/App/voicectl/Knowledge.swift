internal import ArgumentParser
internal import Protobuf
internal import RPCCore
internal import Schema
internal import VoiceAPI

/// `voicectl knowledge`.
struct Knowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds, lists, searches and removes the documents that an agent answers from.",
    subcommands: [Add.self, List.self, Search.self, Remove.self])

  typealias Client = Payaid.Voice.V1.KnowledgeServiceClient

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a PDF or text file and waits until it was read; prints it as JSON.",
      discussion: "Exit status 1 when it cannot be read.")

    /// How often a document is asked for while it is read.
    private static let pause = Duration.milliseconds(500)

    @OptionGroup var server: ServerOptions
    @Option(help: "What it is called; the file's name without.") var name: String?
    @Flag(help: "Leave once it is uploaded.") var noWait = false
    @Argument(help: "The agent's id.") var agentID: String
    @Argument(help: "The file.") var file: String

    func run() async throws {
      let content = try BundleFolder.read(file)
      let last = file.split(separator: "/").last.map(String.init) ?? file
      let isPDF = content.starts(with: "%PDF-".utf8)
      let document = try await server.withChannel { channel, metadata in
        let (client, options) = (Client(channel), CallOptions(metadata: metadata))
        var document = try await client.uploadDocument(
          .with {
            $0.agentId = agentID
            $0.displayName = name ?? last
            $0.file = .with {
              $0.contentType = isPDF ? "application/pdf" : "text/plain"
              $0.data = content
            }
          }, options: options)
        while document.state == .pending, !noWait {
          try await ContinuousClock().sleep(for: Self.pause)
          document = try await client.getDocument(
            .with { ($0.agentId, $0.documentId) = (agentID, document.documentId) },
            options: options)
        }
        return document
      }
      try Output.json(document)
      if document.state == .failed { throw ExitCode.failure }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists an agent's documents, one JSON line each, newest first.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent's id.") var agentID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        var request = Payaid.Voice.V1.ListDocumentsRequest.with { $0.agentId = agentID }
        repeat {
          let page = try await Client(channel).listDocuments(
            request, options: CallOptions(metadata: metadata))
          for document in page.documents { try Output.json(document) }
          request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
      }
    }
  }

  struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Finds what an agent would answer a question from, one JSON line each, nearest first.")

    @OptionGroup var server: ServerOptions
    @Option(help: "Most passages: 1 to 20; 5 without.") var limit: Int32 = 0
    @Argument(help: "The agent's id.") var agentID: String
    @Argument(help: "The question.") var question: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        let found = try await Client(channel).searchKnowledge(
          .with { ($0.agentId, $0.query, $0.limit) = (agentID, question, limit) },
          options: CallOptions(metadata: metadata))
        for passage in found.passages { try Output.json(passage) }
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Removes a document and everything made from it.")

    @OptionGroup var server: ServerOptions
    @Argument(help: "The agent's id.") var agentID: String
    @Argument(help: "The document's id.") var documentID: String

    func run() async throws {
      try await server.withChannel { channel, metadata in
        _ = try await Client(channel).deleteDocument(
          .with { ($0.agentId, $0.documentId) = (agentID, documentID) },
          options: CallOptions(metadata: metadata))
      }
    }
  }
}
