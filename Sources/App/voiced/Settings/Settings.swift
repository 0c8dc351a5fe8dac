internal import Configuration
internal import EventLoop
internal import Limits
internal import Redis
internal import Telemetry

/// Everything that can be set, checked as a whole before anything starts.
///
/// What stands here before the list has been read is never seen: `Settings.list` fills every field
/// or refuses. A new setting is a field here and a line in `Settings+List.swift`.
struct Settings: Sendable {
  var listen = SocketAddress(host: "127.0.0.1", port: 0)
  /// What operators read is served here alone; nil for beside everything else.
  var metricsListen: SocketAddress?
  var dataDirectory = ""
  /// Nil for one per core.
  var loops: Int?
  var isCleartext = false
  var drainTime = Duration.zero
  /// How the carrier reaches this server, `https://voice.example.in`; where it listens without it.
  var publicURL: String?
  /// Origins whose pages may call the API from a browser, `https://app.example.in`.
  var corsOrigins: Set<String> = []
  /// Lets webhooks go to this machine.
  var webhooksMayLoop = false
  /// Where the merchants' dashboard lies, as tools/dashboard builds it; not served without it.
  var dashboardFolder: String?
  var logLevel = Log.Level.info
  var logFormat = Log.Format.json
  /// A PostgreSQL of the owner's; the embedded one without it.
  var databaseURL: String?
  /// Shared by several of these servers; each keeps its caches and limits to itself without it.
  var redis: RedisConfiguration?
  /// How long agents are kept in memory, and twice as long in Redis; zero for not at all.
  var agentCacheTime = Duration.zero
  /// How long it is known who changed what through the API, and who read calls.
  var apiAuditTime = Duration.zero
  /// How long the recording of a call that has ended is kept.
  var recordingTime = Duration.zero
  var limits = LimitPolicy()
  /// Whose word counts on where a call comes from.
  var trustedProxies: [NetworkBlock] = []
  /// Our id as telemarketer on the operators' DLT platforms; no call is placed without one, but for merchants
  /// that are their own telemarketer.
  var telemarketer: String?
  var exotel = Exotel()
  var gemini = Gemini()
  var googleSpeech = GoogleSpeech()
  var azureSpeech = AzureSpeech()
  var pinecone = Pinecone()
  var aws = AWS()

  struct Exotel: Sendable {
    var baseURL = ""
    var apiKey = ""
    var apiToken = ""
    var accountSID = ""
    var webhookSecret = ""
    /// Still accepted from callbacks of calls that were placed with it.
    var previousWebhookSecret: String?
    /// The call flow that answers bought numbers.
    var flowID: String?
  }

  struct Gemini: Sendable {
    var baseURL = ""
    var apiKey = ""
    var model = ""
    /// Best first.
    var textModels: [String] = []
    /// What turns documents and questions into vectors.
    var embeddingModel = ""
    /// Passages a minute that a change of it embeds again.
    var embeddingMoveRate = 0
    /// Whether transcripts are sent to a text model after each call.
    var analyzesCalls = true
  }

  struct GoogleSpeech: Sendable {
    var baseURL = ""
    /// Nil for no cascade.
    var apiKey: String?
    var model = ""
  }

  struct AzureSpeech: Sendable {
    /// Nil for the region's own address.
    var baseURL: String?
    /// Nil for no cascade.
    var apiKey: String?
    var region = ""
  }

  struct Pinecone: Sendable {
    var baseURL = ""
    /// Nil to search vectors in the database.
    var apiKey: String?
    var index = ""
  }

  struct AWS: Sendable {
    var region = ""
    /// Nil to keep objects in the data folder.
    var bucket: String?
    /// What S3 encrypts objects with, by id, alias or ARN; S3's own keys without it.
    var encryptionKey: String?
    /// What KMS wraps the master key with, by id, alias or ARN; nil for a master key in a file.
    var masterWrappingKey: String?
  }

  /// What only several settings together can get wrong.
  func problems() -> [String] {
    var problems: [String] = []
    if let port = metricsListen?.port, port != 0, port == listen.port {
      problems.append("METRICS_LISTEN_ADDRESS must have another port than LISTEN_ADDRESS")
    }
    if exotel.previousWebhookSecret == exotel.webhookSecret {
      problems.append("EXOTEL_WEBHOOK_SECRET_PREVIOUS must differ from EXOTEL_WEBHOOK_SECRET")
    }
    if (googleSpeech.apiKey == nil) != (azureSpeech.apiKey == nil) {
      problems.append("GOOGLE_STT_API_KEY and AZURE_TTS_API_KEY must be set both or not at all")
    }
    if aws.encryptionKey != nil, aws.bucket == nil {
      problems.append("VOICE_S3_KMS_KEY_ID is of no use without VOICE_S3_BUCKET")
    }
    return problems
  }
}
