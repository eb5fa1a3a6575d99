// Loaded before a process that is profiled: node takes --cpu-prof by its command line only.
const { writeFileSync } = require("node:fs");
const { Session } = require("node:inspector");

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.setSamplingInterval", { interval: 500 });
session.post("Profiler.start");

process.once("exit", () => {
  session.post("Profiler.stop", (error, result) => {
    const path = process.env.PROFILE_PATH;
    if (error === null && path !== undefined) writeFileSync(path, JSON.stringify(result.profile));
  });
});
