import { escapeControls } from "../../../shared/environment/escape-controls.ts";

const { stderr, stdout } = process;
const writeAsItIs = stderr.write.bind(stderr);

/** Standard error for what moves the cursor itself, and prints nothing that came from outside. */
export const terminal: NodeJS.WriteStream = Object.assign(Object.create(stderr), {
  write: writeAsItIs,
});

/** As the shell tells of a program that a closed pipe has ended. */
const closedPipeCode = 141;

/**
 * Whatever a program prints from here on, by whatever way, cannot move the cursor, change the colour or
 * turn letters around: names, links and reasons come from anyone. Where nobody reads it any more, as
 * behind `head`, the program ends without a word.
 */
export function guardOutput(): void {
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(closedPipeCode);
    });
    const write = stream.write.bind(stream);
    Object.assign(stream, {
      write: (chunk: unknown, ...rest: unknown[]): unknown =>
        Reflect.apply(write, stream, [
          typeof chunk === "string" ? escapeControls(chunk) : chunk,
          ...rest,
        ]),
    });
  }
}
