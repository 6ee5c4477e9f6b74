/// The right to call AWS, of which whoever the calls are for has so much at a time.
public protocol CallPlace: AnyObject {
  /// Returns once a call may be made, or the task is cancelled; at once where it may already.
  func take() async

  /// No calls are made for a while.
  func letGo()

  /// One of the same caller's, for work that goes on without the request.
  func another() -> any CallPlace
}
