import ArgumentParser
import Files
import Gateway

/// What callers may do, and who tells where they are.
struct AccessFlags: ParsableArguments {
  @Option(
    GatewaySetting(
      "policy", as: "file",
      "What each caller may do, as JSON. Read again when it changes, and at once on SIGHUP.",
      default: "each may do everything"))
  var policy: GatewaySetting<String?>

  @Option(
    list: GatewaySetting(
      "trusted-proxy",
      "A proxy whose X-Forwarded-For and X-Forwarded-Proto are believed: its address, a network as in "
        + "10.0.0.0/8, or 'unix' for whoever connects by a unix socket; can be given several times.",
      default: "none"))
  var trustedProxies: [GatewaySetting<TrustedProxies.Proxy?>]

  /// The policy's file; nil without one, and with what is wrong with it noted.
  func policyFile(_ reader: inout SettingsReader) -> ReloadedFile<Policy>? {
    guard let path = reader.value(policy) else { return nil }
    do throws(FileFault) {
      return try ReloadedFile(
        path,
        parse: { bytes throws(FileFault) in
          do throws(Policy.Fault) {
            return try Policy(parsing: bytes)
          } catch {
            throw FileFault(error.description)
          }
        })
    } catch {
      reader.fault(policy, "\(error)")
      return nil
    }
  }
}

extension TrustedProxies.Proxy: SettingValue {
  static let noun = "network"

  init(parsing text: String) throws {
    guard let proxy = Self(text) else {
      throw SettingsError(
        description:
          "\(text.quoted) is neither an address, nor a network as in 10.0.0.0/8, nor 'unix'")
    }
    self = proxy
  }
}
