import { parse } from 'pg-connection-string';
import { PostgresError } from './error.ts';
import { isParameter, type Parameter, type Parameters } from './parameters.ts';

const shape =
  'Write it as postgres://user:password@host:5432/database or as host=… user=… dbname=… (manual: libpq-connect).';
const escaped =
  'In a URL, write each of : / ? # @ % and space within a user name or password as % and two digits: @ is %40, / is %2F.';

/** No piece of the string goes into a message unless it cannot be a piece of the password. */
const bad = (place: string, problem: string, remedy = shape): PostgresError =>
  new PostgresError('bad-configuration', `${place} ${problem}.`, remedy);

const decode = (place: string, text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(place, 'has a % that is not followed by two hexadecimal digits', escaped);
  }
};

const readQuery = (place: string, query: string, found: Map<Parameter, string>): void => {
  const words = query.split('&').filter((word) => word !== '');
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 0) throw bad(place, 'has a parameter without = after its ?');
    const name = word.slice(0, at);
    const value = decode(place, word.slice(at + 1));
    if (isParameter(name)) {
      found.set(name, value);
    } else if (name === 'ssl' && value === 'true') {
      found.set('sslmode', 'require'); // JDBC's; libpq takes it too
    } else if (name !== 'uselibpqcompat') {
      // After a stray @ the query could be the rest of a password.
      const named = /^\w{1,30}$/.test(name) && !query.includes('@') ? `the parameter ${name}` : 'a parameter';
      throw bad(
        place,
        `has ${named}, which PostgreSQL does not know`,
        'Leave it out: it is meant for another program. The manual (libpq-connect) lists those of PostgreSQL.',
      );
    }
  }
};

/** `[::1]:5432,db.example,%2Frun%2Fpg` as libpq's two lists. */
const readHosts = (place: string, text: string, found: Map<Parameter, string>): void => {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const one of text.split(',')) {
    const [whole, address, name, port] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(one) ?? [];
    if (whole === undefined) throw bad(place, 'has a host or port that cannot be read', escaped);
    hosts.push(address ?? decode(place, name ?? ''));
    ports.push(port ?? '');
  }
  if (hosts.some((host) => host !== '')) found.set('host', hosts.join(','));
  if (ports.some((port) => port !== '')) found.set('port', ports.join(','));
};

/**
 * A connection URI as libpq reads it (conninfo_uri_parse_options in fe-connect.c). The driver's parser knows one
 * host, reads certificate files while it parses and warns on stderr about sslmode: it gets user, password and
 * database only.
 */
const readUrl = (place: string, url: string): Parameters => {
  const body = url.slice(url.indexOf('://') + 3);
  const user = /^[^@/]*@/.exec(body)?.[0] ?? '';
  const [, hosts = '', path = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(body.slice(user.length)) ?? [];
  if (`${hosts}${path}`.includes('@') || /[\s#]/.test(`${hosts}${path}`)) {
    throw bad(place, 'has an @, # or space that is not escaped', escaped);
  }
  decode(place, `${user}${path}`);
  const plain = user.replaceAll(' ', '%20').replaceAll('?', '%3F').replaceAll('#', '%23');
  const known = parse(`postgres://${plain}/?dbname=${path.replaceAll('+', '%2B').replaceAll('&', '%26')}`);

  const found = new Map<Parameter, string>();
  readHosts(place, hosts, found);
  for (const name of ['user', 'password', 'dbname'] as const) {
    const value = known[name];
    if (typeof value === 'string' && value !== '') found.set(name, value);
  }
  readQuery(place, query, found);
  return found;
};

/** `host=db user='o''hara'` as libpq reads it (conninfo_parse in fe-connect.c): `\` escapes the next character. */
const readWords = (place: string, text: string): Parameters => {
  const found = new Map<Parameter, string>();
  const word =
    /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'(?=\s|$)|((?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)?)(?=\s|$)/sy;
  const end = text.trimEnd().length;
  while (word.lastIndex < end) {
    const number = found.size + 1;
    const [, name = '', quoted, bare] = word.exec(text) ?? [];
    if (name === '') throw bad(place, `cannot be read from its parameter ${number} on`);
    if (!isParameter(name))
      throw bad(place, `has a name PostgreSQL does not know as its parameter ${number}`);
    found.set(name, (quoted ?? bare ?? '').replace(/\\(.)/gs, '$1'));
  }
  return found;
};

/**
 * What a connection string says: a URL (postgres:// or postgresql://) or words like `host=db user=ann`.
 * @param place where the string comes from, for messages: `--url`
 * @throws {PostgresError} bad-configuration; the string is not in the message
 */
export const readConninfo = (place: string, text: string): Parameters => {
  if (/^postgres(ql)?:\/\//.test(text)) return readUrl(place, text);
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^\w+\s*=/.test(text))
    throw bad(place, 'is no URL of PostgreSQL');
  if (!text.includes('=')) throw bad(place, text.trim() === '' ? 'is empty' : 'is no connection string');
  return readWords(place, text);
};
