internal import Configuration
internal import Limits
internal import Redis

extension Settings {
  /// How much callers may ask of the server.
  static let limits = SettingGroup<Settings>(
    "Voice Agent - Limits",
    [
      Setting(
        "RATE_LIMIT_ANONYMOUS", \.limits.anonymous, .rate, default: "100/min",
        "Calls of an address whose key or login was not accepted, or that need none."),
      Setting(
        "RATE_LIMIT_CALLBACK", \.limits.callback, .rate, default: "6000/min",
        "Callbacks of carriers, by address."),
      Setting(
        "RATE_LIMIT_READ", \.limits.read, .rate, default: "6000/min",
        "Reading calls of a key or user."),
      Setting(
        "RATE_LIMIT_WRITE", \.limits.write, .rate, default: "1200/min",
        "Writing calls of a key or user."),
      Setting(
        "RATE_LIMIT_PLACING", \.limits.placing, .rate, default: "300/min",
        "Phone calls and live sessions that a key or user begins."),
      Setting(
        "TRUSTED_PROXIES", \.trustedProxies, .networks, default: "",
        """
        Proxies whose X-Forwarded-For is believed; nobody's is when unset. Name no network that clients are \
        in: they could say to be anybody, and no limit by address would hold them.
        """),
    ])
}

extension SettingType<Rate> {
  /// So many in so long.
  fileprivate static var rate: SettingType {
    SettingType("a rate, such as 100/min, 5/s, 2000/hour or 10/30s") { Rate($0) }
  }
}

extension SettingType<[NetworkBlock]> {
  /// Blocks of addresses.
  fileprivate static var networks: SettingType {
    SettingType(
      "addresses or networks, such as 10.0.0.0/24, separated by commas; none wider than /8, or /16 of IPv6"
    ) { text in
      let words = text.split { $0 == "," || $0 == " " }
      let blocks = words.compactMap { NetworkBlock(String($0)) }.filter { !$0.isPartOfTheInternet }
      return blocks.count == words.count ? blocks : nil
    }
  }
}

extension SettingType<RedisConfiguration> {
  /// Where a Redis is.
  static var redis: SettingType {
    SettingType("a URL that starts with redis://, rediss:// or unix://") {
      try? RedisConfiguration(url: $0)
    }
  }
}
