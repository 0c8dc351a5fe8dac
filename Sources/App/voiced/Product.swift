internal import Accounts
internal import Agents
internal import Analytics
internal import Calls
internal import Compliance
internal import Domain
internal import EventLoop
internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import Jobs
internal import Knowledge
internal import Limits
internal import Objects
internal import Passwords
internal import Postgres
internal import RPCCore
internal import RPCProtobuf
internal import Vendors
internal import VoiceAPI
internal import Webhooks

/// The areas of the product, joined: each gets what it needs of the others as a value.
struct Product {
  let authenticator: Authenticator
  let origins: OriginTable
  let services: [any RPCService]
  let runner: CallRunner
  let switchboard: ExotelSwitchboard
  let incoming: IncomingCalls
  let live = LiveCalls()
  let bell = CallBell()
  let reaper: Reaper
  let dialing: JobHandler
  let analyzer: CallAnalyzer
  let auditSigner: AuditSigner
  let auditInspector: AuditInspector
  let settlement: CallSettlement
  let consentDesk: ConsentDesk
  /// Who a request comes from.
  let addresses: ClientAddress
  let eraser: Eraser
  /// What is kept for a while only.
  let retentions: [Retention]
  let webhooks: WebhookJobs
  let knowledge: KnowledgeJobs
  let knowledgeWatch: KnowledgeWatch
  let relay: EventRelay
  let keys: KeyWatch
  let resealer: Resealer
  /// This process, among those that share the database.
  let owner: String

  init(
    _ current: CurrentSettings, _ pool: PostgresPool, _ loop: EventLoop,
    _ endpoint: PublicEndpoint, _ shared: SharedState, _ objects: any ObjectStore,
    _ masterKeys: MasterKeys
  ) throws {
    let settings = current.value
    let ring = masterKeys.ring
    let callSettings = try Self.callSettings(settings, ring, endpoint)
    owner = callSettings.owner
    let carrier = ExotelCarrier(settings: { Self.exotel(current.value.exotel) }, loop: loop)
    let callbacks = ExotelCallbacks(
      accountSID: settings.exotel.accountSID,
      secrets: { Self.webhookSecrets(current.value.exotel) })
    let agents = StoredAgents()
    let policy = OutboundPolicy(allowsLoopback: settings.webhooksMayLoop)
    let toolSecrets = ToolSecrets(seal: DataSeal(ring, "tool-secrets"))
    let numbers = NumberSeal(DataSeal(ring, "erased-numbers"))
    let admission = StoredGate(
      registry: DoNotDisturbLookup(
        ExotelNumberLookup(settings: { Self.exotel(current.value.exotel) }, loop: loop)),
      numbers: numbers, telemarketer: settings.telemarketer)
    let recordings = Recordings(store: objects, settings: callSettings)
    eraser = Eraser(
      pool: pool, numbers: numbers, calls: CallErasure(recordings: recordings),
      messages: MessageErasure())
    auditInspector = AuditInspector(pool: pool)
    consentDesk = ConsentDesk(pool: pool, numbers: numbers)
    addresses = ClientAddress(proxies: settings.trustedProxies)
    auditSigner = AuditSigner(pool: pool, objects: objects, keys: ring.keys("audit-signing"))
    let tokens = PageTokens(keys: ring.keys("page-tokens"))
    let dialer = Dialer(
      pool: pool, jobs: JobQueue(), carrier: carrier, callbacks: callbacks, agents: agents,
      admission: admission, settings: callSettings)
    let knowledge = Self.knowledge(current, pool, loop, ring, server: owner)
    let retriever = knowledge.retriever
    self.knowledge = knowledge.jobs
    knowledgeWatch = knowledge.watch
    let brain = Self.brain(current, loop)
    runner = CallRunner(
      pool: pool, agents: agents, model: brain, settings: callSettings, live: live,
      recordings: recordings,
      tools: ToolCaller(
        pool: pool, secrets: toolSecrets, knowledge: retriever, policy: policy, loop: loop),
      knowledge: retriever)
    switchboard = ExotelSwitchboard(
      accountSID: settings.exotel.accountSID,
      secrets: { Self.webhookSecrets(current.value.exotel) })
    incoming = IncomingCalls(
      pool: pool, agents: agents, admission: admission, settings: callSettings, live: live)
    reaper = Reaper(
      pool: pool, carrier: carrier, settings: callSettings, live: live, recordings: recordings)
    dialing = dialer.handler
    settlement = CallSettlement(pool: pool, carrier: carrier)
    analyzer = CallAnalyzer(
      pool: pool,
      model: GeminiTextModel(settings: { Self.geminiText(current.value.gemini) }, loop: loop),
      pricing: callSettings.pricing)
    let signingKeys = SigningKeys(ring)
    origins = OriginTable(pool: pool, always: settings.corsOrigins)
    authenticator = Authenticator(
      pool: pool, signingKeys: signingKeys, keys: shared.keys, origins: origins)
    retentions = Self.retentions(settings, recordings)
    keys = KeyWatch(keys: masterKeys)
    let webhookSeal = DataSeal(ring, "webhook-secrets")
    webhooks = WebhookJobs(
      pool: pool, client: WebhookClient(loop: loop, policy: policy), seal: webhookSeal)
    relay = EventRelay(loop: loop, pool: pool, jobs: WebhookJobs.queue, seal: webhookSeal)
    let accountSeal = DataSeal(ring, "account-data")
    let accounts = Self.accounts(
      settings, accountSeal, pool, tokens, signingKeys, authenticator, addresses,
      webhook: ManagedEndpoint(policy: policy, seal: webhookSeal))
    resealer = Resealer(
      pool: pool, ring: ring,
      kinds: [
        AccountStore.resealing(accountSeal), toolSecrets.resealing, recordings.resealing,
        knowledge.keys.resealing,
      ]
        + numbers.resealings + WebhookJobs.resealings(webhookSeal))
    services =
      accounts + [
        PackedAgents(
          AgentService(
            pool: pool, tokens: tokens, policy: policy, hasCascade: brain.hasCascade,
            cache: shared.agents)),
        PhoneNumberService(
          pool: pool, tokens: tokens, cache: shared.agents,
          carrier: ExoPhones(settings: { Self.exotel(current.value.exotel) }, loop: loop)),
        SecretService(pool: pool, secrets: toolSecrets),
        CallService(
          pool: pool, tokens: tokens, agents: agents, admission: admission, dialer: dialer,
          bell: bell, live: live, recordings: recordings, policy: policy),
        LiveService(pool: pool, agents: agents, runner: runner, settings: callSettings),
        CallbackService(pool: pool, callbacks: callbacks),
        WebhookService(pool: pool, tokens: tokens, policy: policy, seal: webhookSeal),
        ComplianceService(
          pool: pool, tokens: tokens, agents: agents, gate: admission, signer: auditSigner,
          forms: ConsentLinks(
            seal: DataSeal(ring, "consent-links"), base: { endpoint.url }), numbers: numbers),
        AnalyticsService(pool: pool),
        KnowledgeService(
          pool: pool, tokens: tokens, retriever: retriever, jobs: knowledge.jobs,
          keys: knowledge.keys),
      ]
  }

