/** The name of an archived object, as Cloud Storage subscriptions give it. */
export function writeArchiveName(topic: string, openedAt: Date, uuid: string): string {
  const [day = "", time = ""] = openedAt.toISOString().slice(0, -".000Z".length).split("T");
  return `archive/${topic}/${day}/${time.replaceAll(":", "_")}Z_${uuid}.avro`;
}
