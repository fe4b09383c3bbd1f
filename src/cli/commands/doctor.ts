import { release } from 'node:os';
import { type Catalog, loadCatalog } from '../../lesson/catalog.ts';
import { toJson } from '../../plain/json.ts';
import { findBinaries, ownMajor } from '../../postgres/embedded/majors.ts';
import { describeServer } from '../../postgres/server.ts';
import { folders, progressFile } from '../../progress/paths.ts';
import { reasonOf, remedyOf } from '../../text/error-words.ts';
import { sanitizeLine } from '../../text/sanitize.ts';
import { wrapText } from '../../text/wrap.ts';
import type { Command, Globals } from '../command.ts';
import { exitCodes } from '../errors.ts';
import { untilSignal } from '../leaving.ts';
import { type Abilities, readAbilities, unmetNeeds } from '../needs.ts';
import { problemInWords } from '../problems.ts';
import { serverAccess } from '../server.ts';
import { canRedraw, textSettings } from '../terminal.ts';

type Trouble = { readonly message: string; readonly remedy: string };

const troubleOf = (error: unknown): Trouble => ({
  message: reasonOf(error),
  remedy: remedyOf(error) ?? '',
});

type ServerReport = {
  /** Without any password. */
  readonly name: string;
  readonly version: string;
  readonly own: boolean;
  readonly superuser: boolean;
  readonly createRole: boolean;
  readonly extensions: readonly string[];
};

type Report = {
  readonly version: string;
  readonly node: string;
  readonly system: string;
  readonly terminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly columns: number | null;
    readonly rows: number | null;
    readonly term: string | null;
    readonly locale: string | null;
    readonly unicode: boolean;
    readonly colors: boolean;
    /** Whether lessons open as full screens; else as plain text. */
    readonly screens: boolean;
  };
  readonly folders: ReturnType<typeof folders> & { readonly progress: string; readonly lessons: string };
  readonly embedded: { readonly major: number; readonly binaries: string } | { readonly trouble: Trouble };
  readonly server: ServerReport | { readonly trouble: Trouble };
  readonly lessons: {
    readonly total: number;
    readonly unmet: readonly {
      readonly id: string;
      readonly number: string;
      readonly needs: readonly string[];
    }[];
    readonly problems: readonly string[];
  };
};

const embeddedReport = (): Report['embedded'] => {
  try {
    return { major: ownMajor, binaries: findBinaries(ownMajor) };
  } catch (error) {
    return { trouble: troubleOf(error) };
  }
};

const serverReport = async (
  globals: Globals,
): Promise<{ report: Report['server']; abilities: Abilities | null }> => {
  let access: Awaited<ReturnType<typeof serverAccess>> | null = null;
  try {
    access = await serverAccess(globals);
    const server = await access.open();
    const abilities = await readAbilities(server);
    const { superuser, createRole, extensions } = abilities;
    const { version, own } = server.info;
    const name = describeServer(server.info);
    return { report: { name, version, own, superuser, createRole, extensions: [...extensions] }, abilities };
  } catch (error) {
    return { report: { trouble: troubleOf(error) }, abilities: null };
  } finally {
    await access?.close();
  }
};

const lessonsReport = async (globals: Globals, abilities: Abilities | null): Promise<Report['lessons']> => {
  const { lessons: folder, indexFile } = globals;
  let catalog: Catalog;
  try {
    catalog = await loadCatalog(folder, indexFile === undefined ? {} : { indexFile });
  } catch (error) {
    return { total: 0, unmet: [], problems: [troubleOf(error).message] };
  }
  const lessons = catalog.modules.flatMap((module) => module.lessons);
  const unmet = lessons.flatMap(({ id, number, needs }) => {
    const lacking = abilities ? unmetNeeds(needs, abilities) : [];
    return lacking.length > 0 ? [{ id, number, needs: lacking }] : [];
  });
  return { total: lessons.length, unmet, problems: catalog.problems.map(problemInWords) };
};

