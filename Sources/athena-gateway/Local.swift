import ArgumentParser
import EventLoop
import HTTPServer
import LocalAthena
import SigV4

/// `athena-gateway local`: the stand-in Athena alone.
struct Local: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local",
    abstract: "Serves a stand-in for Athena, for trying and testing without AWS.",
    discussion: """
      It speaks AWS JSON 1.1 and runs the code it is given with python3 on this machine. Point any \
      AWS SDK or the aws command at it with --endpoint-url, with the access key \
      \(LocalAthena.credentials.accessKeyID) and the secret key \
      \(LocalAthena.credentials.secretAccessKey).
      """)

  @Option(
    help: ArgumentHelp(
      "The address to listen on: HOST:PORT, or unix:PATH for a unix socket.", valueName: "address"))
  var listen = "127.0.0.1:4566"

  @Flag(
    help: ArgumentHelp(
      "Listen on an address that other machines can reach, although whoever reaches it may run any "
        + "program on this machine."))
  var allowRemoteCode = false

  func run() throws {
    let signals = Signals()
    let athena = try LocalAthenaThread(address(), allowsRemoteCode: allowRemoteCode)
    announce(athena)
    // A signal that it would have nothing to do for ends it as well: a terminal that is closed.
    while signals.next() == .wake {}
    if let second = athena.stop(signals) { Signals.die(of: second) }
  }

  private func address() throws -> ListenAddress {
    var problems = Problems()
    let address = problems.noting("--listen") { try ListenAddress(parsing: listen) }
    if let address, !address.isLoopback, !allowRemoteCode {
      problems.add(
        "--listen: everybody who reaches \(address) could run any program on this machine; listen "
          + "on 127.0.0.1, or add --allow-remote-code if that is meant")
    }
    guard let address, problems.isEmpty else { throw problems.error }
    return address
  }

  private func announce(_ athena: LocalAthenaThread) {
    let url = athena.address.url()
    Terminal.say(
      "athena-gateway \(AthenaGateway.version): a local Athena on \(url), with a session "
        + "'\(LocalAthena.demoSession)'")
    // No SDK of AWS takes a path.
    guard case .internet = athena.address else { return }
    Terminal.say("Try:")
    Terminal.say(
      """
        AWS_ACCESS_KEY_ID=\(LocalAthena.credentials.accessKeyID) \
      AWS_SECRET_ACCESS_KEY=\(LocalAthena.credentials.secretAccessKey) \
      aws athena start-calculation-execution --session-id \(LocalAthena.demoSession) \
      --code-block 'print(1)' --region us-east-1 --endpoint-url \(url)
      """)
  }
}
