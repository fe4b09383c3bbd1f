export type XmlElement = { name: string; attributes: Record<string, string>; text: string };

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));|[&<]/g, (whole, code: string | undefined, name: string | undefined) => {
    if (code) return String.fromCodePoint(Number(code));
    const sign = entities[name ?? ''];
    if (sign === undefined) throw new Error(`not well-formed: ${whole}`);
    return sign;
  });

/**
 * The elements of a document in their order, of XML as far as JUnit files need it.
 * @throws when it is not well-formed
 */
export const elementsOf = (xml: string): XmlElement[] => {
  if (!xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>')) throw new Error('no declaration');
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(xml) || /\p{Cs}/u.test(xml))
    throw new Error('not characters of XML');
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  let rest = xml.slice(xml.indexOf('?>') + 2).trim();
  let roots = 0;
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0];
    const end = /^<\/([\w-]+)>/.exec(rest);
    const start = /^<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    const top = open.at(-1);
    if (text !== undefined && top) {
      if (text.includes(']]>')) throw new Error(']]> in text');
      top.text += decoded(text);
    } else if (end && top?.name === end[1]) open.pop();
    else if (start && (top || roots === 0)) {
      const pairs = [...(start[2] ?? '').matchAll(/([\w-]+)="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, decoded(value)],
      );
      const attributes = Object.fromEntries(pairs);
      if (Object.keys(attributes).length < pairs.length) throw new Error('an attribute twice');
      const element = { name: start[1] ?? '', attributes, text: '' };
      elements.push(element);
      if (!top) roots += 1;
      if (start[3] === '') open.push(element);
    } else throw new Error(`not well-formed at ${rest.slice(0, 40)}`);
    rest = rest.slice((text ?? end?.[0] ?? start?.[0] ?? '').length);
  }
  if (open.length > 0) throw new Error(`${open.at(-1)?.name} is not closed`);
  return elements;
};
