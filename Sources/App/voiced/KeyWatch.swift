internal import AWS
internal import Configuration
internal import Domain
internal import EventLoop
internal import Jobs
internal import Postgres
internal import Telemetry

/// Makes master keys when it is asked to, and learns of those that others made before they seal.
struct KeyWatch: Sendable {
  /// How often it looks without having been told; a new key waits longer than this.
  private static let interval = Duration.seconds(60)

  let keys: MasterKeys

  /// What makes a new key. Of two requests for the same one the second changes nothing.
  var handler: JobHandler {
    let vault = keys.vault
    return JobHandler(kind: KeyRotation.jobKind) { job in
      let rotation = try KeyRotation(jobPayload: job.payload)
      guard let vault else { throw JobControl.discard(reason: "VOICE_KMS_KEY is not set") }
      do {
        guard try await vault.rotate(after: rotation.last, delay: rotation.delay) else { return }
        Log("keys").info("a master key was made", ["key": .integer(rotation.last + 1)])
      } catch let error as AWSError where !error.isTransient {
        throw JobControl.discard(reason: "\(error)")
      }
    }
  }

  /// Until it is cancelled; at once without KMS.
  func run(on loop: EventLoop) async {
    guard let vault = keys.vault else { return }
    let (rings, bell) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let subscription = try? await vault.pool.listen(MasterKeyStore.channel) { _ in bell.yield() }
    // One may have been made since the start.
    bell.yield()
    let timer = Task(executorPreference: loop) {
      while (try? await loop.sleep(for: Self.interval)) != nil { bell.yield() }
    }
    defer {
      timer.cancel()
      subscription?.cancel()
    }
    for await _ in rings { await look(vault) }
  }

  private func look(_ vault: KeyVault) async {
    do {
      for key in try await vault.keys(after: keys.ring.newest) {
        keys.ring.add(key)
        Log("keys").info("a new master key is here", ["key": .integer(key.number)])
      }
    } catch is CancellationError {
      return
    } catch {
      Log("keys").error("a new master key cannot be had yet", ["error": "\(error)"])
    }
  }
}
