internal import Buffers
internal import HTTP
internal import HTTPClient
internal import Objects

/// A bucket: where it is, how its objects are encrypted, and the requests about them. Pure.
package struct S3Bucket: Sendable {
  /// What S3 encrypts objects with.
  package enum Encryption: Sendable, Equatable {
    /// Keys of S3's own.
    case s3
    /// A key of KMS, by its id, alias or ARN.
    case kms(key: String)
  }

  package let name: String
  package let region: String
  private let url: String
  private let encryption: Encryption

  /// `endpoint`, an http or https URL, replaces AWS's own addresses.
  package init(
    name: String, region: String, endpoint: String? = nil, encryption: Encryption = .s3
  ) {
    self.name = name
    self.region = region
    self.encryption = encryption
    let host = "s3.\(region).amazonaws.com"
    if let endpoint {
      url = (endpoint.hasSuffix("/") ? endpoint : endpoint + "/") + name
    } else {
      // No certificate of AWS's is for a name with another dot in it.
      url = name.contains(".") ? "https://\(host)/\(name)" : "https://\(name).\(host)"
    }
  }

  /// Whether a text can be a bucket's name.
  package static func isName(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E
    }
    let ends = [text.utf8.first, text.utf8.last]
    return isPlain && (3...63).contains(text.utf8.count)
      && !ends.contains { $0 == 0x2D || $0 == 0x2E }
  }

  private func address(of key: ObjectKey) -> String {
    "\(url)/\(PercentCoding.encode(key.text, keeping: .path))"
  }

  private var encryptionHeaders: HTTPHeaders {
    switch encryption {
    case .s3: ["x-amz-server-side-encryption": "AES256"]
    case .kms(let key):
      [
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": key,
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
      ]
    }
  }

  /// The headers of an object that is new. `hash` is of all its bytes, whatever pieces they come in.
  private func newObjectHeaders(_ hash: String) -> HTTPHeaders {
    var headers: HTTPHeaders = ["content-type": "application/octet-stream"]
    headers.add(S3Request.hashHeader, hash)
    headers.add(contentsOf: encryptionHeaders)
    return headers
  }
}

extension S3Bucket {
  func head() -> S3Request { S3Request("HeadBucket", "HEAD", "\(url)/") }

  func put(_ key: ObjectKey, _ bytes: [UInt8], hash: String) -> S3Request {
    S3Request(
      "PutObject", "PUT", address(of: key), headers: newObjectHeaders(hash), body: bytes,
      bodyHash: hash)
  }

  /// A piece of an object behind its first `offset` bytes. `tag` is what S3 called the object whose
  /// beginning it gave; another one is refused.
  func get(_ key: ObjectKey, from offset: Int, tag: String?) -> S3Request {
    let last = offset + ObjectPiece.size - 1
    var headers: HTTPHeaders = ["range": "bytes=\(offset)-\(last)"]
    if let tag { headers.add("if-match", tag) }
    var request = S3Request("GetObject", "GET", address(of: key), headers: headers)
    request.http.timeout = S3Request.time(for: ObjectPiece.size)
    request.http.silenceTimeout = .seconds(10)
    request.http.maxResponseBytes = ObjectPiece.size
    return request
  }

  func delete(_ key: ObjectKey) -> S3Request {
    S3Request("DeleteObject", "DELETE", address(of: key))
  }

  /// Begins an upload in parts.
  func begin(_ key: ObjectKey, hash: String) -> S3Request {
    S3Request(
      "CreateMultipartUpload", "POST", "\(address(of: key))?uploads=",
      headers: newObjectHeaders(hash))
  }

  /// `number` counts from 1.
  func part(
    _ number: Int, of upload: String, _ key: ObjectKey, _ bytes: [UInt8], hash: String
  ) -> S3Request {
    S3Request(
      "UploadPart", "PUT",
      "\(address(of: key))?partNumber=\(number)&uploadId=\(PercentCoding.encode(upload))",
      body: bytes, bodyHash: hash)
  }

  /// Makes the object of its parts, whose `tags` S3 gave.
  func complete(_ upload: String, _ key: ObjectKey, tags: [String]) -> S3Request {
    let parts = tags.enumerated().map { index, tag in
      "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
    }
    let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
    var request = S3Request(
      "CompleteMultipartUpload", "POST",
      "\(address(of: key))?uploadId=\(PercentCoding.encode(upload))",
      headers: ["content-type": "application/xml"], body: Array(body.utf8))
    request.resultRoot = "CompleteMultipartUploadResult"
    // S3 answers at once and says how it went when all is put together.
    request.http.timeout = .seconds(120)
    return request
  }

  func abort(_ upload: String, _ key: ObjectKey) -> S3Request {
    S3Request(
      "AbortMultipartUpload", "DELETE",
      "\(address(of: key))?uploadId=\(PercentCoding.encode(upload))")
  }
}
