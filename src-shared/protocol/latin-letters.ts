/**
 * Letters of the Latin script that no Unicode decomposition leads to a base letter: those whose Unicode name is a base
 * letter with an addition (`LATIN CAPITAL LETTER G WITH STROKE` is a G), and those that Unicode names otherwise, by the
 * letter that CLDR's transform Latin-ASCII gives them. Blocks: Latin-1 Supplement, Latin Extended-A, -B, Additional, -C
 * and -D (UnicodeData.txt 14; CLDR 44).
 */
const byBase: Readonly<Record<string, string>> = {
  A: 'ȺẚⱭⱯⱰ',
  AA: 'Ꜳ',
  AE: 'ÆꞚ',
  AO: 'Ꜵ',
  AU: 'Ꜷ',
  AV: 'ꜸꜺ',
  AY: 'Ꜽ',
  B: 'ƁƂɃꞖ',
  C: 'ƇȻꞒꟄꜾ',
  D: 'ÐĐƉƊƋȡẟꟇꝹ',
  DB: 'ȸ',
  E: 'ƎƏƐɆⱸⱻ',
  F: 'ƑꞘꝻ',
  G: 'ƓƔǤꞠꞬꝽꝾ',
  GH: 'Ƣ',
  H: 'ĦⱧⱵꞪ',
  HV: 'Ƕ',
  I: 'ƖƗꞮ',
  J: 'ɈȷꞲ',
  K: 'ĸƘⱩꝀꝂꝄꞢ',
  L: 'ŁȴȽⱠⱢꝈꞭꝆꞀ',
  LL: 'Ỻ',
  M: 'ƜⱮ',
  N: 'ŊƝȠȵꞐꞤ',
  O: 'ØƆƟⱺꝊꝌꟀ',
  OE: 'ŒꞜ',
  OO: 'Ꝏ',
  OU: 'Ȣ',
  P: 'ƤⱣꝐꝒꝔ',
  Q: 'ɊꝖꝘ',
  QP: 'ȹ',
  R: 'ƦɌⱤꞦꝚꞂⱹ',
  S: 'ƩẜẝⱾꞨꟅꟉꞄ',
  SS: 'ẞ',
  T: 'ŦƫƬƮȶȾꞆ',
  TH: 'ÞꝤꝦ',
  TZ: 'Ꜩ',
  U: 'ƱɄꞸ',
  UE: 'Ꞟ',
  V: 'ƲɅⱱⱴꝞỼ',
  VY: 'Ꝡ',
  W: 'ǷⱲꟂ',
  Y: 'ƳȜɎỾ',
  Z: 'ƵƷƸƺȤⱫⱿꝢꟆ',
}

/** Capital letter (or a letter that has none) to its base: one or two of A to Z. */
export const latinBase: ReadonlyMap<string, string> = new Map(
  Object.entries(byBase).flatMap(([base, letters]) => [...letters].map((letter) => [letter, base] as const)),
)