  private static func accounts(
    _ settings: Settings, _ seal: DataSeal, _ pool: PostgresPool, _ tokens: PageTokens,
    _ keys: SigningKeys, _ authenticator: Authenticator, _ addresses: ClientAddress,
    webhook: ManagedEndpoint
  ) -> [any RPCService] {
    let passwords = PasswordHasher(
      slots: settings.loops ?? ProcessInfo.processInfo.activeProcessorCount)
    return [
      AccountService(
        pool: pool, tokens: tokens, seal: seal, passwords: passwords, authenticator: authenticator,
        webhook: webhook, telemarketer: settings.telemarketer),
      AuthService(
        pool: pool, seal: seal, keys: keys, passwords: passwords, authenticator: authenticator,
        client: { addresses.guesser(of: $0)?.text }),
    ]
  }

  private static func retentions(_ settings: Settings, _ recordings: Recordings) -> [Retention] {
    AccountRetention.all + WebhookJobs.retentions + [
      .endedJobs, Idempotency.retention, ConsentFormStore.retention, ScrubStore.retention,
      APIAudit.retention(keptFor: settings.apiAuditTime),
      CallRetention.access(keptFor: settings.apiAuditTime),
      CallRetention.recordings(recordings, keptFor: settings.recordingTime),
    ]
  }

  /// What recurs, in one process of all.
  var schedules: [JobSchedule] {
    WebhookJobs.schedules + KnowledgeJobs.schedules + retentions.map(\.schedule) + [
      AuditSigner.schedule, AuditInspector.schedule, Resealer.schedule, CallSettlement.schedule,
      Eraser.schedule,
    ]
  }

  /// All that the protos declare: what is not among the services is answered 501.
  let bindings: [ServiceBinding] = [
    Payaid.Voice.V1.AccountServiceBinding.binding, Payaid.Voice.V1.AgentServiceBinding.binding,
    Payaid.Voice.V1.AnalyticsServiceBinding.binding, Payaid.Voice.V1.AuthServiceBinding.binding,
    Payaid.Voice.V1.CallServiceBinding.binding,
    Payaid.Voice.V1.CarrierCallbackServiceBinding.binding,
    Payaid.Voice.V1.ComplianceServiceBinding.binding,
    Payaid.Voice.V1.KnowledgeServiceBinding.binding, Payaid.Voice.V1.LiveServiceBinding.binding,
    Payaid.Voice.V1.PhoneNumberServiceBinding.binding,
    Payaid.Voice.V1.SecretServiceBinding.binding, Payaid.Voice.V1.WebhookServiceBinding.binding,
  ]

  private static func callSettings(
    _ settings: Settings, _ ring: KeyRing, _ endpoint: PublicEndpoint
  ) throws -> CallSettings {
    let spool = settings.dataDirectory + "/spool"
    try Folder.make(spool)
    var calls = CallSettings(
      owner: "\(getpid())-\(WallClock.now.microseconds)",
      streamBase: { endpoint.webSocketURL }, callbackBase: { endpoint.url },
      streamTokenKeys: ring.keys("stream-tokens"),
      recordingMasterKeys: ring.keys("recordings"), spoolDirectory: spool)
    calls.analyzesCalls = settings.gemini.analyzesCalls
    return calls
  }

  private static func exotel(_ settings: Settings.Exotel) -> ExotelSettings {
    ExotelSettings(
      accountSID: settings.accountSID, apiKey: settings.apiKey, apiToken: settings.apiToken,
      baseURL: settings.baseURL, flowID: settings.flowID)
  }

  static func webhookSecrets(_ settings: Settings.Exotel) -> [String] {
    [settings.webhookSecret] + [settings.previousWebhookSecret].compactMap { $0 }
  }

  static func geminiText(_ settings: Settings.Gemini) -> GeminiTextSettings {
    GeminiTextSettings(
      apiKey: settings.apiKey, baseURL: settings.baseURL, models: settings.textModels)
  }
}
