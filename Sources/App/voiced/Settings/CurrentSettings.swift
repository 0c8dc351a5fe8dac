internal import Configuration
internal import EventLoop
internal import FoundationEssentials
internal import Synchronization
internal import Telemetry

/// The settings as they are now: read at start, and again at each reload.
///
/// Whoever uses a setting that reloads asks here each time; everything else was copied at start.
/// Any thread.
final class CurrentSettings: Sendable {
  private let sources: SettingSources
  private let loaded: Mutex<LoadedSettings>

  init(_ loaded: LoadedSettings, from sources: SettingSources) {
    self.sources = sources
    self.loaded = Mutex(loaded)
  }

  var value: Settings { loaded.withLock { $0.settings } }

  /// The text of a setting or, where the list has no such name, of a variable of the environment.
  func text(_ name: String) -> String? {
    if Settings.list[name] != nil { return loaded.withLock { $0.resolved[name] } }
    return ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads the sources again, on `loop`. What is wrong leaves everything as it was; what changed and
  /// cannot be reloaded is named in the log and waits for a restart.
  func reload(on loop: EventLoop) async {
    let log = Log("settings")
    do {
      let read = try await LoadedSettings.resolve(sources, on: loop)
      let (changed, wait) = try loaded.withLock { old in
        let resolved = read.reloading(over: old.resolved)
        let settings = try LoadedSettings.settings(resolved)
        let changed = resolved.changes(since: old.resolved)
        let wait = read.changes(since: resolved)
        old = LoadedSettings(
          settings: Self.keepingWebhookSecret(of: old.settings, settings), resolved: resolved)
        return (changed, wait)
      }
      log.info("settings were read again", ["changed": "\(changed.joined(separator: " "))"])
      if !wait.isEmpty {
        log.warning("settings wait for a restart", ["changed": "\(wait.joined(separator: " "))"])
      }
    } catch {
      log.error("settings stay as they were", ["error": "\(error)"])
    }
  }

  /// `new`, with the webhook secret it replaces kept for calls in progress.
  private static func keepingWebhookSecret(of old: Settings, _ new: Settings) -> Settings {
    guard new.exotel.previousWebhookSecret == nil else { return new }
    var new = new
    let isSame = old.exotel.webhookSecret == new.exotel.webhookSecret
    new.exotel.previousWebhookSecret =
      isSame ? old.exotel.previousWebhookSecret : old.exotel.webhookSecret
    return new
  }
}
