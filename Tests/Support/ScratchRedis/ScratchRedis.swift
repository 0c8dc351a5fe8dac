internal import EventLoop
internal import Foundation
internal import Glibc
internal import Synchronization
internal import TLS

/// A Redis of a test's own in a temporary folder: a Unix socket, and TCP or TLS when asked for.
/// Ended with `stop`, or a second after the test process.
package final class ScratchRedis: Sendable {
  /// What the server listens on besides its Unix socket.
  package enum Door: Sendable {
    case none, tcp, tls
  }

  /// `unix:///…`; of the same server whatever the door.
  package var url: String { "unix://\(folder)/redis.sock" }
  /// The port of the door; 0 without one.
  package let port: Int
  /// The certificate of a TLS door, PEM.
  package let certificate: [UInt8]

  private let folder: String
  private let arguments: [String]
  private let pid = Mutex<pid_t>(0)

  /// Starts one; `users` are ACL lines, `["user reader on >secret ~* +@all"]`.
  package static func start(door: Door = .none, users: [String] = []) async throws -> ScratchRedis {
    let redis = try ScratchRedis(door, users)
    try await redis.launch()
    return redis
  }

  private init(_ door: Door, _ users: [String]) throws {
    var template = Array("/tmp/scratch-redis-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw ScratchRedisError(what: "no temporary folder") }
    folder = String(
      decoding: template.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
    var arguments = ["--dir", folder, "--unixsocket", folder + "/redis.sock", "--save", ""]
    var certificate: [UInt8] = []
    switch door {
    case .none:
      port = 0
      arguments += ["--port", "0"]
    case .tcp:
      port = try Self.freePort()
      arguments += ["--bind", "127.0.0.1", "--port", "\(port)"]
    case .tls:
      port = try Self.freePort()
      let made = try SelfSignedCertificate.generate()
      certificate = made.certificateChain
      for (name, bytes) in [("cert", made.certificateChain), ("key", made.privateKey)] {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name).pem"))
        arguments += ["--tls-\(name)-file", "\(folder)/\(name).pem"]
      }
      arguments += ["--bind", "127.0.0.1", "--port", "0", "--tls-port", "\(port)"]
      arguments += ["--tls-auth-clients", "no"]
    }
    if !users.isEmpty {
      let file = folder + "/users.acl"
      try Data(users.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
      arguments += ["--aclfile", file]
    }
    self.certificate = certificate
    self.arguments = arguments
  }

  /// Ends the server at once, as a crash would.
  package func kill() async {
    let pid = pid.withLock { $0 }
    Glibc.kill(pid, SIGKILL)
    await gone(pid)
  }

  /// Starts it again after `kill`, empty.
  package func restart() async throws { try await launch() }

  /// Stops it from answering while its connections stay.
  package func freeze() { Glibc.kill(pid.withLock { $0 }, SIGSTOP) }

  /// Lets it go on.
  package func thaw() { Glibc.kill(pid.withLock { $0 }, SIGCONT) }

  /// Ends it and removes its folder.
  package func stop() async {
    thaw()
    await kill()
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static let loop = EventLoop.start(name: "scratch-redis")

  /// A shell ends the server when this process is gone, since a test process has no end to hook.
  private func launch() async throws {
    unlink(folder + "/redis.sock")
    let script = """
      redis-server "$@" >"$0/log" 2>&1 & child=$!
      echo $child >"$0/pid"
      while kill -0 \(getpid()) 2>/dev/null && kill -0 $child 2>/dev/null; do sleep 1; done
      kill -CONT $child 2>/dev/null; kill -KILL $child 2>/dev/null
      kill -0 \(getpid()) 2>/dev/null || rm -rf "$0"
      """
    unlink(folder + "/pid")
    var shell = ChildProcess.Options(
      executable: "/bin/sh",
      arguments: ["-c", "setsid sh -c '\(script)' \"$0\" \"$@\" &", folder] + arguments)
    shell.output = .null
    shell.errors = .null
    let loop = Self.loop
    let options = shell
    _ = try await Task(executorPreference: loop) { [options] in
      try await ChildProcess.spawn(loop, options).waitForExit()
    }.value
    try await waitUntilItListens()
  }

  private func waitUntilItListens() async throws {
    let limit = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < limit {
      if let text = try? String(contentsOfFile: folder + "/pid", encoding: .utf8),
        let number = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
        FileManager.default.fileExists(atPath: folder + "/redis.sock")
      {
        return pid.withLock { $0 = number }
      }
      try await Self.loop.sleep(for: .milliseconds(5))
    }
    let log = (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? ""
    throw ScratchRedisError(what: "redis-server does not start: \(log.suffix(500))")
  }

  private func gone(_ pid: pid_t) async {
    while Glibc.kill(pid, 0) == 0 { try? await Self.loop.sleep(for: .milliseconds(2)) }
  }

  /// A port below those that the kernel gives to connections and to whoever binds port 0, so that
  /// nobody takes it before Redis does.
  private static func freePort() throws -> Int {
    for _ in 0..<100 {
      let port = UInt16.random(in: 20_000..<30_000)
      if isFree(port) { return Int(port) }
    }
    throw ScratchRedisError(what: "no free port: errno \(errno)")
  }

  private static func isFree(_ port: UInt16) -> Bool {
    let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

/// Why there is no Redis for a test.
struct ScratchRedisError: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}
