internal import HTTP
package import RPCServer

extension HTTPRoutes {
  /// Serves a site below `/dashboard/`, and brings there who asks for the server itself.
  package mutating func serve(_ site: StaticSite) {
    handle("GET", "/") { _ in Self.redirect() }
    handle("GET", "/dashboard/{path=**}") { request in
      // The template matches without the slash, too, where the page's own links would lead elsewhere.
      request.head.path == "/dashboard"
        ? Self.redirect()
        : site.answer(request.pathParameters["path"] ?? "", to: request.head.headers)
    }
  }

  private static func redirect() -> HTTPExchangeResponse {
    HTTPExchangeResponse(status: .found, headers: ["location": "/dashboard/"])
  }
}
