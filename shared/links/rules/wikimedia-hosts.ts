/** The wikis of the Wikimedia Foundation, one site for each language. */
export const wikimediaHosts = [
  "wikipedia.org",
  "wiktionary.org",
  "wikiquote.org",
  "wikibooks.org",
  "wikinews.org",
  "wikisource.org",
  "wikiversity.org",
  "wikivoyage.org",
  "wikimedia.org",
] as const;
