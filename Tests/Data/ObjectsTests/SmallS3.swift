internal import HTTP
internal import HTTPClient
internal import Synchronization

@testable internal import AWS

/// S3 in memory, as far as a store of objects goes: one bucket of any name, uploads in parts. It takes no
/// part under 5 MiB but the last, as S3 does.
final class SmallS3: Sendable {
  private struct Upload {
    var path: String
    var hash: String
    var parts: [Int: [UInt8]] = [:]
  }

  private struct State {
    var objects: [String: (bytes: [UInt8], hash: String)] = [:]
    var uploads: [String: Upload] = [:]
    var begun = 0
  }

  private let state = Mutex(State())

  /// How many uploads in parts are not over.
  var openUploads: Int { state.withLock { $0.uploads.count } }

  /// A store in this S3.
  func store() -> S3Store {
    S3Store(
      bucket: S3Bucket(name: "objects", region: "ap-south-1", endpoint: "http://s3.test"),
      world: World(
        send: { request in try self.answer(request) }, sleep: { _ in }, now: { 1_800_000_000 },
        credentials: { Credentials(accessKeyID: "AKID", secretAccessKey: "secret") }))
  }

  private func answer(_ request: ClientRequest) throws -> ClientResponse {
    let url = try URLParts(request.url)
    let query = Dictionary(
      (url.query ?? "").split(separator: "&").map { item in
        let parts = item.split(separator: "=", omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      }, uniquingKeysWith: { first, _ in first })
    return state.withLock { state in
      if query["uploads"] != nil { return Self.begin(request, url.path, &state) }
      if let upload = query["uploadId"] { return Self.go(on: upload, query, request, &state) }
      return Self.object(request, url.path, &state)
    }
  }

  private static func object(
    _ request: ClientRequest, _ path: String, _ state: inout State
  ) -> ClientResponse {
    switch request.method {
    case "PUT":
      state.objects[path] = (request.body, request.headers["x-amz-meta-sha256"] ?? "")
      return ClientResponse(status: .ok, headers: ["etag": "\"1\""])
    case "DELETE":
      state.objects[path] = nil
      return ClientResponse(status: .noContent)
    default:
      guard let (bytes, hash) = state.objects[path] else { return refusal(.notFound, "NoSuchKey") }
      return part(request, bytes, ["x-amz-meta-sha256": hash, "etag": "\"\(hash)\""])
    }
  }

  /// The range that is asked for, as far as there is any of it.
  private static func part(
    _ request: ClientRequest, _ bytes: [UInt8], _ headers: HTTPHeaders
  ) -> ClientResponse {
    if let tag = request.headers["if-match"], tag != headers["etag"] {
      return refusal(HTTPStatus(rawValue: 412), "PreconditionFailed")
    }
    let range = (request.headers["range"] ?? "").dropFirst("bytes=".count).split(separator: "-")
    let (first, last) = (Int(range[0]) ?? 0, min(Int(range[1]) ?? 0, bytes.count - 1))
    guard first <= last else { return refusal(HTTPStatus(rawValue: 416), "InvalidRange") }
    var headers = headers
    headers.add("content-range", "bytes \(first)-\(last)/\(bytes.count)")
    return ClientResponse(
      status: HTTPStatus(rawValue: 206), headers: headers, body: Array(bytes[first...last]))
  }

  private static func begin(
    _ request: ClientRequest, _ path: String, _ state: inout State
  ) -> ClientResponse {
    state.begun += 1
    let id = "upload.\(state.begun)"
    state.uploads[id] = Upload(path: path, hash: request.headers["x-amz-meta-sha256"] ?? "")
    return xml("InitiateMultipartUploadResult", "<UploadId>\(id)</UploadId>")
  }

  private static func go(
    on id: String, _ query: [String: String], _ request: ClientRequest, _ state: inout State
  ) -> ClientResponse {
    guard var upload = state.uploads[id] else { return refusal(.notFound, "NoSuchUpload") }
    if let number = query["partNumber"].flatMap({ Int($0) }) {
      upload.parts[number] = request.body
      state.uploads[id] = upload
      return ClientResponse(status: .ok, headers: ["etag": "\"part\(number)\""])
    }
    state.uploads[id] = nil
    guard request.method == "POST" else { return ClientResponse(status: .noContent) }
    let parts = upload.parts.sorted { $0.key < $1.key }.map(\.value)
    guard parts.dropLast().allSatisfy({ $0.count >= 5 << 20 }) else {
      return refusal(.badRequest, "EntityTooSmall")
    }
    state.objects[upload.path] = (Array(parts.joined()), upload.hash)
    return xml("CompleteMultipartUploadResult", "<Key>k</Key>")
  }

  private static func refusal(_ status: HTTPStatus, _ code: String) -> ClientResponse {
    var answer = xml("Error", "<Code>\(code)</Code><Message>Not here</Message>")
    answer.status = status
    return answer
  }

  private static func xml(_ root: String, _ inner: String) -> ClientResponse {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(root)>\(inner)</\(root)>"
    return ClientResponse(status: .ok, body: Array(text.utf8))
  }
}
