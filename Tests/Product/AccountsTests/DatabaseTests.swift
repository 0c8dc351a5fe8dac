import Testing

/// The suites that need a database, one test at a time: all test modules share one cluster of a
/// hundred connections, and two processes of a scene hold ten of them.
@Suite(.serialized) enum DatabaseTests {}
