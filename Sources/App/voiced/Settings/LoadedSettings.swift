internal import Configuration
internal import EventLoop

/// Settings with what they were made from.
struct LoadedSettings: Sendable {
  let settings: Settings
  let resolved: ResolvedSettings<Settings>

  /// Reads every source. Throws all that is wrong in one `SettingsError`.
  static func load(_ sources: SettingSources) async throws -> LoadedSettings {
    let resolved = try await resolve(sources)
    return LoadedSettings(settings: try settings(resolved), resolved: resolved)
  }

  /// The settings that effective texts make.
  static func settings(_ resolved: ResolvedSettings<Settings>) throws(SettingsError) -> Settings {
    try resolved.build(Settings()) { $0.problems() }
  }

  /// The effective texts, whether or not they hold; read on `loop`, or on one made for it.
  static func resolve(
    _ sources: SettingSources, on loop: EventLoop? = nil
  ) async throws -> ResolvedSettings<Settings> {
    let layers = try sources.layers()
    let resolved = Settings.list.resolve(layers)
    guard let secret = resolved["VOICE_AWS_SECRET_ID"] else { return resolved }
    let layer = try await AWSSecret.read(
      secret, region: resolved["VOICE_AWS_REGION"] ?? Settings().aws.region, on: loop
    ) { name in layers.lazy.compactMap { $0.values[name] }.first }
    return Settings.list.resolve(layers + [layer])
  }
}
