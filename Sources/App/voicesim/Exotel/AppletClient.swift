internal import EventLoop
internal import HTTP
internal import HTTPClient
internal import Simulation

/// Asks the URL of a Voicebot applet where the stream of an incoming call goes.
enum AppletClient {
  /// Asks once, for at most ten seconds; `use` gets the answer on the loop.
  static func ask(
    _ applet: VoicebotApplet, about record: CallRecord, for cloud: SimulatedCloud,
    _ use: @escaping (AppletAnswer) -> Void
  ) {
    let fields = VoicebotApplet.fields(of: record, at: cloud.unixTime)
    let asked = request(applet, FormItems(fields))
    let http = cloud.http
    let use = LoopBound(use, loop: cloud.loop)
    Task(executorPreference: cloud.loop) {
      let answered = await answer(to: asked, from: http)
      use.value(answered)
    }
  }

  private static func request(_ applet: VoicebotApplet, _ fields: FormItems) -> ClientRequest {
    let dialed = DialedURL(applet.url)
    // The vendor writes spaces as HTML forms do.
    let form = fields.encoded.replacing("%20", with: "+")
    var request = ClientRequest(
      method: applet.method.rawValue, url: dialed.address, headers: dialed.headers,
      timeout: .seconds(10))
    switch applet.method {
    case .get:
      request.url += (dialed.address.contains("?") ? "&" : "?") + form
    case .post:
      request.headers.add("content-type", "application/x-www-form-urlencoded")
      request.body = Array(form.utf8)
    }
    return request
  }

  private static func answer(
    to request: ClientRequest, from http: HTTPClient
  ) async -> AppletAnswer {
    do {
      let response = try await http.send(request)
      return AppletAnswer(status: response.status.rawValue, body: response.body)
    } catch {
      return .refused((error as? HTTPClientError)?.message ?? "no answer")
    }
  }
}
