internal import ArgumentParser
internal import Vendors

/// `voiced incoming-url`: what the carrier has to be told once, so that agents take calls.
struct IncomingURL: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incoming-url",
    abstract: "Prints the address for the flow that answers the agents' numbers.",
    discussion: """
      It is the URL of the flow's Voicebot applet in Exotel's App Bazaar, which asks there where to \
      bring a call's audio. It holds a token made with EXOTEL_WEBHOOK_SECRET: keep it secret, and \
      change it in the flow when the secret changes.
      """)

  @OptionGroup var sources: SettingSources

  func run() async throws {
    let settings = try await LoadedSettings.load(sources).settings
    guard let base = settings.publicURL, !base.isEmpty else {
      throw ValidationError("PUBLIC_URL is not set: the carrier has to reach this server under it")
    }
    let switchboard = ExotelSwitchboard(
      accountSID: settings.exotel.accountSID,
      secrets: { Product.webhookSecrets(settings.exotel) })
    print(switchboard.incomingURL(base: PublicEndpoint(base).url))
  }
}
