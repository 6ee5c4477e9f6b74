import Glibc

/// `openssl s_server` with a certificate of its own, on a free port.
final class TLSServer {
  let port: Int
  /// The PEM file of the certificate, which is its own authority.
  let certificate: String
  private let directory: String
  private let process: pid_t

  /// - Parameters:
  ///   - name: The subject's alternative name, as in `IP:127.0.0.1`.
  ///   - options: Further words of the command line.
  init(name: String, options: [String] = []) {
    var template = Array("/tmp/httpclient-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no directory")
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    certificate = directory + "/certificate.pem"
    let key = directory + "/key.pem"
    let (request, _) = Self.start([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-days", "1", "-subj", "/CN=test", "-addext", "subjectAltName=\(name)",
      "-keyout", key, "-out", certificate,
    ])
    waitpid(request, nil, 0)
    let output: Int32
    (process, output) = Self.start(
      ["openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key]
        + options)
    port = Self.readPort(from: output)
  }

  deinit {
    // Not SIGTERM: the child has inherited a signal mask that may block it.
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    for path in [certificate, directory + "/key.pem"] { unlink(path) }
    rmdir(directory)
  }

  /// Starts a child; returns it and the reading end of its standard output.
  private static func start(_ words: [String]) -> (pid_t, Int32) {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0, "no pipe")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Or else the child would hold open what other tests wait to see closed. glibc forgives the
    // numbers that are not open.
    for descriptor in Int32(3)..<1024 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    defer { posix_spawn_file_actions_destroy(&actions) }
    let arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    precondition(
      posix_spawnp(&process, words[0], &actions, nil, arguments, environ) == 0, "no \(words[0])")
    close(ends[1])
    return (process, ends[0])
  }

  /// It says "ACCEPT 127.0.0.1:PORT" when it is ready.
  private static func readPort(from output: Int32) -> Int {
    var text = ""
    var bytes = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = read(output, &bytes, bytes.count)
      precondition(count > 0, "no server: \(text)")
      text += String(decoding: bytes[..<count], as: UTF8.self)
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .first { $0.hasPrefix("ACCEPT") }
      if let port = line?.split(separator: ":").last.flatMap({ Int($0) }) { return port }
    }
  }
}
