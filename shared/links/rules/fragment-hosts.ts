/**
 * Sites whose fragment is the content: maps, playgrounds, boards, files with their key, searches
 * that run in the page. There a fragment stays whole, or what of it are `parameters`; only on
 * pages at one of the canonical `paths`, where they are given.
 */
export const fragmentHosts = [
  { hosts: ["google.*"], paths: ["", "/search", "/webhp"], parameters: ["q"] },
  { hosts: ["google.*"], paths: ["/trends/explore"], parameters: ["q", "geo", "date", "cat"] },
  { hosts: ["openstreetmap.org", "osm.org", "opentopomap.org", "cyclosm.org"] },
  { hosts: ["openrailwaymap.org", "openinframap.org", "geojson.io", "wikimapia.org"] },
  { hosts: ["earth.nullschool.net", "zoom.earth"] },
  {
    hosts: ["play.vuejs.org", "sfc.vuejs.org", "playground.solidjs.com", "godbolt.org", "tio.run"],
  },
  { hosts: ["typescriptlang.org"], paths: ["/play"] },
  { hosts: ["babeljs.io"], paths: ["/repl"] },
  { hosts: ["prettier.io"], paths: ["/playground"] },
  { hosts: ["mermaid.live", "gchq.github.io"] },
  { hosts: ["excalidraw.com", "cryptpad.fr", "app.diagrams.net", "viewer.diagrams.net"] },
  { hosts: ["mega.nz", "mega.co.nz", "privatebin.net", "web.telegram.org", "quran.ksu.edu.sa"] },
  { hosts: ["caniuse.com"], parameters: ["feat", "search"] },
] as const;
