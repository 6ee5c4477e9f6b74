import CResources
import Glibc
import JSON
import Subprocess
import SystemPackage

extension PythonProcess {
  /// How a session's Python is started, and what its end means.
  struct Command {
    private let python: String
    let configuration: Configuration

    init(options: LocalAthena.Options, workingDirectory: String) {
      python = options.python
      var platform = PlatformOptions()
      // A session of its own is a process group of its own, and out of the terminal's reach: Ctrl-C is for
      // the gateway, which ends its children in order.
      platform.createSession = true
      configuration = Configuration(
        executable: Self.executable(python),
        // -I: neither the working directory nor PYTHON* variables shield off the standard library.
        arguments: Arguments([
          "-I", "-c", Self.start, Self.limits(options),
        ]),
        environment: .custom(Self.environment),
        workingDirectory: FilePath(workingDirectory),
        platformOptions: platform)
    }

    private static func executable(_ python: String) -> Executable {
      python.contains("/") ? .path(FilePath(python)) : .name(python)
    }

    /// What the process reads first: `engine.py`. As an argument it would be 26 KB of every `ps`, and as a file
    /// the code could change it.
    static var source: [UInt8] {
      let length = cresources_engine_length()
      return cresources_engine_source().withMemoryRebound(to: UInt8.self, capacity: length) {
        Array(UnsafeBufferPointer(start: $0, count: length))
      }
    }

    /// Reads the source, and not a byte of what comes after it, which is for the source to read. Where less
    /// comes, the gateway has gone, and what there is has no end that would run it.
    private static var start: String {
      """
      # the code of a session of athena-gateway's local Athena
      from os import read
      engine = b""
      while piece := read(0, \(cresources_engine_length()) - len(engine)): engine += piece
      exec(engine)
      """
    }

    /// `engine.py` names them.
    private static func limits(_ options: LocalAthena.Options) -> String {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("output_bytes", options.outputSize)
      writer.member("memory_bytes", options.memory)
      writer.endObject()
      return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// What the code may know of ours: where programs are, and in which language to speak. Credentials,
    /// AWS's above all, are not in this list, and `engine.py` has no wider one.
    ///
    /// Not the bytes themselves: Subprocess passes those on as C strings, whether or not they end in a NUL.
    private static var environment: [Environment.Key: String] {
      let names = [
        "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "JAVA_HOME", "SPARK_HOME",
        "VIRTUAL_ENV", "PYTHONPATH", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON",
        "PYSPARK_SUBMIT_ARGS",
      ]
      var values: [Environment.Key: String] = [:]
      for name in names {
        values[Environment.Key(stringLiteral: name)] = getenv(name).map { String(cString: $0) }
      }
      return values
    }

    /// Whether there are the descriptors that a start takes: Subprocess traps where it finds none.
    static var hasDescriptors: Bool {
      var opened: [Int32] = []
      defer { for descriptor in opened { Glibc.close(descriptor) } }
      while opened.count < 20 {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        opened.append(descriptor)
      }
      return true
    }

    // MARK: Its end

    /// That there is no such interpreter on the `PATH`; nil where there is one.
    static func absence(of python: String) async -> String? {
      do throws(SubprocessError) {
        _ = try await executable(python).resolveExecutablePath(in: .custom(environment))
        return nil
      } catch {
        return explain(error, python)
      }
    }

    func explain(_ error: SubprocessError) -> String { Self.explain(error, python) }

    private static func explain(_ error: SubprocessError, _ python: String) -> String {
      guard error.code == .executableNotFound || error.underlyingError == .noSuchFileOrDirectory
      else { return "\(python) could not be run: \(error)" }
      return """
        \(python) is not installed, or not on the PATH: calculations run in Python 3.9 or later. \
        Install it (apt-get install python3) and try again; nothing needs to be restarted.
        """
    }

    /// What the supervisor says when it can't start an interpreter stands on its stderr.
    func explain(_ status: TerminationStatus, stderr: String?, wasReady: Bool) -> String {
      guard wasReady else {
        let said = stderr?.split(separator: "\n").last.map { ": \($0)" } ?? ""
        return "\(python) did not start (\(Self.words(status)))\(said)"
      }
      return "the Python process of the session ended \(Self.words(status)); "
        + "the session's variables are lost"
    }

    /// As `engine.py` says it of the interpreter.
    private static func words(_ status: TerminationStatus) -> String {
      switch status {
      case .exited(let code): "with status \(code)"
      case .signaled(let number): "by signal \(number)"
      }
    }
  }
}
