/// When credentials are to be replaced, in seconds since 1970.
struct RefreshWindows: Equatable {
  /// From then on they are replaced behind the calls, which go on with them.
  let advisory: Int
  /// From then on a call waits for others.
  let mandatory: Int

  /// The windows of 15 and 10 minutes that botocore has, shorter for those that don't live long: in
  /// windows longer than the credentials' life every call would ask for others.
  ///
  /// - Parameter random: From 0 to 1. Up to a fifth of the advisory window is left to chance, so that
  ///   gateways which were started together don't all ask at once.
  init(expiration: Int, now: Int, random: Double) {
    let lifetime = max(0, expiration - now)
    let advisoryWindow = Double(min(15 * 60, lifetime / 4)) * (1 - random / 5)
    advisory = expiration - Int(advisoryWindow)
    mandatory = expiration - min(10 * 60, lifetime / 8)
  }
}
