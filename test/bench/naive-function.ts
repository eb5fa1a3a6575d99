/** Not ours: what tutorials show, to measure against. A message a tweet, an insert a message, +1 counts. */
export const naiveFunction = `
const { BigQuery } = require("@google-cloud/bigquery");
const { cloudEvent } = require("@google-cloud/functions-framework");

const table = new BigQuery().dataset("naive").table("url_hours");

cloudEvent("normalize-tweets", async ({ data }) => {
  const tweet = JSON.parse(Buffer.from(data.message.data, "base64").toString());
  const hour = \`\${new Date(tweet.created_at).toISOString().slice(0, 13)}:00:00Z\`;
  const links = tweet.entities.urls.map(({ expanded_url }) => expanded_url);
  const rows = links.map((url) => ({ hour, url, tweet: tweet.id_str, count: 1 }));
  await table.insert(rows.length > 0 ? rows : [{ hour, url: null, tweet: tweet.id_str, count: 0 }]);
});
`;
