import CLinux
public import EventLoop
import Glibc
import HTTPMessage
public import HTTPServer
public import SigV4

/// A stand-in for Amazon Athena's Spark calculations, for people without AWS at hand and for tests.
///
/// It speaks AWS JSON 1.1 on `POST /` and S3's path-style GetObject on every other path, checks
/// signatures as AWS does, and really runs the code, in one `python3` for each session. The session
/// `demo` is there from the start. Everything happens on one loop.
///
/// It runs anybody's code, and its key pair is public: only who can connect decides who may run
/// something. So it refuses to listen where another machine could reach it, unless
/// ``Options/allowsRemoteCode`` says otherwise. Where only this machine reaches it, it answers no request
/// whose `Host` is another's: a web page can have its own name resolve to 127.0.0.1. And it never
/// answers one with an `Origin`, which is a web page's too.
///
/// The code runs as this user and is not confined. Only this process is closed to it, whose environment
/// may hold the credentials of an AWS account: ``init(listeningOn:on:options:)`` says what that costs.
public final class LocalAthena {
  /// Why it does not start.
  public enum StartError: Error, CustomStringConvertible {
    case reachableFromOutside(ListenAddress)
    /// Nobody can listen there, or somebody else does.
    case address(SystemError)
    case system(SystemError)

    public var description: String {
      switch self {
      case .reachableFromOutside(let address):
        "\(address) can be reached from other machines, and a local Athena runs whatever code it is "
          + "sent: listen on 127.0.0.1, or allow remote code"
      case .address(let error), .system(let error): error.description
      }
    }
  }

  /// The key pair that requests are signed with. It is no secret, and no key of AWS looks like it.
  public static let credentials = Credentials(
    accessKeyID: "LOCALATHENAEXAMPLE00",
    secretAccessKey: "local/athena/is/not/AWS/and/this/no/secret")

  /// A request needs no session token; one that has a token needs this one.
  public static let sessionToken = "local-athena-session-token"

  /// The session that exists from the start and never idles out.
  public static let demoSession = "demo"

  /// The bucket of the outputs.
  public static let bucket = "athena-local-results"

  private let account: Account
  private let frontDoor: FrontDoor
  private let server: HTTPServer

  /// Listens and serves at once. To be called on the loop.
  ///
  /// The whole process becomes non-dumpable, and stays so: it leaves no core dumps, and takes no debugger
  /// but root's. Otherwise the code could read `/proc/PID/environ` and open what is in `/proc/PID/fd`,
  /// for it runs as the same user.
  ///
  /// Keep the value until the loop has stopped.
  public init(
    listeningOn address: ListenAddress, on loop: EventLoop, options: Options = Options()
  ) throws(StartError) {
    guard address.isLoopback || options.allowsRemoteCode else {
      throw .reachableFromOutside(address)
    }
    // Python is written to through a pipe, whose reader may die at any time: EPIPE is an answer, a
    // signal would end the process.
    signal(SIGPIPE, SIG_IGN)
    let listener: Listener
    do throws(SystemError) {
      listener = try Listener(address, isShared: false)
    } catch {
      throw .address(error)
    }
    do throws(SystemError) {
      guard clinux_hide_process() == 0 else { throw SystemError("prctl") }
      account = try Account(loop: loop, options: options)
      let frontDoor = FrontDoor(
        account: account, loop: loop, isOpen: !address.isLoopback)
      self.frontDoor = frontDoor
      server = try HTTPServer(
        listener, on: loop, limits: options.limits,
        refusal: { refusal, _ in frontDoor.answer(to: refusal) },
        handler: { (request) async throws(Refusal) in try await frontDoor.answer(request) })
    } catch {
      throw .system(error)
    }
  }

  /// The port that it listens on.
  public var port: UInt16 { server.port }

  /// What is to be removed where ``close()`` would take too long.
  public var remains: Remains { Remains(outputs: account.outputs) }

  /// Ends the connections and every process that was started, and removes all outputs. On the loop.
  public func close() async {
    server.close()
    frontDoor.close()
    await account.close()
  }
}
