import Testing

@testable import Calls

@Suite struct PromptTemplateTests {
  @Test(arguments: [
    ("", ""), ("Hello.", "Hello."), ("Hello {{name}}.", "Hello Asha."),
    ("{{ name }}{{name}}", "AshaAsha"), ("{{nobody}}!", "!"), ("{{name", "{{name"),
    ("}}{{name}}{{", "}}Asha{{"), ("{name}", "{name}"), ("{{}}", ""),
  ])
  func `variables stand where their names stood`(template: String, text: String) {
    #expect(PromptTemplate.render(template, ["name": "Asha"]) == text)
  }

  @Test func `a value is not read as a template again`() {
    #expect(PromptTemplate.render("{{a}}", ["a": "{{b}}", "b": "x"]) == "{{b}}")
  }
}
