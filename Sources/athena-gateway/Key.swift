import ArgumentParser
import Callers
import Files
import Glibc

/// `athena-gateway key`: the API keys of callers.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Makes and revokes API keys of callers.", subcommands: [New.self, Revoke.self])

  /// `athena-gateway key new`.
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "new",
      abstract: "Makes an API key and prints it, once.",
      discussion: """
        The key is all that standard output gets; nobody can find it out later. What the gateway needs, its \
        name and its SHA-256, goes into the file of --file, which 'serve --api-keys' reads and which is made \
        where it is not there. Without --file it is printed to standard error.

        A name can have two keys, both good, so that a caller can change from one to the other. 'key revoke' \
        removes keys. A running gateway sees both within three seconds.
        """)

    @Argument(help: "The caller's name in logs and policies: letters, digits and - . _ @")
    var name: String

    @Option(
      help: ArgumentHelp(
        "How long the key is good, in days or hours, as in 90d or 12h. (default: for ever)",
        valueName: "time"))
    var expires: String?

    @Option(help: ArgumentHelp("The file of keys to add it to.", valueName: "file"))
    var file: String?

    func run() throws {
      var problems = Problems()
      if let fault = APIKeys.fault(inName: name) {
        problems.add("NAME: '\(name.prefix(100))' \(fault)")
      }
      let life = expires.flatMap { text in
        problems.noting("--expires") { try Self.seconds(text) }
      }
      guard problems.isEmpty else { throw problems.error }
      let key = APIKey.random()
      let now = time(nil)
      let entry = APIKeys.Entry(
        name: name, digest: key.digest, created: now, expires: life.map { now + $0 })
      guard let file else {
        print(key.text)
        Terminal.note("Add to the array 'keys' of the file of keys:")
        Terminal.note(entry.json)
        return
      }
      let count = try Self.add(entry, to: file)
      print(key.text)
      if count > 1 {
        Terminal.warn(
          "\(name) has \(count) keys in \(file) now; once nobody uses the old one, 'key revoke \(name) --keep-newest' "
            + "removes it")
      }
    }

    /// Returns how many keys there are of that name now.
    private static func add(_ entry: APIKeys.Entry, to file: String) throws(SettingsError) -> Int {
      var count = 0
      do throws(FileFault) {
        try FileUpdate(of: file).run(limit: APIKeys.fileLimit) { bytes throws(FileFault) in
          let new = try APIKeys.adding(entry, to: bytes)
          count = new.count
          return new.bytes
        }
      } catch {
        throw SettingsError(description: "--file: \(error)")
      }
      return count
    }

    private static func seconds(_ text: String) throws -> Int {
      let century = 100 * 365 * 86_400
      guard let seconds = Quantity.read(text, [("d", 86_400), ("h", 3600)]),
        (1...century).contains(seconds)
      else {
        throw SettingsError(
          description:
            "'\(text.prefix(100))' is no number of days or hours with its unit, as in 90d or 12h")
      }
      return seconds
    }
  }
}

extension Key {
  /// `athena-gateway key revoke`.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke",
      abstract: "Removes the API keys of a caller from a file.",
      discussion: "A running gateway sees that within three seconds, or at once after SIGHUP.")

    @Argument(help: "The caller's name.")
    var name: String

    @Option(help: ArgumentHelp("The file of keys to remove them from.", valueName: "file"))
    var file: String

    @Flag(help: "Leave the one of the name that was added last.")
    var keepNewest = false

    func run() throws {
      var count = 0
      do throws(FileFault) {
        try FileUpdate(of: file).run(limit: APIKeys.fileLimit) { bytes throws(FileFault) in
          let new = try APIKeys.removing(name, keepsNewest: keepNewest, from: bytes)
          count = new.count
          return new.bytes
        }
      } catch {
        throw SettingsError(description: "--file: \(error)")
      }
      print("\(count) \(count == 1 ? "key" : "keys") of \(name) removed from \(file)")
    }
  }
}
