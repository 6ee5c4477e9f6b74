public import Glibc

/// Starts a child; returns it and the reading end of its standard output.
public func start(_ words: [String]) -> (pid_t, Int32) {
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

/// Runs a child to its end, which must be a good one.
public func run(_ words: [String]) {
  let (process, output) = start(words)
  var status: Int32 = 0
  waitpid(process, &status, 0)
  close(output)
  precondition(status == 0, "\(words) failed")
}
