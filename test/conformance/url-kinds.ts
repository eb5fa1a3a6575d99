/** Pairs of links of one kind: those that show one page, and their neighbours that do not. */
export type UrlKind = { kind: string; same: [string, string][]; apart: [string, string][] };

/** The kinds of policy `url_key` v2, each guarded in both directions. */
export const urlKinds: UrlKind[] = [
  {
    kind: "a name is tracking everywhere, or on its sites only",
    same: [
      ["https://example.com/a?hss_channel=tw-12345", "https://example.com/a"],
      ["https://example.com/a?pk_campaign=x&mtm_source=y&itm_medium=z", "https://example.com/a"],
      [
        "https://example.com/a?hsa_acc=1&bsft_clkid=2&ga_source=3&otm_term=4",
        "https://example.com/a",
      ],
      ["https://example.com/a?WT.mc_id=x&wt_zmc=y&cm_mmc=z", "https://example.com/a"],
      ["https://example.com/a?xtmc=a&xtcr=1&xts=2&elq_mid=3", "https://example.com/a"],
      ["https://example.com/a?replytocom=77", "https://example.com/a"],
      ["https://www.newyorker.com/a?mbid=social_x", "https://www.newyorker.com/a"],
      ["https://techcrunch.com/a?ncid=rss", "https://techcrunch.com/a"],
      ["https://www.bloomberg.com/a?cmpid=socialflow", "https://www.bloomberg.com/a"],
      ["https://abcnews.go.com/US/story?id=1&cid=social", "https://abcnews.go.com/US/story?id=1"],
      [
        "https://www.etsy.com/listing/1?ga_order=most_relevant&ref=x",
        "https://www.etsy.com/listing/1",
      ],
      ["https://apps.apple.com/app/id1?mt=8", "https://apps.apple.com/app/id1"],
      ["https://artist.bandcamp.com/?from=search&search_sig=1", "https://artist.bandcamp.com/"],
      ["https://www.walmart.com/ip/1?athcpid=1&povid=2", "https://www.walmart.com/ip/1"],
    ],
    apart: [
      [
        "https://magicisrc.example.com/?mbid=0a1b2c3d-0000-4000-8000-000000000001",
        "https://magicisrc.example.com/?mbid=0a1b2c3d-0000-4000-8000-000000000002",
      ],
      ["https://example.com/view?itm_id=1", "https://example.com/view?itm_id=2"],
      ["https://example.com/view?pk_id=1", "https://example.com/view?pk_id=2"],
      ["https://example.com/view?ga_state=CA", "https://example.com/view?ga_state=NY"],
      ["https://example.com/view?hsa_id=1", "https://example.com/view?hsa_id=2"],
      ["https://example.com/view?wt.x=1", "https://example.com/view?wt.x=2"],
      ["https://example.com/job?cmpid=1", "https://example.com/job?cmpid=2"],
      ["https://example.com/gene?ncid=1", "https://example.com/gene?ncid=2"],
      ["https://example.com/a?rtid=1", "https://example.com/a?rtid=2"],
      ["https://example.com/a?ref_url=b", "https://example.com/a?ref_url=c"],
      ["https://example.com/a?mt=1", "https://example.com/a?mt=2"],
      ["https://example.com/a?from=search", "https://example.com/a?from=home"],
      ["https://notwired.com/a?mbid=1", "https://notwired.com/a?mbid=2"],
    ],
  },
  {
    kind: "amp marks an article, not a name",
    same: [
      ["https://example.com/2024/05/a-story/amp/", "https://example.com/2024/05/a-story"],
      ["https://example.com/news/a_story_of_old/amp", "https://example.com/news/a_story_of_old"],
      ["https://example.com/article/123456/amp", "https://example.com/article/123456"],
      ["https://example.com/story/a.html/amp", "https://example.com/story/a.html"],
      ["https://example.com/people/some-article/amp", "https://example.com/people/some-article"],
      [
        "https://example.com/news/story-from-here-12345.amp",
        "https://example.com/news/story-from-here-12345",
      ],
      ["https://example.com/news/story.amp.html", "https://example.com/news/story.html"],
      ["https://example.com/a?outputType=amp", "https://example.com/a"],
      ["https://example.com/a?noamp=mobile", "https://example.com/a"],
    ],
    apart: [
      ["https://wordpress.org/plugins/amp/", "https://wordpress.org/plugins/"],
      ["https://wordpress.org/support/plugin/amp/", "https://wordpress.org/support/plugin/"],
      ["https://linktr.ee/amp", "https://linktr.ee/"],
      ["https://bit.ly/amp", "https://bit.ly/"],
      ["https://example.com/amp", "https://example.com/"],
      ["https://example.com/tag/amp", "https://example.com/tag"],
      ["https://example.com/en/tags/amp", "https://example.com/en/tags"],
      ["https://example.com/tech-terms/amp", "https://example.com/tech-terms"],
      ["https://example.com/@some-user-name/amp", "https://example.com/@some-user-name"],
      ["https://example.com/~name/amp", "https://example.com/~name"],
      ["https://www.npmjs.com/package/amp", "https://www.npmjs.com/package"],
      [
        "https://packagist.org/packages/some-long-vendor/amp",
        "https://packagist.org/packages/some-long-vendor",
      ],
      ["https://example.com/tools/preset.amp", "https://example.com/tools/preset-amp"],
      ["https://example.com/a?format=amp", "https://example.com/a"],
    ],
  },
  {
    kind: "the fragment is the content of some sites",
    same: [
      ["https://www.openstreetmap.org/#map=1/2/3:~:text=a", "https://openstreetmap.org/#map=1/2/3"],
      ["https://www.google.com/#hl=en&q=cats&fp=1", "https://www.google.com/#q=cats"],
      ["https://www.google.com/search?q=a#top", "https://www.google.com/search?q=a"],
      ["https://books.google.com/books?id=a#v=onepage&q=b", "https://books.google.com/books?id=a"],
      ["https://caniuse.com/#top", "https://caniuse.com/"],
      ["https://www.typescriptlang.org/docs/#a", "https://www.typescriptlang.org/docs/"],
      ["https://openstreetmap.example.com/#map=1", "https://openstreetmap.example.com/"],
    ],
    apart: [
      [
        "https://www.openstreetmap.org/#map=12/52.52/13.40",
        "https://www.openstreetmap.org/#map=12/48.85/2.35",
      ],
      ["https://www.google.com/#q=cats", "https://www.google.com/#q=dogs"],
      ["https://www.google.de/trends/explore#q=a", "https://www.google.de/trends/explore#q=b"],
      ["https://caniuse.com/#feat=flexbox", "https://caniuse.com/#feat=css-grid"],
      ["https://mega.nz/file/a#k1", "https://mega.nz/file/b#k1"],
      ["https://excalidraw.com/#json=1,a", "https://excalidraw.com/#json=2,b"],
      [
        "https://www.typescriptlang.org/play/?#code/A",
        "https://www.typescriptlang.org/play/?#code/B",
      ],
      ["https://godbolt.org/#z:A", "https://godbolt.org/#z:B"],
    ],
  },
  {
    kind: "the target of a wrapper",
    same: [
      [
        "https://www.google.com/amp/s/www.example.com/title-2020%3famp",
        "https://www.example.com/title-2020",
      ],
      [
        "https://www.google.com/amp/s/www.example.com/homes/%3foutputType=amp",
        "https://www.example.com/homes/",
      ],
      [
        "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a%3Fid%3D1%26b%3D2",
        "https://www.example.com/a?id=1&b=2",
      ],
      ["https://www.youtube.com/redirect?q=example.org%2Fa", "https://example.org/a"],
      ["https://l.instagram.com/?u=www.example.org/a%3Fb%3D1", "https://example.org/a?b=1"],
      [
        "https://www.google.com/url?q=https%253A%252F%252Fexample.org%252Fa",
        "https://example.org/a",
      ],
      ["https://l.threads.net/?u=https%3A%2F%2Fexample.org%2Fa&e=AT1", "https://example.org/a"],
      ["https://l.threads.com/?u=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"],
      [
        "https://www.linkedin.com/safety/go?url=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      [
        "https://gbr01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa&data=05",
        "https://example.org/a",
      ],
      [
        "https://www.youtube.com/attribution_link?a=x&u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dshare",
        "https://youtu.be/dQw4w9WgXcQ",
      ],
      [
        "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa&rut=1",
        "https://example.org/a",
      ],
      ["https://www.google.com/url?q=https://example.org/a?b=1&sa=D", "https://example.org/a?b=1"],
      ["https://www.google.com/url?sa=D?q=https://example.org/a", "https://example.org/a"],
      ["https://steamcommunity.com/linkfilter/?url=https://example.org/a", "https://example.org/a"],
    ],
    apart: [
      ["https://example.com/redirect?q=example.org%2Fa", "https://example.org/a"],
      ["https://www.youtube.com/redirect?q=cats", "https://www.youtube.com/redirect?q=dogs"],
      ["https://www.youtube.com/results?q=example.org", "https://example.org/"],
      ["https://www.youtube.com/attribution_link?u=//example.org/a", "https://example.org/a"],
      ["https://www.google.com/search?q=example.org", "https://example.org/"],
      [
        "https://www.linkedin.com/sharing/share-offsite?url=https://example.org/a",
        "https://example.org/a",
      ],
      [
        "https://www.facebook.com/login/?next=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      ["https://notoutlook.com/?url=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"],
      ["https://www.google.com/amp/s/example.com/a%253Fb", "https://example.com/a?b"],
      ["https://www.google.com/amp/s/example.com/a%2Fb", "https://example.com/a/b"],
    ],
  },
  {
    kind: "tokens of whoever shares",
    same: [
      [
        "https://www.nytimes.com/2024/01/01/world/a.html?unlocked_article_code=1.K00.AbCd.EfGh&smid=url-share&referringSource=articleShare",
        "https://www.nytimes.com/2024/01/01/world/a.html",
      ],
      [
        "https://apnews.com/article/x-1?taid=633e49ccdef0cc000141ff12&utm_source=Twitter",
        "https://apnews.com/article/x-1",
      ],
      [
        "https://laurenx.substack.com/p/how-x?r=2mgxo2&triedRedirect=true",
        "https://laurenx.substack.com/p/how-x",
      ],
      [
        "https://letter.example.com/p/how-x?r=2mgxo2&triedRedirect=true",
        "https://letter.example.com/p/how-x",
      ],
      [
        "https://www.theatlantic.com/a/b/1/?gift=Ab12",
        "https://www.theatlantic.com/a/b/1/?gift=Cd34",
      ],
      ["https://www.wsj.com/articles/a-1?st=1a2b3c&reflink=x", "https://www.wsj.com/articles/a-1"],
      [
        "https://www.washingtonpost.com/a/1/?pwapi_token=ey.J0&itid=gfta",
        "https://www.washingtonpost.com/a/1/",
      ],
      [
        "https://www.ft.com/content/1?accessToken=zwAA&sharetype=gift",
        "https://www.ft.com/content/1",
      ],
      ["https://www.bloomberg.com/a?accessToken=ey.J0&leadSource=x", "https://www.bloomberg.com/a"],
      ["https://www.economist.com/a/1?giftId=0a1b", "https://www.economist.com/a/1"],
      ["https://www.zeit.de/a/1?freebie=0a1b2c3d", "https://www.zeit.de/a/1"],
      ["https://www.thetimes.com/a?shareToken=0a1b2c", "https://www.thetimes.com/a"],
      [
        "https://medium.com/@a/b-1?sk=0a1b2c3d4e5f&source=friends_link",
        "https://medium.com/@a/b-1",
      ],
      ["https://blog.example.com/b-1?gi=0a1b2c3d4e5f", "https://blog.example.com/b-1"],
      ["https://www.forbes.com/sites/a/1/?sh=0a1b2c3d4e5f", "https://www.forbes.com/sites/a/1/"],
      [
        "https://www.reddit.com/r/a/comments/1/?st=it4x&sh=0a1b",
        "https://www.reddit.com/r/a/comments/1/",
      ],
      ["https://drive.google.com/open?id=1&resourcekey=0-Ab", "https://drive.google.com/open?id=1"],
      ["https://b.example.com/k?a=1&X-Amz-Security-Token=Ab", "https://b.example.com/k?a=1"],
    ],
    apart: [
      ["https://example.com/a?gift=1", "https://example.com/a?gift=2"],
      ["https://example.com/a?r=2mgxo2", "https://example.com/a?r=2mgxo3"],
      ["https://example.com/a?triedRedirect=2", "https://example.com/a?triedRedirect=3"],
      ["https://example.com/a?taid=12", "https://example.com/a?taid=13"],
      ["https://example.com/a?sk=1", "https://example.com/a?sk=2"],
      ["https://example.com/a?st=1", "https://example.com/a?st=2"],
      ["https://example.com/a?gi=1", "https://example.com/a?gi=2"],
      ["https://example.com/a?resourcekey=1", "https://example.com/a?resourcekey=2"],
      ["https://example.com/a?accessToken=1", "https://example.com/a?accessToken=2"],
      ["https://b.example.com/k?X-Amz-Signature=1", "https://b.example.com/k?X-Amz-Signature=2"],
    ],
  },
  {
    kind: "session ids in queries",
    same: [
      [
        "https://example.com/p.cfm?id=1&CFID=1234567&CFTOKEN=76543210",
        "https://example.com/p.cfm?id=1",
      ],
      [
        "https://example.com/p.cfm?CFID=12&CFTOKEN=0a1b2c3d4e5f6071-8293A4B5-C6D7-E8F9-0A1B2C3D4E5F6071",
        "https://example.com/p.cfm",
      ],
      ["https://example.com/?PHPSESSID=0a1b2c3d4e5f6g7h8i9j0k1l2m", "https://example.com/"],
      ["https://example.com/?PHPSESSID", "https://example.com/"],
      ["https://example.com/?a=1&sid=0a1b2c3d4e5f6g7h8i9j0k1l2m", "https://example.com/?a=1"],
      ["https://example.com/?session_id=0123456789abcdef0123456789abcdef", "https://example.com/"],
      [
        "https://example.com/?sessionId=0a1b2c3d-0000-11e5-8343-5f3e78a954d2",
        "https://example.com/",
      ],
      ["https://example.com/?SESSION=0A1B2C3D4E5F6G7H8I9J0K1L2M", "https://example.com/"],
      [
        "https://example.com/?jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9.node1",
        "https://example.com/",
      ],
      ["https://example.com/?osCsid=0a1b2c3d4e5f60718293a4b5c6d7e8f9", "https://example.com/"],
      ["https://example.com/?XTCsid=0a1b2c3d4e5f6g7h8i9j0k1l2m", "https://example.com/"],
      ["https://example.com/?zenid=0a1b2c3d4e5f6g7h8i9j0k1l2m", "https://example.com/"],
      [
        "https://example.com/showthread.php?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9&t=1",
        "https://example.com/showthread.php?t=1",
      ],
      [
        "https://example.com/?ASPSESSIONIDABCDEFGH=ABCDEFGHIJKLMNOPQRSTUVWX",
        "https://example.com/",
      ],
    ],
    apart: [
      ["https://example.com/p.cfm?CFID=1", "https://example.com/p.cfm?CFID=2"],
      ["https://example.com/p.cfm?CFTOKEN=12345678", "https://example.com/p.cfm?CFTOKEN=12345679"],
      ["https://example.com/?sid=1366", "https://example.com/?sid=1367"],
      ["https://example.com/?sid=detail", "https://example.com/"],
      ["https://example.com/?session=590", "https://example.com/?session=591"],
      ["https://example.com/?sessionid=C365117", "https://example.com/?sessionid=C365118"],
      ["https://example.com/?sess=12", "https://example.com/?sess=13"],
      ["https://example.com/?PHPSESSID=talk", "https://example.com/"],
      [
        "https://example.com/?s=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "https://example.com/?s=0a1b2c3d4e5f60718293a4b5c6d7e8f8",
      ],
      ["https://example.com/?s=words&t=1", "https://example.com/?t=1"],
      [
        "https://example.com/?id=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "https://example.com/?id=0a1b2c3d4e5f60718293a4b5c6d7e8f8",
      ],
    ],
  },
  {
    kind: "session ids in paths",
    same: [
      ["https://example.com/(S(0a1b2c3d4e5f6g7h8i9j0k1l))/a.aspx", "https://example.com/a.aspx"],
      ["https://example.com/a/(0a1b2c3d4e5f6g7h8i9j0k1l)/b.aspx", "https://example.com/a/b.aspx"],
      [
        "https://example.com/(A(0a1b2c3d4e5f6g7h8i9j0k1l)S(1a1b2c3d4e5f6g7h8i9j0k1l)F(x1))/a.aspx?b=1",
        "https://example.com/a.aspx?b=1",
      ],
      ["https://example.com/a.php/osCsid/0a1b2c3d4e5f6g7h8i9j0k1l2m", "https://example.com/a.php"],
      [
        "https://example.com/c/1/osCsid/0a1b2c3d4e5f60718293a4b5c6d7e8f9/d",
        "https://example.com/c/1/d",
      ],
      ["https://example.com/products/577/osCsid/", "https://example.com/products/577"],
      ["https://example.com/a/XTCsid/0a1b2c3d4e5f60718293a4b5c6d7e8f9", "https://example.com/a"],
      [
        "https://example.com/a/jsessionid/0A1B2C3D4E5F60718293A4B5C6D7E8F9?b=1",
        "https://example.com/a?b=1",
      ],
      [
        "https://example.com/a/CFID/1234/CFTOKEN/0a1b2c3d4e5f6071-8293A4B5",
        "https://example.com/a",
      ],
      ["https://example.com/a.do;jsessionid=0A1B.n1?b=1", "https://example.com/a.do?b=1"],
      ["https://example.com/a;jsessionid=(J2EE1)ID1;saplb_*=(J2EE1)2", "https://example.com/a"],
      ["https://example.com/a%3Bjsessionid%3D0A1B", "https://example.com/a"],
    ],
    apart: [
      ["https://example.com/(f(x))/a", "https://example.com/a"],
      ["https://example.com/(2024)/a", "https://example.com/a"],
      ["https://example.com/osCsid/language/nl", "https://example.com/language/nl"],
      ["https://example.com/p/XTCsid/templates", "https://example.com/p/templates"],
      ["https://example.com/sid/", "https://example.com/"],
      ["https://example.com/session/12", "https://example.com/session/13"],
      ["https://example.com/CFID/1234", "https://example.com/CFID/1235"],
      ["https://example.com/s/0a1b2c3d4e5f60718293a4b5c6d7e8f9", "https://example.com/"],
      [
        "https://example.com/image/0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "https://example.com/image/0a1b2c3d4e5f60718293a4b5c6d7e8f8",
      ],
    ],
  },
  {
    kind: "escapes in a path",
    same: [
      ["https://medium.com/%40user/x", "https://medium.com/@user/x"],
      ["https://example.org/wiki/Talk%3AFoo", "https://example.org/wiki/Talk:Foo"],
      ["https://example.org/a%24b%26c%2Bd%3Be%3Df", "https://example.org/a$b&c+d;e=f"],
      ["https://example.org/a%2bb", "https://example.org/a+b"],
    ],
    apart: [
      ["https://example.org/a%2Fb", "https://example.org/a/b"],
      ["https://example.org/a%3Fb", "https://example.org/a?b"],
      ["https://example.org/a%23b", "https://example.org/a#b"],
      ["https://example.org/a%2540b", "https://example.org/a%40b"],
      ["https://example.org/a+b", "https://example.org/a%20b"],
      ["https://example.org/?q=a%2Bb", "https://example.org/?q=a+b"],
      ["https://example.org/?q=a%26b", "https://example.org/?q=a&b"],
      ["https://example.org/?q=a%3Db", "https://example.org/?q%3Da=b"],
    ],
  },
  {
    kind: "junk behind an id of a platform",
    same: [
      ["https://youtu.be/dQw4w9WgXcQ)", "https://youtu.be/dQw4w9WgXcQ"],
      ["https://www.youtube.com/watch?v=dQw4w9WgXcQ%E2%80%A6", "https://youtu.be/dQw4w9WgXcQ"],
      ["https://www.youtube.com/watch?v=dQw4w9WgXcQ?t=1", "https://youtu.be/dQw4w9WgXcQ"],
      ["https://www.youtube.com/embed/dQw4w9WgXcQ&rel=0", "https://youtu.be/dQw4w9WgXcQ"],
      ["https://www.youtube.com/?v=dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"],
      ["https://x.com/a/status/20)", "https://x.com/a/status/20"],
      ["https://x.com/a/status/20…", "https://x.com/i/status/20"],
      ["https://www.amazon.com/dp/B00O29DJXU)", "https://www.amazon.com/dp/B00O29DJXU"],
    ],
    apart: [
      ["https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcR"],
      ["https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dqw4w9wgxcq"],
      [
        "https://www.youtube.com/embed/videoseries?list=PL1",
        "https://www.youtube.com/embed/videoseries?list=PL2",
      ],
      ["https://www.youtube.com/v/user/x", "https://www.youtube.com/v/user/y"],
      ["https://x.com/a/status/20", "https://x.com/a/status/201"],
      ["https://x.com/a/status/20", "https://x.com/a/status/20abc"],
      ["https://x.com/a/status/20/likes", "https://x.com/a/status/20"],
      ["https://www.amazon.com/dp/B00O29DJXUX", "https://www.amazon.com/dp/B00O29DJXU"],
    ],
  },
  {
    kind: "where a reader clicked on Amazon",
    same: [
      ["https://www.amazon.com/s/ref=x?k=tea", "https://www.amazon.com/s?k=tea"],
      ["https://www.amazon.de/b/ref=as_li?node=68&tag=e-21", "https://www.amazon.de/b?node=68"],
      [
        "https://www.amazon.com/product-reviews/B00O29DJXU/ref=cm/1",
        "https://www.amazon.com/product-reviews/B00O29DJXU/1",
      ],
    ],
    apart: [
      ["https://www.amazon.com/s/ref=x?k=tea", "https://www.amazon.com/s/ref=x?k=coffee"],
      ["https://example.com/s/ref=x", "https://example.com/s"],
      ["https://www.amazon.com/reference", "https://www.amazon.com/"],
    ],
  },
  {
    kind: "several question marks, and other seams of a query",
    same: [
      ["https://example.com/a?id=1?utm_source=x", "https://example.com/a?id=1"],
      ["https://example.com/a?utm_source=x?id=1", "https://example.com/a?id=1"],
      ["https://example.com/a??id=1", "https://example.com/a?id=1"],
      ["https://example.com/a?id=1&;utm_source=x", "https://example.com/a?id=1"],
      ["https://example.com/a?id=1&#038;b=2", "https://example.com/a?id=1&b=2"],
      ["https://example.com/a?id=1&#38;amp;b=2", "https://example.com/a?id=1&b=2"],
    ],
    apart: [
      ["https://example.com/a?id=1?b=2", "https://example.com/a?id=1"],
      ["https://example.com/a?id=1%3Futm_source=x", "https://example.com/a?id=1"],
      ["https://example.com/a?id=1;b=2", "https://example.com/a?id=1"],
    ],
  },
  {
    kind: "share buttons of WordPress and WeChat",
    same: [
      ["https://example.com/p/?share=twitter&nb=1", "https://example.com/p/"],
      ["https://example.com/p/?share=jetpack-whatsapp", "https://example.com/p/"],
      ["https://example.com/p/?from=timeline&isappinstalled=0", "https://example.com/p/"],
    ],
    apart: [
      ["https://example.com/p/?share=1", "https://example.com/p/?share=2"],
      ["https://example.com/p/?nb=1", "https://example.com/p/"],
      ["https://example.com/p/?from=2025-02-01", "https://example.com/p/?from=2025-01-01"],
    ],
  },
  {
    kind: "folders that a server lists, and folders of AMP pages",
    same: [
      ["https://example.com/pub/?C=M;O=D", "https://example.com/pub/"],
      ["https://example.com/pub/?C=N;O=A", "https://example.com/pub/?C=S;O=A"],
      ["https://www.cbsnews.com/amp/news/a-b-c/", "https://www.cbsnews.com/news/a-b-c/"],
      ["https://www.pbs.org/newshour/amp/a/b", "https://www.pbs.org/newshour/a/b"],
    ],
    apart: [
      ["https://example.com/pub/?C=M;O=X", "https://example.com/pub/"],
      ["https://example.com/pub/?C=1", "https://example.com/pub/?C=2"],
      ["https://example.com/amp/news/a-b-c", "https://example.com/news/a-b-c"],
    ],
  },
  {
    kind: "redirectors of affiliate networks",
    same: [
      [
        "https://go.skimresources.com/?id=1&url=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      [
        "https://www.awin1.com/cread.php?awinmid=1&ued=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      [
        "https://click.linksynergy.com/deeplink?id=1&murl=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      [
        "https://www.anrdoezrs.net/click-1-2?url=https%3A%2F%2Fexample.org%2Fa",
        "https://example.org/a",
      ],
      ["https://www.shareasale.com/r.cfm?u=1&urllink=example.org%2Fa", "https://example.org/a"],
      [
        "https://rover.ebay.com/rover/0/0/0?mpre=https%3A%2F%2Fwww.ebay.com%2Fitm%2F1",
        "https://www.ebay.com/itm/1",
      ],
    ],
    apart: [
      ["https://www.anrdoezrs.net/click-1-2", "https://www.anrdoezrs.net/click-1-3"],
      ["https://www.awin1.com/pclick.php?p=1", "https://www.awin1.com/pclick.php?p=2"],
      ["https://skimresources.com/?url=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a"],
    ],
  },
  {
    kind: "index files",
    same: [
      ["https://example.com/a/index.xhtml", "https://example.com/a"],
      ["https://example.com/a/index.php5?b=1", "https://example.com/a?b=1"],
      ["https://example.com/a/default.jspx", "https://example.com/a"],
      ["https://example.com/a/INDEX.CGI", "https://example.com/a"],
    ],
    apart: [
      ["https://example.com/a/index.php8x", "https://example.com/a"],
      ["https://example.com/a/index.xml", "https://example.com/a"],
      ["https://example.com/a/main.html", "https://example.com/a"],
      ["https://example.com/a/index.php/b", "https://example.com/a/b"],
    ],
  },
];
