/** Sentences nobody wrote, by language code of the tweet; emoji and right-to-left text included. */
export const madeUpPhrases: Readonly<Record<string, readonly string[]>> = {
  en: [
    "the ferry was late again and nobody minded",
    "reading about tides &amp; timetables this morning",
    "three gulls, one sandwich, no survivors",
    "this chart explains the whole harbour",
    "why does every lighthouse have a newsletter now",
    "new favourite bakery by the station 🥐",
    "long thread on how the old clock counts its hours",
    "can't believe the bridge opened on time",
    "somebody please measure this properly",
    "quiet evening, loud kettle ☕",
  ],
  es: [
    "el tranvía llegó puntual y lleno de música",
    "otra mañana contando barcos desde el balcón",
    "¿quién movió el faro de sitio?",
    "la mejor sopa del puerto, sin duda",
    "un mapa precioso de caminos que no existen",
    "mañana abrimos la biblioteca hasta tarde 📚",
  ],
  pt: [
    "o relógio da praça voltou a funcionar",
    "café forte e notícias lentas",
    "ninguém esperava tanta gente no cais",
    "que coisa boa ouvir o mar de novo 🌊",
    "vale a pena ler até o fim",
  ],
  ja: [
    "今日の港はとても静かでした",
    "時計台の修理がやっと終わったらしい",
    "駅前のパン屋さん、朝から行列🍞",
    "この地図、眺めているだけで楽しい",
    "潮の満ち引きを一時間ごとに数えてみた",
  ],
  ar: [
    "صباح الخير من الميناء القديم",
    "الساعة الكبيرة تعمل من جديد",
    "قرأت اليوم عن المد والجزر",
    "من يعرف طريق المكتبة الجديدة",
  ],
  tr: [
    "vapur bu sabah tam saatinde kalktı",
    "iskelede çay, üstüne martı sesi",
    "şu haritaya bir bakın, şahane olmuş",
    "saat kulesi yine çalışıyor 🎉",
  ],
  fr: [
    "le marché du port rouvre dès l'aube",
    "encore une histoire d'horloge à l'heure",
    "à lire avant la prochaine marée",
    "personne n'a compté les mouettes, dommage",
  ],
  de: [
    "die Fähre fährt wieder, pünktlich wie nie",
    "großartiger Bericht über Gezeiten und Uhren",
    "wer hat den Leuchtturm gezählt?",
    "heute früh über die Brücke geradelt 🚲",
  ],
  ko: [
    "오늘 항구는 정말 조용했어요",
    "시계탑이 다시 움직이기 시작했다",
    "역 앞 빵집 줄이 너무 길다 😂",
  ],
  und: ["😂😂😂", "❤️", "...", "👀👀", "🙏🏽"],
};

/** How often each language speaks: a language is as likely as its share of this list. */
export const languageMix: readonly string[] =
  "en en en en en en en es es es pt pt ja ja ja ja ar ar ar tr fr de ko und".split(" ");

export const madeUpHashtags: readonly string[] = [
  "harbour",
  "TideTable",
  "clockwork",
  "ferrylife",
  "港",
  "時計台",
  "الميناء",
  "vapur",
  "biblioteca",
  "Fähre",
];

export const madeUpNames: readonly string[] = [
  "Ada Ferry",
  "Tide Watcher",
  "Kontor Nord",
  "港の時計",
  "بنت الميناء",
  "Señora Faro",
  "martı",
  "Gezeiten ⚓",
  "the slow clock",
  "lua do cais",
  "등대지기",
  "Mme Marée",
];
