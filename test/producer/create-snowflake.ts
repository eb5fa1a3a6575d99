/** The moment (ms since 1970) from which tweet ids count: 2010-11-04 01:42:54.657 UTC. */
const snowflakeEpoch = 1_288_834_974_657;

/**
 * Makes the id of a tweet: 41 bits of milliseconds since the snowflake epoch, then 22 bits that
 * tell apart what happens in one millisecond.
 * @throws {RangeError} for a time before the epoch.
 */
export function createSnowflake(time: number, sequence: number): string {
  if (time < snowflakeEpoch) {
    throw new RangeError(
      `tweet ids begin in November 2010, not at ${new Date(time).toISOString()}`,
    );
  }
  return String((BigInt(time - snowflakeEpoch) << 22n) | BigInt(sequence & 0x3f_ffff));
}
