import { http } from "@google-cloud/functions-framework";

/** The floor of a webhook: a function that has the raw body and answers. */
http("read-raw-body", (request, response) => {
  response.status(200).json({ bytes: request.rawBody?.length });
});
