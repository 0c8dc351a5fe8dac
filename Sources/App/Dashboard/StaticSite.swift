package import HTTP
package import RPCServer

/// An application of one page and its files, held in memory: a path in, an answer out.
///
/// A path that names a file is answered with it. Files below `assets/` are named for what is in them,
/// so browsers keep them for good. Any other path is one of the application's own pages and answered
/// with `index.html`, which is asked for anew each time; unless it looks like a file, which is missing.
/// Nothing is looked up on a disk, so no path leads out of the site.
package struct StaticSite: Sendable {
  /// What the page may do: run and style itself, call this server, play a recording it was given.
  package static let contentSecurityPolicy = """
    default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; media-src blob:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'
    """

  private static let page = "index.html"
  private let files: [String: SiteFile]

  /// The files by their paths below the site's folder, `assets/app-1.js`. Throws when there is no page.
  package init(files: [String: [UInt8]]) throws(SiteError) {
    guard files[Self.page] != nil else { throw SiteError("there is no \(Self.page) in it") }
    self.files = Dictionary(
      uniqueKeysWithValues: files.map { ($0, SiteFile(path: $0, bytes: $1)) })
  }

  /// The answer to a GET of `path`, decoded and without the site's own prefix.
  package func answer(_ path: String, to request: HTTPHeaders) -> HTTPExchangeResponse {
    if let file = files[path] {
      return answer(file, isPage: path == Self.page, isLasting: path.hasPrefix("assets/"), request)
    }
    guard Self.isPage(path), let page = files[Self.page] else {
      return HTTPExchangeResponse(
        status: .notFound, contentType: "text/plain", body: "no such file\n".utf8)
    }
    return answer(page, isPage: true, isLasting: false, request)
  }

  /// Whether a path can be one of the application's pages: words that name no file.
  private static func isPage(_ path: String) -> Bool {
    !path.hasPrefix("assets/") && path.utf8.count <= 512
      && path.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private func answer(
    _ file: SiteFile, isPage: Bool, isLasting: Bool, _ request: HTTPHeaders
  ) -> HTTPExchangeResponse {
    let ofPage: HTTPHeaders = [
      "content-security-policy": Self.contentSecurityPolicy,
      "cross-origin-opener-policy": "same-origin",
    ]
    return file.answer(
      to: request,
      cacheControl: isLasting ? "public, max-age=31536000, immutable" : "no-cache",
      isPage ? ofPage : HTTPHeaders())
  }
}

/// Why a site cannot be served.
package struct SiteError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
