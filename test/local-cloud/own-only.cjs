// JavaScript, because each function that runs here loads it: to load TypeScript takes longer.

/** What a browser says of a page of the server's own, and of an address that someone typed. */
const ownSites = ["same-origin", "none"];

/**
 * A listener that only programs of this machine reach, and pages that come from its own server. Every
 * page that someone has open can send requests to 127.0.0.1, and one whose name turns into that address
 * can read the answers: the first says where it comes from, the second asks for another host.
 * @param {import("node:http").RequestListener} serve
 * @returns {import("node:http").RequestListener}
 */
exports.ownOnly = (serve) => (request, response) => {
  const stranger = strangerOf(request.headers);
  if (stranger === undefined) serve(request, response);
  else refuseStranger(response, stranger);
};

/**
 * Why a request is none of our own; undefined when it is.
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
function strangerOf({ host, origin, "sec-fetch-site": site = "none" }) {
  if (host === undefined || !isLoopback(host)) return "it asks for another host";
  if (origin !== undefined && origin !== `http://${host}`) return "it comes from another page";
  // Of a header that is there twice, Node makes one value that no browser sends.
  return ownSites.includes(String(site)) ? undefined : "it comes from another page";
}

/** @param {string} host as a request names it, with a port or without */
function isLoopback(host) {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

/**
 * Answers with `application/problem+json` (RFC 9457), and no header that would let a page read it.
 * @param {import("node:http").ServerResponse} response
 * @param {string} detail
 */
function refuseStranger(response, detail) {
  const body = JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, detail });
  response.writeHead(403, { "content-type": "application/problem+json", connection: "close" });
  response.end(body);
}