const makeReport = async (globals: Globals): Promise<Report> => {
  const { env, stdin, stdout } = process;
  const { glyphs, style } = textSettings();
  const { report: server, abilities } = await serverReport(globals);
  return {
    version: globals.version,
    node: process.versions.node,
    system: `${process.platform} ${process.arch} ${release()}`,
    terminal: {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      columns: stdout.columns ?? null,
      rows: stdout.rows ?? null,
      term: env.TERM ?? null,
      locale: env.LC_ALL || env.LC_CTYPE || env.LANG || null,
      unicode: !glyphs.ascii,
      colors: style,
      screens: canRedraw() && !globals.plain,
    },
    folders: { ...folders(), progress: progressFile(), lessons: globals.lessons },
    embedded: embeddedReport(),
    server,
    lessons: await lessonsReport(globals, abilities),
  };
};

const troubleLines = ({ message, remedy }: Trouble): string[] => (remedy ? [message, remedy] : [message]);

const serverLines = (server: Report['server']): string[] => {
  if ('trouble' in server) return troubleLines(server.trouble);
  const privileges = server.superuser
    ? 'superuser'
    : ['CREATEDB', ...(server.createRole ? ['CREATEROLE'] : [])].join(', ');
  return [server.name, `privileges: ${privileges}`, `extensions: ${server.extensions.join(', ') || 'none'}`];
};

const inWords = (report: Report, good: boolean, width: number): string => {
  const { terminal, lessons } = report;
  const size = terminal.columns && terminal.rows ? `${terminal.columns} x ${terminal.rows}, ` : '';
  const rows: [string, string[]][] = [
    ['pg-tutor', [`${report.version} on Node ${report.node}, ${report.system}`]],
    [
      'terminal',
      [
        `${size}TERM ${terminal.term ?? 'not set'}, locale ${terminal.locale ?? 'not set'}`,
        `${terminal.unicode ? 'Unicode' : 'ASCII'} signs, ${terminal.colors ? 'colours' : 'no colours'}, ` +
          (terminal.screens ? 'full screens' : 'plain text (not a terminal that can be redrawn)'),
      ],
    ],
    [
      'own server',
      'trouble' in report.embedded
        ? troubleLines(report.embedded.trouble)
        : [`PostgreSQL ${report.embedded.major} in ${report.embedded.binaries}`],
    ],
    ['server', serverLines(report.server)],
    ['progress', [report.folders.progress]],
    ['state', [report.folders.state]],
    ['cache', [report.folders.cache]],
    [
      'lessons',
      [
        `${lessons.total} in ${report.folders.lessons}`,
        ...lessons.unmet.map(({ number, id, needs }) => `${number} ${id} needs ${needs.join(', ')}`),
        ...lessons.problems,
      ],
    ],
    ['verdict', [good ? 'Everything is there.' : 'Something is missing: see above.']],
  ];
  const left = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .flatMap(([name, texts]) =>
      texts
        .flatMap((text) => wrapText(sanitizeLine(text, ' '), width - left))
        .map((line, index) => `${(index === 0 ? name : '').padEnd(left)}${line}\n`),
    )
    .join('');
};

export const command: Command = {
  usage: 'doctor',
  description: `Shows what pg-tutor finds here: Node, the terminal, the server and its version,
what your role may do, extensions, folders, and what lessons still need.
Exit code 1: no lesson can be played.`,
  options: { json: { type: 'boolean', help: 'as JSON' } },
  maxPositionals: 0,
  run: ({ globals, values }) =>
    untilSignal(async () => {
      const report = await makeReport(globals);
      const good = !('trouble' in report.server) && report.lessons.total > 0;
      process.stdout.write(
        values.json ? `${toJson({ ok: good, ...report }, 2)}\n` : inWords(report, good, textSettings().width),
      );
      return good ? exitCodes.ok : exitCodes.failed;
    }),
};
