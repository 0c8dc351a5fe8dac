import Domain
import Testing

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

  @Test(arguments: [
    ("", []), ("Hello.", []), ("{{a}} and {{ b }} and {{a}}", ["a", "b", "a"]), ("{{}}", [""]),
    ("{{a}}{{b", ["a"]),
  ])
  func `the names in a template are found in order`(template: String, names: [String]) {
    #expect(PromptTemplate.names(in: template) == names)
  }

  @Test(arguments: [
    ("", false), ("{{a}}", false), ("{{a}}{{b", true), ("a}}", false), ("{{", true),
  ])
  func `braces that are never closed are noticed`(template: String, isOpen: Bool) {
    #expect(PromptTemplate.isOpen(template) == isOpen)
  }
}
