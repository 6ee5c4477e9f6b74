import Glibc

/// One program for all that is measured piece by piece: `micro NAME COUNT` does one piece of work that often, and
/// `micro` alone lists them. `micro.py` counts what an operation executes.
@main enum Micro {
  private static let pieces = reading + answering + signing + json + telling

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.isEmpty {
      for piece in pieces { print("\(piece.name)\t\(piece.what)") }
      return
    }
    guard let piece = pieces.first(where: { $0.name == arguments.first }),
      arguments.count == 2, let count = arguments.last.flatMap(Int.init), count >= 0
    else {
      print("usage: micro [NAME COUNT], with one of the names that micro alone lists")
      exit(2)
    }
    try piece.run(count)
  }
}

/// Work of one kind, as a request gives it to a worker.
struct Piece: Sendable {
  let name: String
  /// For people.
  let what: String
  /// Makes what the work needs, and does it so often.
  let run: @Sendable (Int) throws -> Void

  init(_ name: String, _ what: String, _ run: @escaping @Sendable (Int) throws -> Void) {
    (self.name, self.what, self.run) = (name, what, run)
  }
}

/// Where results go: the optimizer doesn't see that nobody needs them.
@inline(never) @_optimize(none)
func sink<Result>(_ result: borrowing Result) {}
