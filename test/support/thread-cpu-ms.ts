/** CPU that this thread takes for `work`, ms: a busy machine makes it wait, and that does not count. */
export function threadCpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
