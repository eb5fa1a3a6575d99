// Loaded into each function that runs here: its standard input is a pipe of the local cloud, which
// closes when the local cloud ends, however it ends.
process.stdin.resume().once("close", () => process.exit());
