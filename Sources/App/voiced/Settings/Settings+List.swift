internal import AWS
internal import Configuration
internal import Domain
internal import EventLoop
internal import Postgres
internal import Telemetry

extension Settings {
  /// Every setting: the one place of its name, type, default and documentation. `env.example` and
  /// `voiced config` are made from it.
  static let list = SettingList<Settings>([
    server, limits, database, exotel, gemini, speech, knowledge, aws,
  ])

  /// Those of `env.example` that are written with their defaults.
  static let namesWithDefaults: Set<String> = [
    "AZURE_TTS_REGION", "PINECONE_INDEX", "VOICE_AWS_REGION",
  ]

  private static let server = SettingGroup<Settings>(
    "Voice Agent - Server",
    [
      Setting(
        "LISTEN_ADDRESS", \.listen, .address, default: "127.0.0.1:3000",
        "Where to listen; port 0 lets the system choose. Also --listen."),
      Setting(
        optional: "METRICS_LISTEN_ADDRESS", \.metricsListen, .address,
        """
        Where to serve /metrics, /healthz and what /readyz knows of each dependency, by TLS as there; \
        /metrics is then not on LISTEN_ADDRESS, where it is when unset. For a network that strangers \
        do not reach.
        """),
      Setting(
        required: "DATA_DIR", \.dataDirectory, .folder,
        "The folder of everything this server keeps; made when it is missing. Also --data-dir."),
      Setting(
        optional: "EVENT_LOOPS", \.loops, .number(1...256),
        "Event loops, each a thread; one per core when unset. Also --loops."),
      Setting(
        "CLEARTEXT", \.isCleartext, .flag, default: "false",
        "Serve without TLS: for tests and behind a proxy on the same machine. Also --cleartext."),
      Setting(
        "DRAIN_SECONDS", \.drainTime, .seconds(0...7200), default: "60",
        "How long calls in progress may go on after SIGTERM. Also --drain-seconds."),
      Setting(
        optional: "PUBLIC_URL", \.publicURL, .webURL,
        "How carriers and people with a consent form's link reach this server; where it listens when unset."
      ),
      Setting(
        "CORS_ORIGINS", \.corsOrigins, .words("origins, separated by commas"), default: "",
        "Origins whose pages may call the API from a browser."),
      Setting(
        "WEBHOOK_ALLOW_LOOPBACK", \.webhooksMayLoop, .flag, default: "false",
        "Let webhooks go to this machine, also without TLS: for development and tests."),
      Setting(
        optional: "DASHBOARD_DIR", \.dashboardFolder, .folder,
        """
        The merchants' dashboard, as tools/dashboard builds it, to serve under /dashboard/; none is \
        served when unset.
        """),
      Setting(
        "LOG_LEVEL", \.logLevel, .choice(\.name), default: "info",
        "The least important events that are logged.", .reloads),
      Setting(
        "LOG_FORMAT", \.logFormat, .choice(\.name), default: "json",
        "Whether log lines are JSON objects or text for a terminal."),
    ])

  private static let database = SettingGroup<Settings>(
    "Voice Agent - Database",
    [
      Setting(
        optional: "DATABASE_URL", \.databaseURL, .postgres,
        """
        A PostgreSQL to use, postgresql://user:password@host/name; one of this server's own, below \
        the data folder, when unset. A new password counts for new connections. With several hosts, \
        host1,host2, the one that takes writes is used, also after a failover.
        """, [.secret, .reloads]),
      Setting(
        optional: "REDIS_URL", \.redis, .redis,
        """
        A Redis that several of these servers share, redis://user:password@host:port/database, \
        rediss:// for TLS or unix:///path: for their caches and limits. Each has its own when unset.
        """, .secret),
      Setting(
        "AGENT_CACHE_SECONDS", \.agentCacheTime, .seconds(0...3600), default: "30",
        """
        How long an agent is answered from memory; changes are heard of at once, and this bounds what \
        a lost announcement can do. 0 reads the database for each call.
        """),
      Setting(
        "API_AUDIT_DAYS", \.apiAuditTime, .days(366...36_525), default: "400",
        """
        How long the audit of API calls, who changed what and who read a call, is kept; India's \
        DPDP Rules, 6(1)(e) and 8(3), want such logs for a year at least.
        """),
      Setting(
        "RECORDING_DAYS", \.recordingTime, .days(1...3_650), default: "90",
        """
        How long the recording of a call is kept after its end; then its sound and its key are \
        deleted for good, and what was said stays as text. From 2027 on a recording of an agent with the purpose \
        RECOVERY is kept for 180 days at least.
        """),
    ])

