/// Carries a loop-confined object into a task or closure that runs on the same loop.
struct LoopConfined<Value>: @unchecked Sendable {  // only unwrapped on the loop that made it
  let value: Value

  init(_ value: Value) { self.value = value }
}
