import type { Span } from "./pattern";

/** Unicode's scripts but the Japanese ones; those that a JavaScript engine does not know yet are left out. */
const names =
  "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square".split(
    " ",
  );

let tests: RegExp[] | undefined;
const known = new Map<string, number>();

/** A number for a character's script; −1 for a blank and what has none. */
const scriptOf = (char: string): number => {
  let script = known.get(char);
  if (script !== undefined) return script;
  tests ??= [/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc]/u, ...names.flatMap(testOf)];
  script = char === " " ? -1 : tests.findIndex((test) => test.test(char));
  if (known.size >= 10_000) known.clear();
  known.set(char, script);
  return script;
};

const testOf = (name: string): RegExp[] => {
  try {
    return [new RegExp(`\\p{Script=${name}}`, "u")];
  } catch {
    return [];
  }
};

/**
 * Stretches of one script, those of Japanese counting as one; characters without a script go with what stands before
 * them. What stands before the first script is said to match, and falls away.
 */
export const scriptSpans = (text: string): Span[] => {
  const starts: number[] = [];
  let [last, at] = [-1, 0];
  for (const char of text) {
    const script = scriptOf(char);
    if (script >= 0 && script !== last) {
      starts.push(at);
      last = script;
    }
    at += char.length;
  }
  const first = starts[0] ?? text.length;
  return [
    { start: 0, end: first, matches: true },
    ...starts.map((start, i) => ({ start, end: starts[i + 1] ?? text.length, matches: false })),
  ];
};