  private static let exotel = SettingGroup<Settings>(
    "Voice Agent - Telephony",
    [
      Setting(
        required: "EXOTEL_API_KEY", \.exotel.apiKey, .text, "The API key of the Exotel account.",
        [.secret, .reloads]),
      Setting(
        required: "EXOTEL_API_TOKEN", \.exotel.apiToken, .text,
        "The API token that belongs to the key.",
        [.secret, .reloads]),
      Setting(
        required: "EXOTEL_SID", \.exotel.accountSID, .text,
        "The account's SID, as in the URLs of its API."),
      Setting(
        required: "EXOTEL_WEBHOOK_SECRET", \.exotel.webhookSecret, .text(atLeast: 32),
        "Signs the addresses that Exotel reports calls to; any random text.",
        [.secret, .reloads]),
      Setting(
        optional: "EXOTEL_WEBHOOK_SECRET_PREVIOUS", \.exotel.previousWebhookSecret,
        .text(atLeast: 32), "The secret before, for calls that were placed with it.",
        [.secret, .reloads]),
      Setting(
        optional: "EXOTEL_FLOW_ID", \.exotel.flowID, .text,
        """
        The call flow of App Bazaar that answers the numbers bought through the API; without one they \
        only place calls. The URL of its Voicebot applet is what `voiced incoming-url` prints.
        """),
      Setting(
        optional: "DLT_TELEMARKETER_ID", \.telemarketer, .telemarketer,
        """
        This platform's id as telemarketer on the operators' DLT platforms. Calls are placed only for \
        merchants that are bound to it (`voicectl admin merchant bind`), or to an id of their own.
        """),
      Setting(
        "EXOTEL_BASE_URL", \.exotel.baseURL, .webURL, default: "https://api.in.exotel.com",
        "Where Exotel's API is."),
    ])

  private static let gemini = SettingGroup<Settings>(
    "Voice Agent - Gemini",
    [
      Setting(
        required: "GEMINI_API_KEY", \.gemini.apiKey, .text, "The key for the Gemini API.",
        [.secret, .reloads]),
      Setting(
        "GEMINI_BASE_URL", \.gemini.baseURL, .url("http", "https", "ws", "wss"),
        default: "https://generativelanguage.googleapis.com", "Where the Gemini API is."),
      Setting(
        "GEMINI_MODEL", \.gemini.model, .text, default: "gemini-3.8-live",
        "The speech-to-speech model, without \"models/\"."),
      Setting(
        "GEMINI_TEXT_MODELS", \.gemini.textModels,
        .names("names of models, best first, separated by commas"),
        default: "gemini-3.5-flash-lite,gemini-3.8-flash",
        "What calls are analysed with, and a cascade talks; the next is asked when one is overloaded or gone."
      ),
      Setting(
        "GEMINI_EMBEDDING_MODEL", \.gemini.embeddingModel, .text, default: "gemini-embedding-001",
        """
        What turns documents and questions into vectors of 768 dimensions. After a change, once no server wants \
        the old one, documents are embedded again, and are found by the old one until then.
        """),
      Setting(
        "GEMINI_EMBEDDING_MOVE_RATE", \.gemini.embeddingMoveRate, .number(1...1_000_000),
        default: "1000",
        """
        Passages, of some 300 to 700 tokens, that a change of the model embeds a minute, all servers together: \
        below the quota, which questions and new documents need too.
        """),
      Setting(
        "CALL_ANALYSIS", \.gemini.analyzesCalls, .flag, default: "true",
        """
        Send each call's transcript to a text model for a summary, the caller's mood and what is left \
        to do.
        """),
      Setting(
        optional: "GOOGLE_STT_API_KEY", \.googleSpeech.apiKey, .text,
        """
        The key for Google's Speech-to-Text. With Azure's it makes the cascade, which holds calls when the \
        speech-to-speech model fails, and those of agents that want it.
        """, [.secret, .reloads]),
      Setting(
        "GOOGLE_STT_MODEL", \.googleSpeech.model, .text, default: "latest_long",
        "What recognises the caller; it must know hi-IN and en-IN."),
      Setting(
        "GOOGLE_STT_BASE_URL", \.googleSpeech.baseURL, .webURL,
        default: "https://speech.googleapis.com", "Where Speech-to-Text is."),
    ])

