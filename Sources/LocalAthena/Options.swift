public import HTTPServer

extension LocalAthena {
  /// What a local Athena may cost, and what it runs. Sizes are bytes.
  public struct Options: Sendable {
    /// The interpreter: a name that is looked up on the `PATH`, or a path with a slash.
    public var python = "python3"
    /// Whether it may listen where other machines can reach it, and thereby run their code.
    public var allowsRemoteCode = false
    /// Sessions kept, ended ones included. The oldest ended ones go, with their calculations; where none has
    /// ended, no further one is started.
    public var sessions = 50
    /// How long a minute of a session's idle timeout is.
    public var idleMinute = Duration.seconds(60)
    /// Calculations kept for each session. The oldest finished ones go, with their outputs.
    public var calculations = 1_000
    /// The code of the calculations that are kept, for each session; beyond it the oldest ones go as well.
    public var codeSize = 16 << 20
    /// Client request tokens kept. The oldest ones go; a call that is repeated with one runs again.
    public var tokens = 10_000
    /// What a calculation may write to any one file, its stdout and stderr among them.
    public var outputSize = 64 << 20
    /// The address space of a session's interpreter; where `pyspark` is installed, Spark's JVM is
    /// exempt.
    public var memory = 4 << 30
    /// Where the outputs' own directory is made; `TMPDIR`, else `/tmp`, where nil.
    public var temporaryDirectory: String?
    /// What a connection may cost.
    public var limits = Limits()

    public init() {}

    /// That the interpreter is not on the `PATH`, and what to do about it; nil where it is there.
    public func absenceOfPython() async -> String? {
      await PythonProcess.Command.absence(of: python)
    }
  }
}
