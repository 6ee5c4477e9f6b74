import Testing

/// Everything that runs a server: one test at a time, since some use up a lot.
@Suite(.serialized) struct LiveServerTests {}
