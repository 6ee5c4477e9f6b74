import ArgumentParser
import Gateway

/// The flags of what web pages may do.
struct BrowserFlags: ParsableArguments {
  @Option(
    name: .customLong("allowed-origin"),
    help: ArgumentHelp(
      "An origin whose pages may use the gateway besides its own, as in https://app.example; can be given "
        + "several times. (default: none)", valueName: "origin"))
  var origins: [String] = []

  /// The origins, with what is wrong with them noted.
  func allowedOrigins(_ problems: inout Problems) -> AllowedOrigins {
    AllowedOrigins(
      origins.compactMap { text in
        let origin = Origin(text)
        if origin == nil {
          problems.add(
            "--allowed-origin: '\(text.prefix(100))' is not a page's origin: http:// or https://, one host "
              + "(no pattern), and its port, without a path or slash, as in https://app.example")
        }
        return origin
      })
  }
}
