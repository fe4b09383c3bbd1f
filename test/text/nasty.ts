import { sanitize } from '../../src/text/sanitize.ts';

/** What a table may hold and a terminal should not see. */
export const nastyRaw = [
  'plain',
  '',
  ' ',
  'title \x1b]0;owned\x07 set',
  'clear \x1b[2J\x1b[H screen',
  'c1 \x9b31m\x9d0;x\x9c\x85\x90q\x9c end',
  'tab\tstop\tmore',
  'bell\x07 back\x08\x08 cr\r lf\n del\x7f nul\x00',
  'unfinished \x1b]0;',
  'unfinished \x1b[',
  'unfinished \x1b',
  '\x1bPq#0;2;0;0;0#0~~\x1b\\sixel',
  '\x1b_Gf=24;AAAA\x1b\\kitty',
  '\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\',
  'cafe\u0301 n\u0303 o\u0308\u0301',
  `z${'\u0300\u0301\u0302'.repeat(50)}algo`,
  '\u0301starts with a mark',
  '日本語のテキスト',
  'ｈａｌｆ and ｱｲｳ',
  '한국어 ᄒ\u1161\u11ab',
  '👩‍👩‍👧‍👦 family, 👍🏽 skin, 🇩🇪 flag, ❤\ufe0f heart, 1\ufe0f\u20e3 key',
  'שלום עולם and مرحبا',
  'evil \u202egnp.exe\u202c \u2066isolated\u2069',
  'invisible \u200b\u00ad\ufeff\u2060 signs \u3164\uffa0',
  'lone \ud800 surrogates \udfff',
  'lines\r\nand\u2028separators\u2029',
  'देवनागरी தமிழ் ไทย',
];

/** The same, as it may be printed. */
export const nasty = nastyRaw.map((text) => sanitize(text).replaceAll('\n', '↵'));
