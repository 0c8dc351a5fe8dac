import Buffers
import Testing

@testable import Simulation

@Suite struct TextRequestTests {
  static let lite = TextModel.named("gemini-3.5-flash-lite")
  static let hello = #""contents":[{"role":"user","parts":[{"text":"Hello there."}]}]"#

  static func request(
    _ text: String, model: String = "gemini-3.5-flash-lite"
  ) throws -> TextRequest {
    try TextRequest(Array(text.utf8), model: #require(TextModel.named(model)))
  }

  static func fault(_ text: String, model: String = "gemini-3.5-flash-lite") throws -> GoogleError {
    try #require(throws: GoogleError.self) { try request(text, model: model) }
  }

  @Test func `a full request is understood`() throws {
    let request = try Self.request(
      """
      {"systemInstruction":{"parts":[{"text":"Analyse."}]},
       "contents":[{"role":"user","parts":[{"text":"caller: One."},{"text":"caller: Two."}]},
                   {"role":"model","parts":[{"text":"Noted."}]}],
       "generationConfig":{"maxOutputTokens":1024,"temperature":0.2,
         "responseMimeType":"application/json","responseSchema":{"type":"STRING"},
         "thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}},
       "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_ONLY_HIGH"}],
       "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT",
         "properties":{"a":{"type":"ARRAY","items":{"type":"STRING"}}}}}]}],
       "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}}
      """)
    #expect(request.question == "caller: One.\ncaller: Two.")
    #expect(request.format == .json(ResponseSchema(.string)))
    #expect(request.outputLimit == 1_024)
    #expect(request.promptTokens == 7 + 2 + 2)
    #expect(request.thoughtTokens == 32 && request.showsThoughts)
  }

  @Test func `snake case and single values for lists are read too`() throws {
    let request = try Self.request(
      #"{"contents":{"parts":{"text":"Hi."}},"generation_config":{"max_output_tokens":"7"}}"#)
    #expect(request.question == "Hi.")
    #expect(request.outputLimit == 7)
  }

  @Test(arguments: [
    (#"{"contents":["#, "Invalid JSON payload received. Unexpected end of string."),
    (#"{"contents":nonsense}"#, "Invalid JSON payload received. Unexpected token."),
    ("[]", #"Invalid JSON payload received. Unknown name "": Root element must be a message."#),
    ("{}", "* GenerateContentRequest.contents: contents is not specified\n"),
    ("", "* GenerateContentRequest.contents: contents is not specified\n"),
    (#"{"prompt":"Hi."}"#, #"received. Unknown name "prompt": Cannot find field."#),
    (
      #"{"contents":[{"parts":[{"txt":"Hi."}]}]}"#,
      #"Unknown name "txt" at 'contents[0].parts[0]': Cannot find field."#
    ),
    (
      #"{"contents":[{"parts":[{"text":["Hi."]}]}]}"#,
      "at 'contents[0].parts[0]': Proto field is not repeating, cannot start list."
    ),
    (#"{"contents":[{"parts":[{"text":5}]}]}"#, "'contents[0].parts[0].text' (TYPE_STRING)"),
    (
      #"{"contents":["Hi."]}"#,
      "'contents[0]' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content)"
    ),
    (#"{"contents":[{"role":"user"}]}"#, "contents[0].parts: contents.parts must not be empty."),
    (#"{"contents":[{"role":"system","parts":[{"text":"x"}]}]}"#, "valid role: user, model."),
    (
      #"{"contents":[{"parts":[{"thought":true}]}]}"#,
      "contents[0].parts[0].data: required oneof field 'data' must have one initialized field"
    ),
  ])
  func `a request of the wrong shape is refused as the service would`(
    text: String, message: String
  ) throws {
    let fault = try Self.fault(text)
    #expect(fault.code == 400 && fault.status == "INVALID_ARGUMENT")
    #expect(fault.message.contains(message), "\(fault.message)")
  }

  @Test(arguments: [
    (#"{"colour":"red"}"#, #"Unknown name "colour" at 'generation_config': Cannot find field."#),
    (
      #"{"maxOutputTokens":"many"}"#, #"'generation_config.max_output_tokens' (TYPE_INT32), "many""#
    ),
    (#"{"maxOutputTokens":0}"#, "maxOutputTokens value of 0"),
    (#"{"maxOutputTokens":65537}"#, "from 1 (inclusive) to 65537 (exclusive)"),
    (#"{"temperature":2.5}"#, "temperature must be in the range [0.0, 2.0]."),
    (#"{"topP":1.5}"#, "top_p must be in the range [0.0, 1.0]."),
    (#"{"candidateCount":2}"#, "Multiple candidates is not enabled for this model"),
    (#"{"responseMimeType":"text/html"}"#, "response_mime_type: allowed mimetypes are"),
    (#"{"responseSchema":{"type":"STRING"}}"#, "response_schema: response_schema is only"),
    (#"{"responseJsonSchema":{"type":"string"}}"#, "response_json_schema is only supported"),
    (#"{"responseSchema":{"type":"TEXT"}}"#, #"v1beta.Type), "TEXT""#),
    (
      #"{"responseSchema":{"type":"OBJECT","properties":{"a":{"$ref":"x"}}}}"#,
      "at 'generation_config.response_schema.properties[0].value': Cannot find field."
    ),
    (#"{"thinkingConfig":{"thinkingBudget":0}}"#, "Thinking budget is not supported"),
    (#"{"thinkingConfig":{"thinkingLevel":"SOME"}}"#, #"v1beta.ThinkingLevel), "SOME""#),
    (
      #"{"thinkingConfig":{"thinkingBudget":0,"thinkingLevel":"LOW"}}"#,
      "You can only set only one of thinking budget and thinking level."
    ),
  ])
  func `a generation config against the rules is refused`(
    config: String, message: String
  ) throws {
    let fault = try Self.fault("{\(Self.hello),\"generationConfig\":\(config)}")
    #expect(fault.message.contains(message), "\(fault.message)")
  }

  @Test(arguments: [
    ("gemini-2.5-flash", #"{"thinkingLevel":"LOW"}"#, "Thinking level is not supported"),
    ("gemini-2.5-flash", #"{"thinkingBudget":99999}"#, "The thinking budget (99999) is invalid."),
    ("gemini-3.8-flash", #"{"thinkingLevel":"MINIMAL"}"#, "Thinking level MINIMAL is not"),
    ("gemini-3.8-flash", #"{"thinkingBudget":-1}"#, "Thinking budget is not supported"),
  ])
  func `each generation thinks in its own way`(
    model: String, thinking: String, message: String
  ) throws {
    let text = "{\(Self.hello),\"generationConfig\":{\"thinkingConfig\":\(thinking)}}"
    let fault = try Self.fault(text, model: model)
    #expect(fault.message.contains(message), "\(fault.message)")
  }

  @Test(arguments: [
    ("gemini-2.5-flash", #"{"thinkingBudget":0}"#, 0),
    ("gemini-2.5-flash", #"{"thinkingBudget":-1}"#, 96),
    ("gemini-3.5-flash-lite", "{}", 0),
    ("gemini-3.8-flash", "{}", 96),
    ("gemini-3.8-flash", #"{"thinkingLevel":"low"}"#, 32),
  ])
  func `thoughts cost tokens`(model: String, thinking: String, tokens: Int) throws {
    let text = "{\(Self.hello),\"generationConfig\":{\"thinkingConfig\":\(thinking)}}"
    #expect(try Self.request(text, model: model).thoughtTokens == tokens)
  }

  @Test func `all unknown fields are listed at once and no prompt is repeated`() throws {
    let fault = try Self.fault(
      #"{"a":1,"contents":[{"parts":[{"text":"A secret.","b":2}]}],"labels":{}}"#)
    #expect(fault.message.split(separator: "\n").count == 3)
    #expect(!fault.message.contains("secret"))
    let violations = fault.json["error"]?["details"]?[0]?["fieldViolations"]
    #expect(violations?.arrayValue?.count == 3)
    #expect(violations?[0]?["field"] == nil)
    #expect(violations?[1]?["field"] == "contents[0].parts[0]")
  }
}
