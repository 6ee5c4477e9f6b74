import Glibc

/// One program for all that is fuzzed: `fuzz TARGET`, followed by libFuzzer's own arguments.
///
/// A property that doesn't hold stops the program; libFuzzer writes down the input that did it.
@main enum Fuzz {
  private static let targets: [(name: String, callback: Callback)] = [
    ("request-parser", { run(checkRequestParser, $0, $1) }),
    ("answer-reader", { run(checkAnswerReader, $0, $1) }),
    ("chunked-decoder", { run(checkChunkedDecoder, $0, $1) }),
    ("json-reader", { run(checkJSONReader, $0, $1) }),
    ("problem-writer", { run(checkProblemWriter, $0, $1) }),
  ]

  static func main() {
    let name = CommandLine.arguments.dropFirst().first
    guard let target = targets.first(where: { $0.name == name }) else {
      print("usage: fuzz \(targets.map(\.name).joined(separator: "|")) …")
      exit(2)
    }
    // The first of libFuzzer's arguments is the program's name.
    var count = CommandLine.argc - 1
    var arguments: Arguments? = CommandLine.unsafeArgv + 1
    exit(runLibFuzzer(&count, &arguments, target.callback))
  }

  private static func run(
    _ check: (Span<UInt8>) -> Void, _ start: UnsafePointer<UInt8>?, _ count: Int
  ) -> Int32 {
    check(UnsafeBufferPointer(start: start, count: count).span)
    return 0
  }
}

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
private typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

/// libFuzzer as a library: `-sanitize=fuzzer` links it.
@_extern(c, "LLVMFuzzerRunDriver")
private func runLibFuzzer(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments?>,
  _ callback: Callback
) -> CInt

/// Stops the program where a property doesn't hold, in release builds too.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
  if !holds { fatalError(property()) }
}
