/// How our private server is started.
enum ServerSettings {
  /// Only this file's commands use it; the application is `payaid`.
  static let superuser = "payaid_admin"

  /// Errors of statements are not logged (`log` is above `error`): their texts may quote values.
  static func arguments(_ places: ClusterPlaces, isDurable: Bool) -> [String] {
    var settings = [
      ("listen_addresses", ""), ("port", "5432"),
      ("unix_socket_directories", places.socketFolder), ("unix_socket_permissions", "0700"),
      ("max_connections", "100"), ("shared_buffers", "64MB"), ("max_wal_size", "1GB"),
      ("timezone", "UTC"), ("log_timezone", "UTC"), ("logging_collector", "off"),
      ("log_destination", "stderr"), ("log_min_messages", "log"),
      ("log_min_error_statement", "panic"), ("log_checkpoints", "off"),
    ]
    if !isDurable {
      // Tests run side by side, each with a pool of its own.
      settings += [
        ("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off"),
        ("max_connections", "1000"),
      ]
    }
    return ["-D", places.data] + settings.flatMap { ["-c", "\($0.0)=\($0.1)"] }
  }
}

extension ClusterPlaces {
  /// A libpq URI over the socket.
  func url(database: String, user: String) -> String {
    "postgresql:///\(database)?host=\(percentEncoded(socketFolder))&user=\(user)"
  }

  private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      if scalar.properties.isAlphabetic && scalar.isASCII || (48...57).contains(byte)
        || scalar == "-" || scalar == "_" || scalar == "."
      {
        return String(Character(scalar))
      }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