  private static let speech = SettingGroup<Settings>(
    "Voice Agent - TTS",
    [
      Setting(
        optional: "AZURE_TTS_API_KEY", \.azureSpeech.apiKey, .text,
        "The key for Azure's neural voices.", [.secret, .reloads]),
      Setting(
        "AZURE_TTS_REGION", \.azureSpeech.region, .text, default: "centralindia",
        "The region of the Azure key; centralindia keeps speech in India."),
      Setting(
        optional: "AZURE_TTS_BASE_URL", \.azureSpeech.baseURL, .webURL,
        "Where Azure's text to speech is; the region's own address when unset."),
    ])

  private static let knowledge = SettingGroup<Settings>(
    "Voice Agent - Vector DB",
    [
      Setting(
        optional: "PINECONE_API_KEY", \.pinecone.apiKey, .text,
        """
        The key for Pinecone, which then has a copy of the documents' vectors and is asked first; what they \
        say stays in the database. Without one the database's vectors are searched.
        """, .secret),
      Setting(
        "PINECONE_INDEX", \.pinecone.index, .text, default: "payaid-voice",
        "The index of documents: dense, 768 dimensions, cosine."),
      Setting(
        "PINECONE_BASE_URL", \.pinecone.baseURL, .webURL, default: "https://api.pinecone.io",
        "Where Pinecone's control plane is."),
    ])

  private static let aws = SettingGroup<Settings>(
    "Voice Agent - AWS (if separate from main)",
    [
      Setting(
        "VOICE_AWS_REGION", \.aws.region, .text, default: "ap-south-1",
        "The region of everything we keep at AWS."),
      Setting(
        source: "VOICE_AWS_SECRET_ID",
        """
        A secret in AWS Secrets Manager: a JSON object of settings by name, for all that nothing \
        else sets. Read at the start and on SIGHUP; nothing is asked when unset.
        """),
      Setting(
        source: "AWS_ACCESS_KEY_ID",
        "An access key; a container's or the machine's role counts when unset.", .reloads),
      Setting(
        source: "AWS_SECRET_ACCESS_KEY", "What belongs to the access key.", [.secret, .reloads]),
      Setting(
        source: "AWS_SESSION_TOKEN", "The third part of a temporary key.", [.secret, .reloads]),
      Setting(
        source: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "Where Secrets Manager is, when it is not at the region's own address."),
      Setting(
        optional: "VOICE_S3_BUCKET", \.aws.bucket, .bucket,
        """
        The bucket of recordings and of what the audit log last signed, in VOICE_AWS_REGION; below the \
        data folder when unset. It must be there, and the credentials may list it and get, put and \
        delete its objects.
        """),
      Setting(
        optional: "VOICE_S3_KMS_KEY_ID", \.aws.encryptionKey, .text,
        "The KMS key, by id, alias or ARN, that the bucket's objects are encrypted with; S3's own when unset."
      ),
      Setting(
        source: "AWS_ENDPOINT_URL_S3",
        "Where S3 is, when it is not at the region's own address: another maker's, or a stand-in."),
      Setting(
        optional: "VOICE_KMS_KEY", \.aws.masterWrappingKey, .text,
        """
        The KMS key, by id, alias or ARN, that wraps the master key of all servers of one database, which \
        then lies there; a file below the data folder when unset. The credentials may GenerateDataKey, \
        Encrypt and Decrypt with it. A keys/master.key that is there at the first start with this is \
        wrapped, and needed no more.
        """),
      Setting(
        source: "AWS_ENDPOINT_URL_KMS",
        "Where KMS is, when it is not at the region's own address."),
    ])
}

extension SettingType<SocketAddress> {
  /// An address and a port.
  fileprivate static var address: SettingType { SettingType("HOST:PORT") { SocketAddress($0) } }
}

extension SettingType<String> {
  /// What S3 takes as a bucket's name.
  fileprivate static var bucket: SettingType {
    SettingType("a bucket's name: 3 to 63 small letters, digits, dots and hyphens") {
      S3Bucket.isName($0) ? $0 : nil
    }
  }

  /// A telemarketer on the operators' DLT platforms.
  fileprivate static var telemarketer: SettingType {
    SettingType("an id of 19 digits") { DLTChain.isID($0) ? $0 : nil }
  }

  /// Where a PostgreSQL is.
  fileprivate static var postgres: SettingType {
    SettingType("a URL that starts with postgresql:// or postgres:// and that libpq can read") {
      PostgresURL.isValid($0) ? $0 : nil
    }
  }
}

extension Log.Level {
  fileprivate var name: String { "\(self)" }
}

extension Log.Format {
  fileprivate var name: String { "\(self)" }
}
